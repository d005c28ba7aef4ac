import type { ModelReport } from './modelReport';

/** Logits that differ by less than sums of 32-bit numbers in another order do are the same. */
const ROUNDING = 1e-6;

/**
 * Why the first class is no more than any other, in sentences for the user, when all logits [classes] of an image are the
 * same; null when they are not. One pass over the logits; over the report only where they are the same.
 */
export function describeTiedClasses(
  logits: Float32Array,
  { initializers, layers }: Pick<ModelReport, 'initializers' | 'layers'>,
): string | null {
  const [least, most] = logits.reduce(
    ([low, high], logit) => [Math.min(low, logit), Math.max(high, logit)],
    [Infinity, -Infinity],
  );
  if (logits.length < 2 || !(most - least <= ROUNDING * Math.max(Math.abs(least), Math.abs(most)))) {
    return null;
  }
  const made = new Set(
    layers.flatMap(({ opType, outputs }) => (opType === 'ConstantOfShape' ? outputs.map(({ name }) => name) : [])),
  );
  const weights = initializers.filter(({ role }) => role === 'parameter');
  const count = (tensors: typeof weights): number => tensors.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  const isPlaceholder = 2 * count(weights.filter(({ name }) => made.has(name))) > count(weights);
  const cause = isPlaceholder
    ? 'Its weights are made by ConstantOfShape nodes, each of one number throughout: the file holds an architecture without what was trained.'
    : 'Its classifier may never have been trained, or the image saturates it: look at the input and at the weights.';
  return (
    `All ${logits.length} classes have the same logit, so none is more likely and their maps are alike. ${cause} A map ` +
    'still shows how much of a logit comes from where.'
  );
}
