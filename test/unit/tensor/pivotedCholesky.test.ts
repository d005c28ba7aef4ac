import { describe, expect, it } from 'vitest';
import { createPause } from '../../../src/tensor/pause';
import { factorizePivoted, solveFromRight } from '../../../src/tensor/pivotedCholesky';

const pause = createPause(undefined);

describe('Cholesky factorization with pivoting', () => {
  it('takes the largest diagonal element first, by hand on 2 × 2', async () => {
    const { factor, pivots } = await factorizePivoted(Float64Array.of(1, 2, 2, 16), 2, pause);
    expect(pivots).toEqual([1, 0]);
    expect([...factor]).toEqual([0.5, Math.sqrt(0.75), 4, 0]);
  });

  it('stops at the rank, and the factor gives the whole matrix', async () => {
    // Rows of a 5 × 3 matrix: the fourth is the sum of the first two, the last is zero.
    const rows = [
      [1, 2, 0],
      [0, 1, -3],
      [2, 0, 1],
      [1, 3, -3],
      [0, 0, 0],
    ];
    const gram = rows.flatMap((one) =>
      rows.map((other) => one.reduce((sum, value, index) => sum + value * other[index], 0)),
    );
    const { factor, pivots } = await factorizePivoted(Float64Array.from(gram), 5, pause);
    expect(pivots.length).toBe(3);
    expect(factor.length).toBe(15);
    for (let row = 0; row < 5; row++) {
      for (let column = 0; column < 5; column++) {
        const product = [0, 1, 2].reduce((sum, index) => sum + factor[row * 3 + index] * factor[column * 3 + index], 0);
        expect(product).toBeCloseTo(gram[row * 5 + column], 12);
      }
    }
  });

  it('finds nothing in zeros', async () => {
    expect(await factorizePivoted(new Float64Array(9), 3, pause)).toEqual({ factor: new Float64Array(), pivots: [] });
  });

  it('solves from the right what the triangle multiplied', async () => {
    const triangle = Float64Array.of(2, 0, 0, 1, 3, 0, -1, 4, 5);
    // [1, 2, 3]·L and [0, 1, −1]·L.
    const values = Float64Array.of(2 + 2 - 3, 6 + 12, 15, 1 + 1, 3 - 4, -5);
    await solveFromRight(values, triangle, 3, pause);
    expect([...values]).toEqual([1, 2, 3, 0, 1, -1]);
  });
});
