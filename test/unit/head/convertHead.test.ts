import { describe, expect, it } from 'vitest';
import { computeClassMap, computeLogits } from '../../../src/head/applyHead';
import { compareLogits, compareWorst } from '../../../src/head/compareLogits';
import { computeResidual, toFullyConnected, toPooled } from '../../../src/head/convertHead';
import { toMapOrder } from '../../../src/head/emitLinearHead';
import type { LinearHead } from '../../../src/head/linearHead';
import { createRandom } from '../cam/modelBuilder';

/** K 1, C 2, H·W 2: channel 0 weighs its cells 1 and 3, channel 1 both with 2. */
const FC: LinearHead = { kind: 'fc', weights: Float32Array.of(1, 3, 2, 2), bias: Float32Array.of(0.5) };

describe('converting a head', () => {
  it('ties the weights of a pooled head, and sums them up again', () => {
    const gap: LinearHead = { kind: 'gap', weights: Float32Array.of(4, -8), bias: Float32Array.of(1) };
    const tied = toFullyConnected(gap, 4);
    expect([...tied.weights]).toEqual([1, 1, 1, 1, -2, -2, -2, -2]);
    expect(toPooled(tied, 4)).toEqual(gap);
    expect(computeResidual(gap, tied, 4)).toBe(0);
  });

  it('leaves what a pooled head cannot express as the residual', () => {
    const pooled = toPooled(FC, 2);
    expect([...pooled.weights]).toEqual([4, 4]);
    // W − PW = (−1, 1, 0, 0), ‖W‖² = 18.
    expect(computeResidual(FC, pooled, 2)).toBeCloseTo(Math.sqrt(2 / 18), 12);
  });

  it('leaves √(1−1/HW) of independent random weights', () => {
    const random = createRandom(3);
    const weights = Float32Array.from({ length: 10 * 200 * 49 }, () => random() * 2 - 1);
    const head: LinearHead = { kind: 'fc', weights, bias: new Float32Array(10) };
    expect(computeResidual(head, toPooled(head, 49), 49)).toBeCloseTo(Math.sqrt(1 - 1 / 49), 3);
  });

  it('calls the residual of a head without weights zero', () => {
    const zero: LinearHead = { kind: 'fc', weights: new Float32Array(4), bias: new Float32Array(1) };
    expect(computeResidual(zero, toPooled(zero, 2), 2)).toBe(0);
  });
});

describe('a head on numbers', () => {
  it('has maps of either kind whose mean plus the bias is the logit', () => {
    const features = { data: Float32Array.of(1, 2, 3, 5), channels: 2 };
    const [logit] = computeLogits(FC, features.data);
    expect(logit).toBe(1 + 6 + 6 + 10 + 0.5);
    expect([...computeClassMap(FC, features, 0)]).toEqual([2 * (1 + 6), 2 * (6 + 10)]);
    const gap = toPooled(FC, 2);
    const [pooled] = computeLogits(gap, [1.5, 4]);
    const map = computeClassMap(gap, features, 0);
    expect((map[0] + map[1]) / 2 + 0.5).toBe(pooled);
  });

  it('puts weights in the order of a channels-last map', () => {
    const size = { channels: 2, height: 1, width: 3 };
    const weights = Float32Array.of(1, 2, 3, 10, 20, 30);
    expect([...toMapOrder(weights, { ...size, layout: 'NHWC' })]).toEqual([1, 10, 2, 20, 3, 30]);
    expect(toMapOrder(weights, { ...size, layout: 'NCHW' })).toBe(weights);
  });
});

describe('comparing logits', () => {
  it('finds the first class, the largest difference and the correlation', () => {
    const found = compareLogits([1, 3, 2], [2, 6, 9]);
    expect(found).toMatchObject({ top1Before: 1, top1After: 2, maxAbsLogitDifference: 7 });
    expect(found.correlation).toBeCloseTo(4 / Math.sqrt(2 * (74 / 3)), 12);
  });

  it('has no correlation for one class or constant logits', () => {
    expect(compareLogits([1], [2]).correlation).toBeNull();
    expect(compareLogits([1, 1], [2, 3]).correlation).toBeNull();
  });

  it('puts images whose first class changed before those whose logits moved more', () => {
    const moved = compareLogits([1, 0], [9, 0]);
    const changed = compareLogits([1, 0], [0, 1]);
    const still = compareLogits([1, 0], [1, 0]);
    expect([still, moved, changed].sort(compareWorst)).toEqual([changed, moved, still]);
  });
});
