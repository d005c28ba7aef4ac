import { describe, expect, it } from 'vitest';
import { computeCertificate } from '../../../src/cam/certificate';
import { CAM_METHODS, findMethod } from '../../../src/cam/methods';
import { computeProbabilities, computeSoftmax, findLargest } from '../../../src/cam/probabilities';

describe('the certificate', () => {
  const map = Float32Array.of(1, 2, 3, 6);

  it('takes the mean of the map for pooled heads and the sum for flattened ones', () => {
    expect(computeCertificate(map, 'mean', 0.5, 3.5)).toEqual({
      aggregate: 'mean',
      value: 3,
      bias: 0.5,
      logit: 3.5,
      residual: 0,
      holds: true,
    });
    expect(computeCertificate(map, 'sum', -1, 11)).toMatchObject({ value: 12, residual: 0, holds: true });
  });

  it('fails just beyond 1e-5 of the logit, and of 1 for small logits', () => {
    expect(computeCertificate(map, 'mean', 0, 3 + 4e-5).holds).toBe(false);
    expect(computeCertificate(map, 'mean', 0, 3 + 2e-5).holds).toBe(true);
    expect(computeCertificate(Float32Array.of(0), 'mean', 0, 2e-5).holds).toBe(false);
    expect(computeCertificate(Float32Array.of(0), 'mean', 0, 0.9e-5).holds).toBe(true);
  });

  it('fails for maps that are not numbers', () => {
    expect(computeCertificate(Float32Array.of(1, NaN), 'mean', 0, 1).holds).toBe(false);
  });

  it('states its tolerance only where the model itself rounds more', () => {
    const slack = { precision: 1e-3, rounding: 0.25 };
    expect(computeCertificate(map, 'mean', 0, 2.8, slack)).toMatchObject({ holds: true, tolerance: 0.25 + 2.8e-3 });
    expect(computeCertificate(map, 'mean', 0, 2.7, slack).holds).toBe(false);
  });
});

describe('probabilities', () => {
  it('survive logits beyond the range of the exponential', () => {
    expect([...computeSoftmax(Float32Array.of(1000, 1000, -1000))]).toEqual([0.5, 0.5, 0]);
    expect([...computeSoftmax(Float32Array.of(-1000, -1000))]).toEqual([0.5, 0.5]);
  });

  it('follow the activation of the model: softmax adds up to one, sigmoid treats each class alone', () => {
    const logits = Float32Array.of(0, Math.log(3));
    expect([...(computeProbabilities(logits, 'softmax', false).probabilities ?? [])]).toEqual([0.25, 0.75]);
    expect([...(computeProbabilities(logits, 'logsoftmax', false).probabilities ?? [])]).toEqual([0.25, 0.75]);
    expect([...(computeProbabilities(logits, 'sigmoid', false).probabilities ?? [])]).toEqual([0.5, 0.75]);
    expect(computeProbabilities(logits, null, false).probabilitySource).toBe('softmaxOfLogits');
  });

  it('do not exist for a single value or a count', () => {
    const none = { probabilities: null, probabilitySource: null };
    expect(computeProbabilities(Float32Array.of(7), null, false)).toEqual(none);
    expect(computeProbabilities(Float32Array.of(7, 2), null, true)).toEqual(none);
  });

  it('rank equal values by their index', () => {
    expect(findLargest(Float32Array.of(1, 3, 3, 2), 3)).toEqual([1, 2, 3]);
  });
});

describe('the table of methods', () => {
  it('finds each method by its name, and names those there are otherwise', () => {
    for (const method of CAM_METHODS) {
      expect(findMethod(method.id)).toBe(method);
    }
    expect(() => findMethod('lime')).toThrow(/"lime".*cam, gradcam,/);
  });
});
