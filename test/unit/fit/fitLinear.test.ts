import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeatureMatrix } from '../../../src/fit/featureMatrix';
import { writeFeatureMatrix } from '../../../src/fit/featureMatrix';
import type { LinearModel } from '../../../src/fit/fitLinear';
import { openFit, scoreRows } from '../../../src/fit/fitLinear';
import type { ReferenceFit } from './fitReference';
import { openFitReference } from './fitReference';

let fixture: Awaited<ReturnType<typeof openFitReference>>;
beforeAll(async () => {
  fixture = await openFitReference('fit', '');
});
afterAll(() => fixture.close());

const columns = 24;

function writeMatrix(kind: ReferenceFit['kind'], elementType: FeatureMatrix['elementType']): Promise<FeatureMatrix> {
  const { folder, features, classes, labels } = fixture;
  const perRow = {
    softmax: (row: number) => [classes[row]],
    binary: (row: number) => (classes[row] < 2 ? [0] : []),
    several: (row: number) => [0, 1, 2, 3].filter((index) => labels[row * 4 + index] === 1),
  }[kind];
  return writeFeatureMatrix(folder, {
    columns,
    classes: { softmax: 5, binary: 1, several: 4 }[kind],
    labels: kind === 'softmax' ? 'index' : 'indicators',
    elementType,
    rowClasses: classes.map((_, row) => perRow(row)),
    readRow: (row) => features.subarray(row * columns, (row + 1) * columns),
  });
}

function expectNear(found: LinearModel, { weights, bias }: ReferenceFit, tolerance: number): void {
  const largest = Math.max(...weights.map(Math.abs));
  weights.forEach((weight, index) => expect(Math.abs(found.weights[index] - weight)).toBeLessThan(tolerance * largest));
  // scikit-learn's softmax bias may carry a common constant, which no probability depends on.
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const shift = bias.length === 5 ? mean(found.bias) - mean(bias) : 0;
  bias.forEach((value, index) => expect(Math.abs(found.bias[index] - shift - value)).toBeLessThan(tolerance * largest));
}

describe('fitting a linear head', () => {
  it('finds the coefficients and the objective of scikit-learn at a tight tolerance, for every kind and penalty', async () => {
    for (const reference of fixture.cases) {
      const matrix = await writeMatrix(reference.kind, 'float64');
      const session = await openFit(fixture.client, matrix, [{ start: 0, end: matrix.rows }]);
      const options = { penalty: reference.penalty, tolerance: 1e-10, mostIterations: 10_000 };
      const found = await session.fit(options);
      expect(found.status).toBe('converged');
      expectNear(found, reference, 1e-5);
      expect(Math.abs(found.objective - reference.objective)).toBeLessThan(1e-9);
      await session.release();
      await matrix.remove();
    }
  });

  it('finds the objective within 1e-6 in single precision too, where rounding ends the search', async () => {
    for (const reference of fixture.cases) {
      const matrix = await writeMatrix(reference.kind, 'float32');
      const session = await openFit(fixture.client, matrix, [{ start: 0, end: matrix.rows }]);
      const found = await session.fit({ penalty: reference.penalty, tolerance: 1e-5, mostIterations: 10_000 });
      expectNear(found, reference, 5e-3);
      expect(Math.abs(found.objective - reference.objective)).toBeLessThan(1e-6);
      await session.release();
    }
  });

  it('fits to several ranges of rows as to one, and starts from another fit', async () => {
    const matrix = await writeMatrix('softmax', 'float64');
    const options = { penalty: 1, tolerance: 1e-9, mostIterations: 1000 };
    const parts = await openFit(fixture.client, matrix, [
      { start: 0, end: 130 },
      { start: 130, end: 700 },
    ]);
    const found = await parts.fit(options);
    expectNear(found, fixture.cases[1], 1e-5);
    const again = await parts.fit({ ...options, start: found });
    expect(again.iterations).toBeLessThanOrEqual(1);
    const half = await openFit(fixture.client, matrix, [{ start: 0, end: 350 }]);
    const less = await half.fit(options);
    expect(less.objective).not.toBeCloseTo(found.objective, 3);
  });

  it('scores rows with the logits of a matrix product', async () => {
    const matrix = await writeMatrix('softmax', 'float32');
    const weights = Float64Array.from(fixture.cases[1].weights);
    const bias = Float64Array.from(fixture.cases[1].bias);
    const logits = await scoreRows(fixture.client, matrix, { start: 100, end: 103 }, { weights, bias });
    expect(logits.length).toBe(15);
    for (let row = 0; row < 3; row++) {
      for (let output = 0; output < 5; output++) {
        let wanted = bias[output];
        for (let column = 0; column < columns; column++) {
          wanted += weights[output * columns + column] * fixture.features[(100 + row) * columns + column];
        }
        expect(Math.abs(logits[row * 5 + output] - wanted)).toBeLessThan(1e-4);
      }
    }
  });

  it('stops when it is told to', async () => {
    const matrix = await writeMatrix('softmax', 'float64');
    const session = await openFit(fixture.client, matrix, [{ start: 0, end: 700 }]);
    const stop = new AbortController();
    const fit = session.fit({
      penalty: 1e-9,
      tolerance: 1e-15,
      mostIterations: 1e9,
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(), 3);
    await expect(fit).rejects.toMatchObject({ code: 'cancelled' });
    const after = await openFit(fixture.client, matrix, [{ start: 0, end: 700 }]);
    expect((await after.fit({ penalty: 100, tolerance: 1e-3, mostIterations: 100 })).status).toBe('converged');
  });
});
