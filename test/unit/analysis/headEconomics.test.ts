import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { computeHeadEconomics } from '../../../src/analysis/headEconomics';
import type { HeadSize } from '../../../src/protocol/headFormulas';
import { computeFcCost, computeGapCost } from '../../../src/protocol/headFormulas';
import { detect } from '../cam/explain';
import { DEMO } from '../cam/fixtures';

/** The example of the literature: 256 channels on a 14×14 map, 1000 classes, 32-bit floats. */
function createExample(batch = 1): HeadSize {
  return { channels: 256, height: 14, width: 14, classes: 1000, batch, weightBytes: 4, activationBytes: 4 };
}

describe('the cost of a head with 256×14×14 features and 1000 classes', () => {
  const gap = computeGapCost(createExample());
  const fc = computeFcCost(createExample());

  it('is 50 177 000 parameters with a fully connected layer and 257 000 with global average pooling', () => {
    expect([fc.parameters, gap.parameters]).toEqual([50_177_000, 257_000]);
    expect(fc.parameters / gap.parameters).toBeCloseTo(195.2412, 4);
    expect([fc.bytes, gap.bytes]).toEqual([200_708_000, 1_028_000]);
  });

  it('differs 196 times in MAC and 178.5 times in FLOP, because pooling adds and divides', () => {
    expect([fc.macs, gap.macs]).toEqual([50_176_000, 256_000]);
    expect(fc.macs / gap.macs).toBe(196);
    expect(gap.flops).toBe(2 * 256_000 + (256 * 196 - 256) + 256);
    expect(fc.flops / gap.flops).toBeCloseTo(178.5, 1);
  });

  it('has a VC dimension of inputs plus one for each class', () => {
    expect([fc.vcDimension, gap.vcDimension]).toEqual([50_177, 257]);
  });

  it.each([
    [1, 0.499, 3],
    [8, 3.97, 2],
    [32, 15.5, 1],
    [64, 30.0, 1],
  ])('moves weights once for a batch of %i: %f FLOP per byte', (batch, intensity, digits) => {
    expect(computeFcCost(createExample(batch)).arithmeticIntensity).toBeCloseTo(intensity, digits);
  });

  it('stays memory-bound with global average pooling: 0.456 FLOP per byte, 2.55 for a batch of 64', () => {
    expect(gap.arithmeticIntensity).toBeCloseTo(0.456, 3);
    expect(computeGapCost(createExample(64)).arithmeticIntensity).toBeCloseTo(2.55, 2);
  });
});

describe('the cost of the head as it is', () => {
  const costOf = async (file: string) => computeHeadEconomics((await detect(file)).heads[0]);
  const fixture = (name: string) => path.resolve(__dirname, '../../fixtures/heads', name, 'model.onnx');

  it('equals the counterfactual of its own kind', async () => {
    const pooled = await costOf(path.join(DEMO, 'efficientnet-lite0.onnx'));
    expect(pooled.current).toEqual(pooled.gap);
    expect(pooled.ratio).toBeCloseTo((1280 * 49 + 1) / 1281, 10);
    const flattened = await costOf(path.join(DEMO, 'shapes/shapes_fc.onnx'));
    expect(flattened.current).toEqual(flattened.fc);
  });

  it('adds up the layers of a stack, each with its own formula, and has no VC dimension then', async () => {
    const { current } = await costOf(path.resolve(__dirname, '../../fixtures/light/light_vgg19.onnx'));
    const macs = 25088 * 4096 + 4096 * 4096 + 4096 * 1000;
    expect(current).toMatchObject({ parameters: 123_642_856, macs, flops: 2 * macs, vcDimension: null });
  });

  it('counts a linear layer before the pool at every position', async () => {
    const { current, gap } = await costOf(fixture('nin_conv1x1_gap'));
    expect(current).toMatchObject({ parameters: 330, macs: 10 * 32 * 96, flops: 2 * 10 * 32 * 96 + 10 * 96 });
    expect(current?.vcDimension).toBe(33);
    expect(gap?.macs).toBe(320);
  });

  it('takes the bytes of quantised weights as they are stored', async () => {
    const { current, gap } = await costOf(fixture('gap_gemm_qdq'));
    expect(current?.parameters).toBe(330);
    // 320 weights of one byte; the bias is stored in four.
    expect(current?.bytes).toBe(320 + 40);
    expect(gap?.bytes).toBe(330);
  });

  it('is not stated where there is no head', async () => {
    expect(await costOf(fixture('segmentation_nohead'))).toEqual({ current: null, gap: null, fc: null, ratio: null });
  });
});
