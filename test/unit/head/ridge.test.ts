import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fitRidge } from '../../../src/head/ridge';
import { createPause } from '../../../src/tensor/pause';
import { createRandom } from '../cam/modelBuilder';

type Matrix = readonly (readonly number[])[];
const { tall } = JSON.parse(readFileSync(path.join(__dirname, '../../fixtures/head-swap/expected.json'), 'utf8')) as {
  readonly tall: {
    readonly features: Matrix;
    readonly targets: Matrix;
    readonly ridge: number;
    readonly weights: Matrix;
    readonly bias: readonly number[];
    readonly leaveOneOut: Matrix;
  };
};

const pause = createPause(undefined);
const toProblem = (features: Matrix, targets: Matrix) => ({
  examples: features.length,
  features: Float64Array.from(features.flat()),
  targets: Float64Array.from(targets.flat()),
});

function expectClose(found: ArrayLike<number>, expected: readonly number[], tolerance = 1e-9): void {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, index) => expect(Math.abs(found[index] - value)).toBeLessThan(tolerance));
}

function createMatrix(rows: number, columns: number, seed: number): Matrix {
  const random = createRandom(seed);
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => random() * 2 - 1));
}

/** Leaves each example out and predicts it by the fit to the others. */
async function leaveOut(features: Matrix, targets: Matrix, ridge: number): Promise<number[]> {
  const predicted: number[] = [];
  for (const [index, row] of features.entries()) {
    const others = <T>(list: readonly T[]) => list.filter((_, position) => position !== index);
    const { weights, bias } = await fitRidge(toProblem(others(features), others(targets)), pause, ridge);
    bias.forEach((offset, target) => {
      predicted.push(row.reduce((sum, value, column) => sum + weights[target * row.length + column] * value, offset));
    });
  }
  return predicted;
}

describe('ridge least squares', () => {
  it("equals scikit-learn's, with the ridge that brute-force leave-one-out prefers", async () => {
    const fit = await fitRidge(toProblem(tall.features, tall.targets), pause);
    expect(Math.abs(fit.ridge / tall.ridge - 1)).toBeLessThan(1e-12);
    expectClose(fit.weights, tall.weights.flat());
    expectClose(fit.bias, tall.bias);
    expectClose(fit.leaveOneOut, tall.leaveOneOut.flat());
  });

  it.each([
    [12, 5],
    [5, 12],
    [8, 8],
    [2, 3],
  ])('predicts left-out examples in closed form: %i examples, %i features', async (rows, columns) => {
    const [features, targets] = [createMatrix(rows, columns, 1), createMatrix(rows, 2, 2)];
    for (const ridge of [1e-4, 0.3, 20]) {
      const { leaveOneOut } = await fitRidge(toProblem(features, targets), pause, ridge);
      // Leaving out one of two examples leaves a single one, to which only the mean can be fitted.
      const expected = rows > 2 ? await leaveOut(features, targets, ridge) : [...targets[1], ...targets[0]];
      expectClose(leaveOneOut, expected, 1e-7);
    }
  });

  it('is the same over examples and over features', async () => {
    const [features, targets] = [createMatrix(6, 6, 3), createMatrix(6, 4, 4)];
    const wide = features.map((row) => [...row, 0]); // one more feature that says nothing: solved over examples
    const narrow = [
      ...features,
      features[0].map((_, column) => features.reduce((sum, row) => sum + row[column], 0) / 6),
    ];
    const mean = targets[0].map((_, column) => targets.reduce((sum, row) => sum + row[column], 0) / 6);
    const dual = await fitRidge(toProblem(wide, targets), pause, 0.5);
    const primal = await fitRidge(toProblem(narrow, [...targets, mean]), pause, 0.5); // the mean example changes nothing
    const withoutLast = dual.weights.filter((_, index) => index % 7 !== 6);
    expectClose(primal.weights, [...withoutLast]);
    expectClose(primal.bias, [...dual.bias]);
  });

  it('stays finite for features that repeat, vanish or differ by ten powers of ten', async () => {
    const base = createMatrix(20, 2, 5);
    const features = base.map(([one, two]) => [one, one, two * 1e5, two * 1e-5, 0]);
    const fit = await fitRidge(toProblem(features, createMatrix(20, 3, 6)), pause);
    expect([...fit.weights, ...fit.bias, ...fit.leaveOneOut].every(Number.isFinite)).toBe(true);
  });

  it('fits a constant to features that do not vary', async () => {
    const fit = await fitRidge(toProblem([[1], [1], [1]], [[1], [2], [6]]), pause);
    expectClose(fit.bias, [3]);
    expectClose(fit.weights, [0]);
    expectClose(fit.leaveOneOut, [4, 3.5, 1.5]);
  });

  it('needs two examples, and ends when it is cancelled', async () => {
    await expect(fitRidge(toProblem([[1, 2]], [[1]]), pause)).rejects.toThrow('two examples');
    const cancelled = fitRidge(toProblem(tall.features, tall.targets), createPause(AbortSignal.abort()));
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  });
});
