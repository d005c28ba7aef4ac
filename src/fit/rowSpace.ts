import { createPause } from '../tensor/pause';
import { factorizePivoted, solveFromRight } from '../tensor/pivotedCholesky';
import type { RowProducts } from './rowProducts';

/**
 * Rows X [N, D] in an orthonormal basis Q [D, r] of what they span: X = L·Qᵀ, r ≤ N. Weights V [outputs, r] on L give
 * the logits of W = V·Qᵀ on X, and ‖W‖ = ‖V‖; weights outside the span would only add to the penalty (representer
 * theorem; Schölkopf, Herbrich and Smola 2001). So the penalised optimum over L is that over X, for any of the rows.
 */
export interface RowSpace {
  /** L [N, r]. */
  readonly coordinates: Float64Array;
  readonly rank: number;
  /** W [outputs, D] of V [outputs, r]. */
  toFeatures(weights: Float64Array): Promise<Float64Array>;
}

/**
 * L is the factor of the Gram matrix X·Xᵀ = L·Lᵀ, and Q = Xₚᵀ·Lₚ⁻ᵀ for the r rows p that are the pivots. What a row has
 * beyond these (at most √(N·ε) of the longest row, about as much as single precision rounds) is left out. See
 * `isRowSpaceCheaper` for the cost; memory: 16·N² bytes.
 */
export async function findRowSpace(
  products: RowProducts,
  rows: number,
  signal: AbortSignal | undefined,
  onProgress?: (fraction: number) => void,
): Promise<RowSpace> {
  const pause = createPause(signal);
  const gram = await products.computeGram(onProgress);
  const { factor, pivots } = await factorizePivoted(gram, rows, pause);
  const rank = pivots.length;
  const triangle = new Float64Array(rank * rank);
  pivots.forEach((pivot, index) => triangle.set(factor.subarray(pivot * rank, (pivot + 1) * rank), index * rank));
  return {
    coordinates: factor,
    rank,
    async toFeatures(weights) {
      const solved = weights.slice();
      await solveFromRight(solved, triangle, rank, pause);
      const outputs = weights.length / rank;
      const factors = new Float64Array(outputs * rows);
      for (let output = 0; output < outputs; output++) {
        pivots.forEach((pivot, index) => (factors[output * rows + pivot] = solved[output * rank + index]));
      }
      return products.combine(factors);
    },
  };
}

/** Their Gram matrix and its factor are held in memory, 67 MB; the factor of many more would leave the cache and be slow. */
const MOST_ROWS = 2048;
/** Of a fit: 27 to 583 were counted on the maps of EfficientNet-Lite0, by tolerance. */
const EVALUATIONS = 50;
/** How much longer an operation takes here than in ONNX Runtime, measured at 1000 rows. */
const SLOWNESS = 30;

/**
 * Whether the way over the span takes fewer operations, for so many fits of 50 evaluations each. Once N²·D + N³/3
 * (the Gram matrix; its factor, in JavaScript, counted thirtyfold) and 2·N·D·K to come back; then 4·N²·K an evaluation
 * instead of 4·N·D·K. Never when there are more images than features, or too many to hold.
 */
export function isRowSpaceCheaper(
  { rows, columns, classes }: { readonly rows: number; readonly columns: number; readonly classes: number },
  fits: number,
): boolean {
  const evaluations = EVALUATIONS * fits * 4 * classes * rows;
  const once = rows ** 2 * columns + (SLOWNESS * rows ** 3) / 3 + 2 * rows * columns * classes;
  return rows <= MOST_ROWS && once + evaluations * rows < evaluations * columns;
}
