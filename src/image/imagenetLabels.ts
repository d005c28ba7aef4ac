import classes from './imagenetClasses.json';

/** By class index: [short label, words of the WordNet synset] of each of the 1000 classes of ImageNet (ILSVRC 2012). */
const CLASSES = classes as readonly (readonly string[])[];

/** Short labels; where two classes share one (missile, sunglasses) or it is a definition, the synset's words. */
export function listImagenetLabels(): string[] {
  const counts = new Map<string, number>();
  CLASSES.forEach(([label]) => counts.set(label, (counts.get(label) ?? 0) + 1));
  return CLASSES.map(([label, synset]) => (counts.get(label) === 1 && !isDefinition(label) ? label : synset));
}

/** All names of each class: its short label, then the words of its synset. */
export function listImagenetNames(): string[][] {
  return CLASSES.map(([label, synset]) => [label, ...synset.split(', ')]);
}

/** "a cat having a striped coat" is what a tiger cat is, not what it is called. */
function isDefinition(label: string): boolean {
  return /^an? |,/.test(label);
}
