import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFit } from '../../../src/fit/fitLinear';
import type { FitProblem } from '../../../src/fit/fitProblem';
import { scoreRange, writeProblem } from '../../../src/fit/fitProblem';
import { isRowSpaceCheaper } from '../../../src/fit/rowSpace';
import type { ReferenceFit } from './fitReference';
import { openFitReference } from './fitReference';

const [rows, columns, trainCount] = [48, 200, 40];
const [DIRECT, REDUCED] = [0, 2];
/**
 * Of the largest. Searches end when the value falls by no more than 64 roundings, 1e-14, and where it is flat that leaves
 * a coefficient free by more than √1e-14: two searches over the same features differ as much.
 */
const NEAR = 3e-4;

let fixture: Awaited<ReturnType<typeof openFitReference>>;
beforeAll(async () => {
  fixture = await openFitReference('row-space', 'wide_');
});
afterAll(() => fixture.close());

function createProblem(
  kind: ReferenceFit['kind'],
  fits: number,
  values: Float32Array = fixture.features,
): Promise<FitProblem> {
  const { client, folder, classes, labels } = fixture;
  const perRow = {
    softmax: (row: number) => [classes[row]],
    binary: (row: number) => [classes[row] < 2 ? 1 : 0],
    several: (row: number) => [0, 1, 2].filter((index) => labels[row * 3 + index] === 1),
  }[kind];
  return writeProblem(
    {
      client,
      classCount: { softmax: 4, binary: 2, several: 3 }[kind],
      isMultiLabel: kind === 'several',
      rowClasses: Array.from({ length: rows }, (_, row) => perRow(row)),
      ...{ tolerance: 1e-10, mostIterations: 10_000, signal: undefined },
    },
    {
      ...{ folder, columns, trainCount, fits },
      readRow: (row) => values.subarray(row * columns, (row + 1) * columns),
    },
  );
}

async function fit(problem: FitProblem, penalty: number, range = problem.train) {
  const session = await openFit(fixture.client, problem.matrix, [range]);
  const found = await session.fit({ ...problem, penalty });
  await session.release();
  return { ...found, features: await problem.toFeatureWeights(found.weights) };
}

function expectNear(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  const largest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const distance = Array.from(found).reduce(
    (most, value, index) => Math.max(most, Math.abs(value - expected[index])),
    0,
  );
  expect(distance).toBeLessThan(tolerance * largest);
}

/** The bias of a softmax, and with it the logits, may carry a common constant, which no probability depends on. */
function center(values: ArrayLike<number>, kind: ReferenceFit['kind'], perRow: number): number[] {
  const all = Array.from(values);
  const mean = (row: number) =>
    all.slice(row * perRow, (row + 1) * perRow).reduce((sum, value) => sum + value) / perRow;
  return kind === 'softmax' ? all.map((value, index) => value - mean(Math.floor(index / perRow))) : all;
}

describe('fitting in the space that the images span', () => {
  it('finds the coefficients, objective and logits of scikit-learn, although images repeat or depend on each other', async () => {
    for (const reference of fixture.cases) {
      const { kind, bias } = reference;
      const problem = await createProblem(kind, REDUCED);
      expect(problem.matrix.columns).toBe(45);
      const found = await fit(problem, reference.penalty);
      expect(found.status).toBe('converged');
      expect(Math.abs(found.objective - reference.objective)).toBeLessThan(1e-9);
      expectNear(found.features, reference.weights, NEAR);
      expectNear(center(found.bias, kind, bias.length), center(bias, kind, bias.length), NEAR);
      const { logits } = await scoreRange(problem, found, problem.validation);
      const ofClass = kind === 'binary' ? logits.filter((_, index) => index % 2 === 1).map((half) => 2 * half) : logits;
      expectNear(center(ofClass, kind, bias.length), center(reference.logits!, kind, bias.length), NEAR);
      await problem.release();
    }
    expect(await readdir(fixture.folder)).toEqual([]);
  });

  it('equals the fit to the features themselves, for all training images and for some of them', async () => {
    const [direct, reduced] = await Promise.all([createProblem('softmax', DIRECT), createProblem('softmax', REDUCED)]);
    expect([direct.matrix.columns, reduced.matrix.columns]).toEqual([columns, 45]);
    for (const range of [direct.train, { start: 7, end: 25 }]) {
      const [one, other] = [await fit(direct, 0.5, range), await fit(reduced, 0.5, range)];
      expect(Math.abs(one.objective - other.objective)).toBeLessThan(1e-9);
      expectNear(other.features, one.features, NEAR);
      expectNear(other.bias, one.bias, NEAR);
    }
    await Promise.all([direct.release(), reduced.release()]);
  });

  it('leaves features that are all zero to the direct way', async () => {
    const problem = await createProblem('softmax', REDUCED, new Float32Array(rows * columns));
    expect(problem.matrix.columns).toBe(columns);
    const found = await fit(problem, 1);
    expect(found.objective).toBeCloseTo(Math.log(4), 10);
    await problem.release();
    expect(await readdir(fixture.folder)).toEqual([]);
  });

  it('is chosen for fewer images than features as long as the products of all pairs pay', () => {
    const map = 1280 * 7 * 7;
    expect(isRowSpaceCheaper({ rows: 240, columns: map, classes: 10 }, 2)).toBe(true);
    expect(isRowSpaceCheaper({ rows: 240, columns: 1280, classes: 10 }, 2)).toBe(true);
    expect(isRowSpaceCheaper({ rows: 240, columns: 200, classes: 10 }, 100)).toBe(false);
    expect(isRowSpaceCheaper({ rows: 2000, columns: map, classes: 2 }, 2)).toBe(false);
    expect(isRowSpaceCheaper({ rows: 2000, columns: map, classes: 100 }, 2)).toBe(true);
    expect(isRowSpaceCheaper({ rows: 100_000, columns: 1e9, classes: 1000 }, 42)).toBe(false);
  });
});
