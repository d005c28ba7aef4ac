import type { ValueReport } from './modelReport';

/** What multiply-accumulates and activations are counted for: `at batch 1`, `for image 3×320×320`; empty without inputs. */
export function describeCostBasis(inputs: readonly ValueReport[]): string {
  const [first] = inputs;
  const sizes = first?.boundShape;
  if (first === undefined || !sizes || sizes.length === 0) {
    return '';
  }
  return hasBatch(first) ? `at batch ${sizes[0]}` : `for ${first.name} ${sizes.join('×')}`;
}

/** The first dimension is left free or is 1, or there are as many dimensions as images in a batch have. */
function hasBatch({ shape, boundShape }: ValueReport): boolean {
  return typeof shape?.[0] !== 'number' || boundShape?.[0] === 1 || (boundShape?.length ?? 0) >= 4;
}
