import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../../../src/tensor/npy';
import {
  computeChannelMap,
  computeClassMap,
  readActivation,
  readClassifierRow,
  subtractClassMap,
} from '../../../../webview/cam/evidence';
import { CLASSIFIER, FEATURE } from './builders';

const fixtures = path.join(__dirname, '../../../fixtures');
const readArray = (name: string): Float32Array => readNpy(readFileSync(path.join(fixtures, name))).data;

describe('computeClassMap', () => {
  it('weighs the channels of a pooled head and averages contributions over cells', () => {
    const { map, contributions, certificate } = computeClassMap(FEATURE, 0, Float32Array.of(1, -2), 0.5, 2);
    expect(Array.from(map)).toEqual([1, 0, 3, 2]);
    expect(Array.from(contributions)).toEqual([2.5, -1]);
    expect(certificate).toEqual({ aggregate: 'mean', value: 1.5, bias: 0.5, logit: 2, residual: 0, holds: true });
  });

  it('weighs every position of a fully connected head by itself and sums', () => {
    const weights = Float32Array.of(1, 0, 0, -1, 5, 10, 5, 20);
    const { map, contributions, certificate } = computeClassMap({ ...FEATURE, aggregate: 'sum' }, 0, weights, 1, 28);
    expect(Array.from(map)).toEqual([1, 10, 0, 16]);
    expect(Array.from(contributions)).toEqual([-3, 30]);
    expect(certificate).toMatchObject({ value: 27, residual: 0, holds: true });
  });

  it('says that the sum does not hold when the logit is another, and for numbers that are not finite', () => {
    const weights = Float32Array.of(1, -2);
    expect(computeClassMap(FEATURE, 0, weights, 0.5, 2.001).certificate.holds).toBe(false);
    const broken = { ...FEATURE, featureMap: Float32Array.of(NaN, 2, 3, 4, 0, 1, 0, 1) };
    expect(computeClassMap(broken, 0, weights, 0.5, 2).certificate.holds).toBe(false);
  });

  it('equals the maps and contributions PyTorch computes for EfficientNet-Lite0 on a photograph', () => {
    const expected = JSON.parse(readFileSync(path.join(fixtures, 'lite0-head/expected.json'), 'utf8')) as {
      classes: number[];
      bias: number[];
      logits: number[];
    };
    const feature = { featureMap: readArray('lite0-head/feature.npy'), channels: 1280, height: 7, width: 7 };
    const classifier = {
      weights: readArray('lite0-head/weights.npy'),
      perPosition: false,
      bias: Float32Array.from(expected.bias),
    };
    const maps = readArray('lite0/chelsea/cam_exact.npy');
    const contributions = readArray('lite0/chelsea/contrib.npy');
    for (const place of expected.classes.keys()) {
      const { weights, bias } = readClassifierRow(classifier, place);
      const logit = expected.logits[place];
      const found = computeClassMap({ ...feature, aggregate: 'mean' }, place, weights, bias, logit);
      // 1e-4 of the largest value is asked for; both sides sum 1280 products, here in double precision.
      expect(maxDifference(found.map, maps.subarray(place * 49, (place + 1) * 49))).toBeLessThan(2e-5);
      const row = contributions.subarray(place * 1280, (place + 1) * 1280);
      expect(maxDifference(found.contributions, row)).toBeLessThan(1e-6);
      expect(found.certificate.holds).toBe(true);
    }
  });
});

describe('subtractClassMap', () => {
  const mapOf = (classIndex: number, gauge = 0): ReturnType<typeof computeClassMap> => {
    const { weights, bias } = readClassifierRow(CLASSIFIER, classIndex);
    // Adding the same number to the same weight of every class moves every logit by gauge · mean F_1.
    const moved = weights.map((weight, channel) => weight + (channel === 1 ? gauge : 0));
    return computeClassMap(FEATURE, classIndex, moved, bias, [2, -0.5, 5][classIndex] + gauge * 0.5);
  };

  it('adds up to the difference of the logits', () => {
    const contrast = subtractClassMap(mapOf(2), mapOf(0));
    expect(Array.from(contrast.map)).toEqual([1, 4, 3, 6]);
    expect(contrast.certificate).toMatchObject({ value: 3.5, bias: -0.5, logit: 3, residual: 0, holds: true });
  });

  it('allows for the rounding of both classes where the model itself rounds', () => {
    const slack = { precision: 1e-5, rounding: 0.02 };
    const rounded = computeClassMap(FEATURE, 0, Float32Array.of(1, -2), 0.5, 2.015, slack);
    expect(rounded.certificate).toMatchObject({ holds: true, tolerance: 0.02 + 2.015e-5 });
    expect(computeClassMap(FEATURE, 0, Float32Array.of(1, -2), 0.5, 2.03, slack).certificate.holds).toBe(false);
    const { certificate } = subtractClassMap(mapOf(2), rounded);
    expect(certificate.holds).toBe(true);
    expect(certificate.tolerance).toBeCloseTo(0.02 + 2.015e-5 + 5e-5, 9);
  });

  it('does not change when one vector is added to all rows of the classifier, though each map does', () => {
    expect(mapOf(0, 8).map).not.toEqual(mapOf(0).map);
    expect(subtractClassMap(mapOf(2, 8), mapOf(0, 8)).map).toEqual(subtractClassMap(mapOf(2), mapOf(0)).map);
  });
});

describe('computeChannelMap', () => {
  it('is weight times activation, and the channels add up to the class map', () => {
    const weights = Float32Array.of(1, -2);
    expect(Array.from(computeChannelMap(FEATURE, weights, 1))).toEqual([-0, -2, -0, -2]);
    expect(Array.from(readActivation(FEATURE, 1))).toEqual([0, 1, 0, 1]);
  });

  it('uses the weight of each position in fully connected heads', () => {
    const weights = Float32Array.of(1, 0, 0, -1, 5, 10, 5, 20);
    expect(Array.from(computeChannelMap(FEATURE, weights, 1))).toEqual([0, 10, 0, 20]);
  });
});

function maxDifference(first: Float32Array, second: Float32Array): number {
  return first.reduce((largest, value, index) => Math.max(largest, Math.abs(value - second[index])), 0);
}
