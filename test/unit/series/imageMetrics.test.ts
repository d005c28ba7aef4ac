import { describe, expect, it } from 'vitest';
import type { ExplainedImage } from '../../../src/protocol/imageSeries';
import { computeBorderEnergy } from '../../../src/cam/borderEnergy';
import { computeEntropy, computeImageMetrics, computeMapStatistics } from '../../../src/series/imageMetrics';

describe('computeBorderEnergy', () => {
  it('is 1 for a uniform map, whatever its sign and size', () => {
    expect(computeBorderEnergy(new Float32Array(63).fill(-2), 7, 9)).toBeCloseTo(1, 12);
  });

  it('compares the ring with its share of the area', () => {
    // 4×4: the ring has 12 of 16 cells. All in one corner: 1/(12/16); all inside: 0.
    const corner = new Float32Array(16);
    corner[3] = -5;
    expect(computeBorderEnergy(corner, 4, 4)).toBeCloseTo(16 / 12, 12);
    const inside = new Float32Array(16);
    inside[5] = 5;
    expect(computeBorderEnergy(inside, 4, 4)).toBe(0);
  });

  it('says nothing of a map without inside or without evidence', () => {
    expect(computeBorderEnergy(new Float32Array(6).fill(1), 2, 3)).toBeNull();
    expect(computeBorderEnergy(new Float32Array(16), 4, 4)).toBeNull();
  });
});

describe('computeEntropy', () => {
  it('is ln K for equal probabilities and 0 for certainty', () => {
    expect(computeEntropy(new Float32Array(8).fill(1 / 8))).toBeCloseTo(Math.log(8), 6);
    expect(computeEntropy(Float32Array.of(0, 1, 0))).toBe(0);
  });

  it('adds up over independent labels', () => {
    expect(computeEntropy(Float32Array.of(0.5, 0.5, 0.5))).toBeCloseTo(3 * Math.LN2, 6);
  });
});

describe('computeMapStatistics', () => {
  it('equals NumPy', () => {
    // a = numpy.array([[-1, 2, 0], [4, 0.5, -3]]): a.mean(), a.std(), (a > 0).mean()
    const found = computeMapStatistics(Float32Array.of(-1, 2, 0, 4, 0.5, -3), 2, 3);
    expect(found.mean).toBeCloseTo(0.4166666666666667, 12);
    expect(found.standardDeviation).toBeCloseTo(2.206367049145621, 12);
    expect(found).toMatchObject({ minimum: -3, maximum: 4, positiveShare: 0.5 });
  });
});

describe('computeImageMetrics', () => {
  const explained: ExplainedImage = {
    logits: Float32Array.of(1, 3),
    probabilities: Float32Array.of(0.25, 0.75),
    top: [1, 0],
    height: 1,
    width: 2,
    maps: [{ classIndex: 0, map: Float32Array.of(1, 3), certificate: null, value: 1, figures: [] }],
    runs: 1,
    placement: null,
    picture: null,
  };

  it('compares the true class with the most likely one', () => {
    expect(computeImageMetrics(explained, 0)).toMatchObject({ probability: 0.25, error: 0.75, correct: false });
    expect(computeImageMetrics(explained, 1)).toMatchObject({ error: 0.25, correct: true });
    expect(computeImageMetrics(explained, null)).toMatchObject({ error: null, correct: null, residual: null });
  });
});
