import type { ElementsTarget, TargetChoice, TargetGrid, TargetOffers, TargetOutput } from '../../src/protocol/target';

/** What the list of targets offers. */
export type TargetKind = 'class' | 'difference' | 'number' | 'box' | 'mask' | 'similarity' | 'elements';

export const TARGET_LABELS: Readonly<Record<TargetKind, string>> = {
  class: 'Class',
  difference: 'Difference of two classes',
  number: 'The number an output gives',
  box: 'Sum over a box',
  mask: 'Sum over a mask',
  similarity: 'Similarity to another image',
  elements: 'Elements of an output',
};

/** An output with rows and columns. */
export type SpatialOutput = TargetOutput & { readonly grid: TargetGrid };

export function listSpatialOutputs({ outputs }: TargetOffers): readonly SpatialOutput[] {
  return outputs.filter((output): output is SpatialOutput => output.grid !== null);
}

/** Those that are one number for each image, as in regression. */
function listNumbers({ outputs }: TargetOffers): readonly TargetOutput[] {
  return outputs.filter(({ shape }) => shape.slice(1).every((size) => size === 1));
}

/** In the order of the list. `classes`: how many maps of classes can be drawn; 1 is the one number of the main head. */
export function listTargetKinds(offers: TargetOffers, classes: number): readonly TargetKind[] {
  const hasOneNumber = classes === 1 && listNumbers(offers).length > 0;
  const hasGrid = listSpatialOutputs(offers).length > 0;
  return [
    ...(classes > 0 ? (['class'] as const) : []),
    ...(classes > 1 ? (['difference'] as const) : []),
    ...(classes !== 1 && listNumbers(offers).length > 0 ? (['number'] as const) : []),
    ...(hasGrid ? (['box', 'mask'] as const) : []),
    ...(offers.embeddings.length > 0 ? (['similarity'] as const) : []),
    ...(offers.outputs.length > (hasOneNumber ? 1 : 0) ? (['elements'] as const) : []),
  ];
}

export function findTargetKind(
  target: TargetChoice | null,
  isDifference: boolean,
  offers: TargetOffers,
  classes: number,
): TargetKind {
  if (target === null) {
    return isDifference ? 'difference' : 'class';
  }
  const isNumber =
    classes !== 1 && target.kind === 'elements' && listNumbers(offers).some(({ name }) => name === target.output);
  return isNumber ? 'number' : target.kind;
}

/**
 * The target that a kind begins with; null where a file has to be chosen first. Regions begin as the middle half of the
 * first output with rows and columns. `other`: an image to compare with.
 */
export function createTarget(kind: TargetKind, offers: TargetOffers, other: string | null): TargetChoice | null {
  switch (kind) {
    case 'box':
      return createBox(listSpatialOutputs(offers)[0]);
    case 'similarity':
      return other === null ? null : { kind, output: offers.embeddings[0].name, file: other };
    case 'number':
      return createElements(listNumbers(offers)[0]);
    case 'elements':
      return createElements(offers.outputs[0]);
    case 'class':
    case 'difference':
    case 'mask':
      return null;
  }
}

export function createBox({ name, grid: { rows, columns } }: SpatialOutput): TargetChoice {
  const [left, top] = [Math.floor(columns / 4), Math.floor(rows / 4)];
  const size = { width: Math.max(1, Math.floor(columns / 2)), height: Math.max(1, Math.floor(rows / 2)) };
  return { kind: 'box', output: name, channel: 0, left, top, ...size };
}

export function createElements({ name, shape }: TargetOutput): ElementsTarget {
  return { kind: 'elements', output: name, index: shape.map(() => 0) };
}
