import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { computeHeadEconomics } from '../../../../src/analysis/headEconomics';
import { detect } from '../../cam/explain';
import { DEMO, HEAD_FIXTURES } from '../../cam/fixtures';

const LIGHT = path.resolve(__dirname, '../../../fixtures/light');

describe('detection of the labelled heads', () => {
  it.each(HEAD_FIXTURES.map((fixture) => [fixture.name, fixture] as const))('%s', async (_name, fixture) => {
    const { expected } = fixture;
    const { heads } = await detect(fixture.modelPath, expected.inputShape);
    const [head] = heads;
    const map = head.featureMap;
    expect({
      kind: head.kind,
      exact: head.exact,
      classes: head.classes,
      channels: map?.channels,
      height: map?.height,
      width: map?.width,
      activation: head.activation,
      // The label counts every head of the model.
      headParameters: heads.reduce((sum, each) => sum + each.parameters, 0),
    }).toEqual({
      kind: expected.kind,
      exact: expected.exact,
      classes: expected.classes,
      channels: expected.channels,
      height: expected.height,
      width: expected.width,
      activation: expected.activation,
      headParameters: expected.headParameters,
    });
    expect(expected.featureMapCandidates).toContainEqual({ name: map?.tensor, layout: map?.layout });
    expect(expected.logitsCandidates).toContain(head.logits);
    expect(head.reason === null).toBe(expected.exact);
    if (head.kind !== 'none') {
      const { gap, fc } = computeHeadEconomics(head);
      expect(gap?.parameters).toBe(expected.counterfactual.gap_linear);
      expect(fc?.parameters).toBe(expected.counterfactual.flatten_fc);
    }
  });
});

describe('detection of well-known networks', () => {
  it.each([
    [path.join(LIGHT, 'light_bvlc_alexnet.onnx'), 'flatten-mlp', [256, 6, 6, 1000], 58_631_144],
    [path.join(LIGHT, 'light_vgg19.onnx'), 'flatten-mlp', [512, 7, 7, 1000], 123_642_856],
    [path.join(LIGHT, 'light_inception_v1.onnx'), 'gap-linear', [1024, 6, 6, 1000], 1_025_000],
    [path.join(LIGHT, 'light_resnet50.onnx'), 'gap-linear', [2048, 7, 7, 1000], 2_049_000],
    [path.join(LIGHT, 'light_squeezenet.onnx'), 'linear-gap', [512, 13, 13, 1000], 513_000],
    [path.join(LIGHT, 'light_densenet121.onnx'), 'gap-linear', [1024, 7, 7, 1000], 1_025_000],
    [path.join(LIGHT, 'light_inception_v2.onnx'), 'gap-linear', [1024, 7, 7, 1000], 1_025_000],
    [path.join(LIGHT, 'light_shufflenet.onnx'), 'gap-linear', [544, 7, 7, 1000], 545_000],
    [path.join(LIGHT, 'light_zfnet512.onnx'), 'flatten-mlp', [512, 6, 6, 1000], 80_721_896],
    [path.join(DEMO, 'efficientnet-lite0.onnx'), 'gap-linear', [1280, 7, 7, 1000], 1_281_000],
    [path.join(DEMO, 'shapes/shapes_gap.onnx'), 'gap-linear', [64, 8, 8, 5], 325],
    [path.join(DEMO, 'shapes/shapes_fc.onnx'), 'flatten-fc', [64, 8, 8, 5], 20_485],
    [path.join(DEMO, 'shapes/shapes_mlp.onnx'), 'flatten-mlp', [64, 8, 8, 5], 525_061],
  ] as const)('%s', async (file, kind, size, parameters) => {
    const [head] = (await detect(file)).heads;
    const map = head.featureMap;
    expect(head).toMatchObject({ kind, exact: true, reason: null, parameters });
    expect([map?.channels, map?.height, map?.width, head.classes]).toEqual(size);
  });
});
