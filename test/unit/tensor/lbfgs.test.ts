import { describe, expect, it } from 'vitest';
import type { LbfgsState, Objective } from '../../../src/tensor/lbfgs';
import { minimizeLbfgs } from '../../../src/tensor/lbfgs';

async function minimize(objective: Objective, start: readonly number[], mostIterations = 1000): Promise<LbfgsState> {
  let last: LbfgsState | undefined;
  const options = { tolerance: 1e-8, mostIterations };
  for await (const state of minimizeLbfgs(objective, Float64Array.from(start), options)) {
    last = state;
  }
  return last!;
}

/** Rosenbrock's valley in every pair of coordinates: minimum 0 at (1, …, 1). */
const valley: Objective = (point, gradient) => {
  let value = 0;
  gradient.fill(0);
  for (let index = 0; index < point.length; index += 2) {
    const [x, y] = [point[index], point[index + 1]];
    value += 100 * (y - x * x) ** 2 + (1 - x) ** 2;
    gradient[index] = -400 * x * (y - x * x) - 2 * (1 - x);
    gradient[index + 1] = 200 * (y - x * x);
  }
  return Promise.resolve(value);
};

describe('L-BFGS', () => {
  it('finds the bottom of a curved valley in about as many steps as scipy', async () => {
    const found = await minimize(valley, [-1.2, 1, -1.2, 1]);
    expect(found.status).toBe('converged');
    found.point.forEach((value) => expect(value).toBeCloseTo(1, 6));
    // scipy.optimize.minimize(method='L-BFGS-B', gtol 1e-8, ftol 64 eps) takes 39 iterations.
    expect(Math.abs(found.iterations - 39)).toBeLessThanOrEqual(4);
  });

  it('minimises a badly scaled bowl of odd size', async () => {
    const bowl: Objective = (point, gradient) => {
      let value = 0;
      point.forEach((x, index) => {
        const weight = 10 ** (index - 3);
        value += (weight * (x - index) ** 2) / 2;
        gradient[index] = weight * (x - index);
      });
      return Promise.resolve(value);
    };
    const found = await minimize(bowl, Array<number>(7).fill(0));
    expect(found.value).toBeLessThan(1e-10);
    expect(found.gradientNorm).toBeLessThanOrEqual(1e-6);
  });

  it('says when it stopped for the number of iterations, and when there is nothing to do', async () => {
    const early = await minimize(valley, [-1.2, 1], 5);
    expect([early.status, early.iterations]).toEqual(['exhausted', 5]);
    const done = await minimize(valley, [1, 1]);
    expect([done.status, done.iterations, done.evaluations]).toEqual(['converged', 0, 1]);
  });

  it('does not call a point a minimum where the objective is no number', async () => {
    const broken: Objective = (_, gradient) => {
      gradient.fill(Number.NaN);
      return Promise.resolve(Number.NaN);
    };
    expect((await minimize(broken, [1, 2])).status).toBe('stalled');
  });
});
