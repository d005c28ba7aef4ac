import { describe, expect, it } from 'vitest';
import { rankChannels } from '../../../../webview/cam/channelRanking';
import { computeClassMap } from '../../../../webview/cam/evidence';
import type { FeatureMap } from '../../../../webview/cam/evidence';

/** One cell, three channels: contributions are weight · activation. */
const FEATURE: FeatureMap = {
  featureMap: Float32Array.of(1, 2, 4),
  channels: 3,
  height: 1,
  width: 1,
  aggregate: 'mean',
};
const evidence = computeClassMap(FEATURE, 0, Float32Array.of(1, -2, 0.75), 0, 0);

describe('rankChannels', () => {
  it('puts the largest contribution first, whatever its sign, with weight, mean and share', () => {
    expect(rankChannels(FEATURE, evidence, 'magnitude')).toEqual([
      { channel: 1, weight: -2, mean: 2, contribution: -4, share: 0.5 },
      { channel: 2, weight: 0.75, mean: 4, contribution: 3, share: 0.375 },
      { channel: 0, weight: 1, mean: 1, contribution: 1, share: 0.125 },
    ]);
  });

  it('puts what is for or against the class first when asked', () => {
    const order = (kind: 'positive' | 'negative'): number[] =>
      rankChannels(FEATURE, evidence, kind).map(({ channel }) => channel);
    expect(order('positive')).toEqual([2, 0, 1]);
    expect(order('negative')).toEqual([1, 0, 2]);
  });

  it('has shares of 0, not NaN, when nothing contributes', () => {
    const silent = computeClassMap(FEATURE, 0, Float32Array.of(0, 0, 0), 0, 0);
    expect(rankChannels(FEATURE, silent, 'magnitude').map(({ share }) => share)).toEqual([0, 0, 0]);
  });

  it('shows the mean weight over positions for a fully connected head', () => {
    const feature: FeatureMap = { ...FEATURE, featureMap: Float32Array.of(1, 1), channels: 1, width: 2 };
    const map = computeClassMap(feature, 0, Float32Array.of(1, 3), 0, 0);
    expect(rankChannels(feature, map, 'magnitude')[0].weight).toBe(2);
  });

  it('puts contributions that are not a number first, where they are seen', () => {
    const feature = { ...FEATURE, featureMap: Float32Array.of(1, 2, NaN) };
    const broken = computeClassMap(feature, 0, Float32Array.of(1, -2, 0.75), 0, 0);
    expect(rankChannels(feature, broken, 'positive').map(({ channel }) => channel)).toEqual([2, 0, 1]);
  });
});
