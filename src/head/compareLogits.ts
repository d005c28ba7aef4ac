import type { LogitAgreement } from '../protocol/headSwap';

/** How the logits [K] of one image differ between two heads. */
export function compareLogits(before: ArrayLike<number>, after: ArrayLike<number>): LogitAgreement {
  let largest = 0;
  for (let index = 0; index < before.length; index++) {
    largest = Math.max(largest, Math.abs(after[index] - before[index]));
  }
  return {
    top1Before: findTop(before),
    top1After: findTop(after),
    maxAbsLogitDifference: largest,
    correlation: computeCorrelation(before, after),
  };
}

/** First index of the largest element. */
function findTop(values: ArrayLike<number>): number {
  let top = 0;
  for (let index = 1; index < values.length; index++) {
    top = values[index] > values[top] ? index : top;
  }
  return top;
}

/** Pearson's r over the classes; null when one of the two is constant (always with a single class). */
function computeCorrelation(one: ArrayLike<number>, other: ArrayLike<number>): number | null {
  const count = one.length;
  const means = [one, other].map((values) => Array.from(values).reduce((sum, value) => sum + value, 0) / count);
  let product = 0;
  let squareOne = 0;
  let squareOther = 0;
  for (let index = 0; index < count; index++) {
    const [a, b] = [one[index] - means[0], other[index] - means[1]];
    product += a * b;
    squareOne += a * a;
    squareOther += b * b;
  }
  const scale = Math.sqrt(squareOne * squareOther);
  return scale > 0 ? product / scale : null;
}

/** Images whose first class changed come first, then those whose logits moved most. */
export function compareWorst(one: LogitAgreement, other: LogitAgreement): number {
  const changes = ({ top1Before, top1After }: LogitAgreement) => Number(top1Before !== top1After);
  return changes(other) - changes(one) || other.maxAbsLogitDifference - one.maxAbsLogitDifference;
}
