import { describe, expect, test } from 'vitest';
import { computeArithmeticIntensity } from '../../../src/analysis/arithmeticIntensity';
import { inferShapes } from '../../../src/graph/inferShapes';
import { analyzeModel } from '../../../src/inspectModel';
import type { LayerReport } from '../../../src/protocol/modelReport';
import { buildModel, float32, node, tensor } from '../graph/graphBuilder';
import { findReferenceModel } from '../graph/referenceModels';

describe('arithmetic intensity', () => {
  test('of a linear layer: 2·K·C FLOP over the bytes of weights, bias, input and output', () => {
    const model = buildModel({
      inputs: { x: [1, 64] },
      stored: { w: float32(64, 5), b: float32(5) },
      nodes: [node('Gemm', 'x w b', 'y')],
    });
    const intensity = computeArithmeticIntensity(model.graph.nodes[0], 5 * 64, inferShapes(model));
    expect(intensity).toBeCloseTo((2 * 5 * 64) / (4 * (64 * 5 + 5 + 64 + 5)), 12);
  });

  test('counts a value once that a node reads twice, and 16-bit floats as two bytes', () => {
    const model = buildModel({
      inputs: { x: ['float16', [8, 8]] },
      nodes: [node('MatMul', 'x x', 'y')],
    });
    expect(computeArithmeticIntensity(model.graph.nodes[0], 512, inferShapes(model))).toBeCloseTo(1024 / (2 * 128), 12);
  });

  test('is 0 without multiply-accumulates, and null where cost or sizes are unknown', () => {
    const model = buildModel({
      inputs: { x: [1, 8], free: null },
      stored: { w: tensor('float32', [8, 8]) },
      nodes: [node('Relu', 'x', 'y'), node('Mystery', 'x', 'm', {}, 'acme'), node('MatMul', 'free w', 'z')],
    });
    const inferred = inferShapes(model);
    const [relu, mystery, matMul] = model.graph.nodes;
    expect(computeArithmeticIntensity(relu, 0, inferred)).toBe(0);
    expect(computeArithmeticIntensity(mystery, null, inferred)).toBeNull();
    expect(computeArithmeticIntensity(matMul, 64, inferred)).toBeNull();
  });

  test("of Lite0's classifier: memory is its limit, its convolutions do tens of FLOP per byte", async () => {
    const { report, details } = await analyzeModel(findReferenceModel('models/lite0_dynamo_dyn.onnx') ?? '');
    const { layers } = report;
    const intensityOf = (layer: LayerReport | undefined) =>
      details().layers.find(({ index }) => index === layer?.index)?.arithmeticIntensity;
    const classifier = layers.find(({ opType }) => opType === 'Gemm');
    expect(intensityOf(classifier)).toBeCloseTo((2 * 1280 * 1000) / (4 * (1280 * 1000 + 1000 + 1280 + 1000)), 9);
    // The 1×1 convolution to 1280 channels: 7·7 positions, 320 inputs.
    const last = layers.filter(({ opType }) => opType === 'Conv').at(-1);
    const bytes = 4 * (320 * 1280 + 1280 + 49 * 320 + 49 * 1280);
    expect(intensityOf(last)).toBeCloseTo((2 * 49 * 320 * 1280) / bytes, 9);
  });
});
