import type { LinearHead } from './linearHead';

/** Tied weights, W[k,c,i,j] = w[k,c]/(H·W): the same logits exactly. `cells` is H·W. */
export function toFullyConnected({ weights, bias }: LinearHead, cells: number): LinearHead {
  const tied = new Float32Array(weights.length * cells);
  weights.forEach((weight, row) => tied.fill(weight / cells, row * cells, (row + 1) * cells));
  return { kind: 'fc', weights: tied, bias };
}

/**
 * The least-squares projection onto heads that share their weights over positions: w[k,c] = Σ_ij W[k,c,i,j], whose tied
 * form is the mean of W over positions.
 */
export function toPooled({ weights, bias }: LinearHead, cells: number): LinearHead {
  const pooled = new Float32Array(weights.length / cells);
  for (let row = 0; row < pooled.length; row++) {
    let sum = 0;
    for (let cell = row * cells; cell < (row + 1) * cells; cell++) {
      sum += weights[cell];
    }
    pooled[row] = sum;
  }
  return { kind: 'gap', weights: pooled, bias };
}

/**
 * ‖W − V‖/‖W‖ of two heads in their fully connected form, a pooled one with its tied weights. For V the projection of W
 * this is its residual: 0 when W is tied, √(1−1/HW) expected for independent random weights. 0 when W is zero.
 */
export function computeResidual(before: LinearHead, after: LinearHead, cells: number): number {
  const rows = before.kind === 'gap' ? before.weights.length : before.weights.length / cells;
  const [one, other] = [createReader(before, cells), createReader(after, cells)];
  let difference = 0;
  let norm = 0;
  for (let row = 0; row < rows; row++) {
    for (let cell = 0; cell < cells; cell++) {
      const weight = one.weights[row * one.rowStride + cell * one.cellStride] * one.scale;
      const distance = weight - other.weights[row * other.rowStride + cell * other.cellStride] * other.scale;
      difference += distance * distance;
      norm += weight * weight;
    }
  }
  return norm === 0 ? 0 : Math.sqrt(difference / norm);
}

/** How to read a head in its fully connected form: a pooled one has the same weight in each cell. */
function createReader({ kind, weights }: LinearHead, cells: number) {
  return kind === 'gap'
    ? { weights, rowStride: 1, cellStride: 0, scale: 1 / cells }
    : { weights, rowStride: cells, cellStride: 1, scale: 1 };
}
