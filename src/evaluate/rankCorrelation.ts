import { rankPixels } from './rankPixels';

/**
 * Spearman's rank correlation, −1…1: Pearson's of the ranks, equal values sharing their mean rank. null when one of the
 * two is the same everywhere or holds what is no number. O(n).
 */
export function computeRankCorrelation(one: Float32Array, other: Float32Array): number | null {
  if (![one, other].every((values) => values.every(Number.isFinite))) {
    return null;
  }
  const [a, b] = [rank(one), rank(other)];
  const mean = (one.length - 1) / 2;
  let [product, squareA, squareB] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    product += (a[index] - mean) * (b[index] - mean);
    squareA += (a[index] - mean) ** 2;
    squareB += (b[index] - mean) ** 2;
  }
  return squareA > 0 && squareB > 0 ? product / Math.sqrt(squareA * squareB) : null;
}

function rank(values: Float32Array): Float64Array {
  // From the largest: ranks of both in the opposite order correlate alike.
  const order = rankPixels(values);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) {
      end++;
    }
    for (let index = start; index < end; index++) {
      ranks[order[index]] = (start + end - 1) / 2;
    }
    start = end;
  }
  return ranks;
}
