import { describe, expect, it } from 'vitest';
import {
  computeMeanVariance,
  computeNatarajanBounds,
  computeReadingGains,
  type HeadSize,
} from '../../../src/protocol/headFormulas';

const SIZE: HeadSize = { channels: 3, height: 4, width: 5, classes: 7, batch: 1, weightBytes: 4, activationBytes: 4 };

/** The matrix that averages the 20 positions of each of 3 channels, [3, 60]. */
const MEAN = Array.from({ length: 3 }, (_, channel) =>
  Array.from({ length: 60 }, (_, input) => (Math.floor(input / 20) === channel ? 1 / 20 : 0)),
);

function apply(input: readonly number[]): readonly number[] {
  return MEAN.map((row) => row.reduce((sum, weight, index) => sum + weight * input[index], 0));
}

const norms = {
  l1: (values: readonly number[]) => values.reduce((sum, value) => sum + Math.abs(value), 0),
  l2: (values: readonly number[]) => Math.hypot(...values),
  lInfinity: (values: readonly number[]) => Math.max(...values.map(Math.abs)),
};

describe('gains of the mean over positions', () => {
  const gains = computeReadingGains(SIZE, 'gap');
  const everywhere = Array.from({ length: 60 }, () => 1);
  const oneChannel = everywhere.map((value, index) => (index < 20 ? value : 0));

  it.each([
    ['l2', everywhere, norms.l2, norms.l2],
    ['l1', everywhere, norms.l1, norms.l1],
    ['lInfinity', everywhere, norms.lInfinity, norms.lInfinity],
    ['l2ToLInfinity', oneChannel, norms.l2, norms.lInfinity],
    ['lInfinityToL2', everywhere, norms.lInfinity, norms.l2],
  ] as const)('%s is attained, and not exceeded by any other input', (name, attaining, from, to) => {
    expect(to(apply(attaining)) / from(attaining)).toBeCloseTo(gains[name], 12);
    for (let seed = 1; seed <= 200; seed++) {
      const input = everywhere.map((_, index) => Math.sin(seed * 12.9898 + index * 78.233 * seed));
      expect(to(apply(input)) / from(input)).toBeLessThanOrEqual(gains[name] + 1e-12);
    }
  });

  it('are all 1 for flattening, but for the step from the maximum to the Euclidean norm', () => {
    const flat = { l2: 1, l1: 1, lInfinity: 1, l2ToLInfinity: 1, lInfinityToL2: Math.sqrt(60) };
    expect(computeReadingGains(SIZE, 'fc')).toEqual(flat);
  });
});

describe('the variance of a mean', () => {
  it('falls with the number of positions, and hardly at all when they agree', () => {
    expect(computeMeanVariance(196, 0)).toBeCloseTo(1 / 196, 15);
    expect(1 / computeMeanVariance(196, 0.1)).toBeCloseTo(9.6, 1);
    expect(1 / computeMeanVariance(196, 0.5)).toBeCloseTo(2.0, 1);
    expect(computeMeanVariance(196, 1)).toBe(1);
  });

  it('is what summing up the covariance matrix gives', () => {
    const [cells, correlation] = [12, 0.3];
    let sum = 0;
    for (let i = 0; i < cells; i++) {
      for (let j = 0; j < cells; j++) {
        sum += i === j ? 1 : correlation;
      }
    }
    expect(computeMeanVariance(cells, correlation)).toBeCloseTo(sum / cells ** 2, 14);
  });
});

describe('the Natarajan dimension', () => {
  it('lies between (K − 1)·inputs and K·(inputs + 1)', () => {
    expect(computeNatarajanBounds(SIZE, 'gap')).toEqual({ least: 18, most: 28 });
    expect(computeNatarajanBounds(SIZE, 'fc')).toEqual({ least: 360, most: 427 });
  });

  it('contains the VC dimension of half-spaces for two classes', () => {
    const { least, most } = computeNatarajanBounds({ ...SIZE, classes: 2 }, 'gap');
    expect([least <= 4, most >= 4]).toEqual([true, true]);
  });
});
