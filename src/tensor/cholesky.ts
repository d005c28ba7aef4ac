import type { Pause } from './pause';

/**
 * Lower triangle L of L·Lᵀ = A in place of a symmetric positive definite A [n, n]; the upper triangle is left as it was.
 * Row by row (Cholesky–Banachiewicz), n³/6 multiply-adds. @throws RangeError for a matrix that is not positive definite.
 */
export async function factorize(matrix: Float64Array, size: number, pause: Pause): Promise<void> {
  for (let row = 0; row < size; row++) {
    await pause();
    const own = matrix.subarray(row * size, row * size + row + 1);
    for (let column = 0; column <= row; column++) {
      const other = matrix.subarray(column * size, column * size + column + 1);
      let sum = own[column];
      for (let index = 0; index < column; index++) {
        sum -= own[index] * other[index];
      }
      if (column < row) {
        own[column] = sum / other[column];
      } else if (sum > 0) {
        own[column] = Math.sqrt(sum);
      } else {
        throw new RangeError(`The matrix is not positive definite: pivot ${row} is ${sum}.`);
      }
    }
  }
}

/** B ← L⁻¹·B for B [n, columns]. */
export async function solveLower(
  factor: Float64Array,
  size: number,
  values: Float64Array,
  pause: Pause,
): Promise<void> {
  const columns = values.length / size;
  for (let row = 0; row < size; row++) {
    await pause();
    for (let above = 0; above < row; above++) {
      subtractRow(values, row, above, columns, factor[row * size + above]);
    }
    divideRow(values, row, columns, factor[row * size + row]);
  }
}

/** B ← L⁻ᵀ·B. */
export async function solveUpper(
  factor: Float64Array,
  size: number,
  values: Float64Array,
  pause: Pause,
): Promise<void> {
  const columns = values.length / size;
  for (let row = size - 1; row >= 0; row--) {
    await pause();
    divideRow(values, row, columns, factor[row * size + row]);
    for (let above = 0; above < row; above++) {
      subtractRow(values, above, row, columns, factor[row * size + above]);
    }
  }
}

function subtractRow(values: Float64Array, target: number, source: number, columns: number, factor: number): void {
  if (factor === 0) {
    return;
  }
  const [to, from] = [target * columns, source * columns];
  for (let column = 0; column < columns; column++) {
    values[to + column] -= factor * values[from + column];
  }
}

function divideRow(values: Float64Array, row: number, columns: number, divisor: number): void {
  for (let index = row * columns; index < (row + 1) * columns; index++) {
    values[index] /= divisor;
  }
}
