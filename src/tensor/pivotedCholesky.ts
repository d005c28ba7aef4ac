import type { Pause } from './pause';

/** A ≈ L·Lᵀ of a positive semidefinite A [n, n]. */
export interface PivotedFactor {
  /** L [n, rank]; its rows `pivots`, in that order, are a lower triangle. */
  readonly factor: Float64Array;
  readonly pivots: readonly number[];
}

/**
 * Cholesky's factorization with complete pivoting (Higham, "Analysis of the Cholesky decomposition of a semi-definite
 * matrix", 1990): the largest diagonal element that is left is next, until none exceeds n·ε times the largest of A, as in
 * LAPACK's dpstrf. What is left out is as small. At most n³/6 multiply-adds, and n² numbers beside A.
 */
export async function factorizePivoted(matrix: Float64Array, size: number, pause: Pause): Promise<PivotedFactor> {
  const factor = new Float64Array(size * size);
  const left = Float64Array.from({ length: size }, (_, row) => matrix[row * (size + 1)]);
  const least = size * Number.EPSILON * left.reduce((most, value) => Math.max(most, value), 0);
  const open = new Set(left.keys());
  const pivots: number[] = [];
  for (let pivot = findLargest(left, open); pivot !== null && left[pivot] > least; pivot = findLargest(left, open)) {
    await pause();
    const rank = pivots.length;
    const diagonal = Math.sqrt(left[pivot]);
    const own = factor.subarray(pivot * size, pivot * size + rank);
    factor[pivot * size + rank] = diagonal;
    open.delete(pivot);
    pivots.push(pivot);
    for (const row of open) {
      // By symmetry from the pivot's row, which lies together.
      const value = (matrix[pivot * size + row] - dot(own, factor, row * size)) / diagonal;
      factor[row * size + rank] = value;
      left[row] -= value * value;
    }
  }
  return { factor: keepColumns(factor, size, pivots.length), pivots };
}

/** V ← V·L⁻¹ for V [rows, n] and a lower triangle L [n, n]: n²/2 multiply-adds a row. */
export async function solveFromRight(
  values: Float64Array,
  triangle: Float64Array,
  size: number,
  pause: Pause,
): Promise<void> {
  for (let start = 0; start < values.length; start += size) {
    await pause();
    const row = values.subarray(start, start + size);
    for (let last = size - 1; last >= 0; last--) {
      const own = triangle.subarray(last * size, last * size + last + 1);
      const value = (row[last] /= own[last]);
      for (let index = 0; index < last; index++) {
        row[index] -= value * own[index];
      }
    }
  }
}

function findLargest(values: Float64Array, among: ReadonlySet<number>): number | null {
  let largest: number | null = null;
  for (const index of among) {
    if (largest === null || values[index] > values[largest]) {
      largest = index;
    }
  }
  return largest;
}

/** Σ one[i]·other[start + i]; four sums at once, as one would wait for each addition. */
function dot(one: Float64Array, other: Float64Array, start: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = one.length & ~3;
  for (let index = 0; index < whole; index += 4) {
    a += one[index] * other[start + index];
    b += one[index + 1] * other[start + index + 1];
    c += one[index + 2] * other[start + index + 2];
    d += one[index + 3] * other[start + index + 3];
  }
  for (let index = whole; index < one.length; index++) {
    a += one[index] * other[start + index];
  }
  return a + b + (c + d);
}

function keepColumns(matrix: Float64Array, size: number, count: number): Float64Array {
  const kept = new Float64Array(size * count);
  for (let row = 0; row < size; row++) {
    kept.set(matrix.subarray(row * size, row * size + count), row * count);
  }
  return kept;
}
