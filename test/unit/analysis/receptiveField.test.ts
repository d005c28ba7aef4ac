import { describe, expect, test } from 'vitest';
import { computeReceptiveFields } from '../../../src/analysis/receptiveFields';
import { indexGraph } from '../../../src/graph/graphIndex';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { Model, ModelFunction } from '../../../src/graph/model';
import { readModel } from '../../../src/onnx/readModel';
import type { ReceptiveField } from '../../../src/protocol/modelDetails';
import type { GraphSpec } from '../graph/graphBuilder';
import { buildModel, float32, int64s, node, tensor } from '../graph/graphBuilder';
import { findReferenceModel } from '../graph/referenceModels';
import { measureCentroids } from './impulseCentroid';

function fieldOf(model: Model, name: string): ReceptiveField | null {
  return computeReceptiveFields(model, indexGraph(model.graph), inferShapes(model)).get(name) ?? null;
}

/** The field of `y` in a graph on the image x [1, 3, 64, 96]. */
function fieldOfGraph(spec: Omit<GraphSpec, 'inputs'> & { readonly functions?: readonly ModelFunction[] }) {
  return fieldOf(buildModel({ inputs: { x: [1, 3, 64, 96] }, ...spec }), 'y');
}

/** Centres of interior cells against the impulse centroid of an all-ones copy, both axes, within 1e-6 pixels. */
function expectCentroids(model: Model, name: string, pixels = 1600): ReceptiveField {
  const index = indexGraph(model.graph);
  const inferred = inferShapes(model);
  const field = computeReceptiveFields(model, index, inferred).get(name);
  if (field === undefined) {
    throw new Error(`${name} has no receptive field`);
  }
  for (const axis of [0, 1] as const) {
    const centroids = measureCentroids(index, inferred, model.graph.inputs[0].name, name, axis, pixels);
    const interior = centroids.flatMap((centroid, cell) => (Number.isNaN(centroid) ? [] : [{ centroid, cell }]));
    expect(interior.length).toBeGreaterThan(3);
    for (const { centroid, cell } of interior) {
      expect(Math.abs(field.start[axis] + cell * field.stride[axis] - centroid)).toBeLessThan(1e-6);
    }
  }
  return field;
}

describe('receptive fields equal the impulse centroid of an all-ones copy', () => {
  test.each<[string, string, Partial<ReceptiveField>]>([
    ['light/light_vgg19.onnx', 'r36', { size: [268, 268], stride: [32, 32], start: [15.5, 15.5] }],
    ['light/light_resnet50.onnx', 'r171', { size: [427, 427], stride: [32, 32], start: [0, 0] }],
    ['light/light_squeezenet.onnx', 'r64', { stride: [16, 16], start: [15, 15] }],
    ['light/light_inception_v1.onnx', 'r137', { stride: [32, 32] }],
    ['models/lite0_dynamo_dyn.onnx', 'hardtanh_32', { size: [851, 851], stride: [32, 32], start: [31, 31] }],
    ['heads/legacy_pad_subgraph/model.onnx', '/body/body.8/Clip_output_0', { size: [15, 15], start: [7, 7] }],
    ['heads/se_body_gap_gemm/model.onnx', '/body/body.9/Mul_output_0', { size: [15, 15], start: [0, 0] }],
  ])('%s, %s', async (file, name, expected) => {
    const model = await readModel(findReferenceModel(file) ?? '');
    expect(expectCentroids(model, name)).toMatchObject({ ...expected, exact: true });
  });

  test('chains of random kernels, strides, dilations and one-sided pads', () => {
    let seed = 7;
    const pick = (count: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % count;
    for (let round = 0; round < 40; round++) {
      const stored: Record<string, ReturnType<typeof float32>> = {};
      const nodes = Array.from({ length: 2 + pick(4) }, (_, layer) => {
        const kernel = [1 + pick(5), 1 + pick(5)];
        stored[`w${layer}`] = float32(3, 3, ...kernel);
        const attributes = {
          strides: [1 + pick(3), 1 + pick(3)],
          dilations: [1 + pick(2), 1 + pick(2)],
          pads: [pick(4), pick(4), pick(4), pick(4)],
        };
        const output = `v${layer + 1}`;
        return pick(3) === 0
          ? node('MaxPool', `v${layer}`, output, { ...attributes, kernel_shape: kernel })
          : node('Conv', `v${layer} w${layer}`, output, attributes);
      });
      expectCentroids(buildModel({ inputs: { v0: [1, 3, 640, 640] }, stored, nodes }), `v${nodes.length}`, 4000);
    }
  });
});

describe('receptive field of one operation', () => {
  const conv3 = { w: float32(3, 3, 3, 3), p: float32(3, 3, 1, 1) };

  test('SAME padding is what the size of the input makes it', () => {
    const stored = { w: float32(3, 3, 4, 3) };
    const same = (mode: string) =>
      fieldOfGraph({ stored, nodes: [node('Conv', 'x w', 'y', { auto_pad: mode, strides: [2, 2] })] });
    // Rows: (32 − 1)·2 + 4 − 64 = 2 in all; columns: (48 − 1)·2 + 3 − 96 = 1.
    expect(same('SAME_UPPER')).toEqual({ size: [4, 3], stride: [2, 2], start: [0.5, 1], exact: true });
    expect(same('SAME_LOWER')).toEqual({ size: [4, 3], stride: [2, 2], start: [0.5, 0], exact: true });
  });

  test('branches with equal centres unite exactly, those with others are told', () => {
    const unite = (pads: number[]) =>
      fieldOfGraph({
        stored: conv3,
        nodes: [node('Conv', 'x w', 'a', { pads }), node('Conv', 'x p', 'b'), node('Add', 'a b', 'y')],
      });
    expect(unite([1, 1, 1, 1])).toEqual({ size: [3, 3], stride: [1, 1], start: [0, 0], exact: true });
    expect(unite([2, 1, 0, 1])).toEqual({ size: [3, 3], stride: [1, 1], start: [-1, 0], exact: false });
  });

  test('a gate per channel leaves cells where they are', () => {
    const nodes = [node('GlobalAveragePool', 'x', 'g'), node('Sigmoid', 'g', 's'), node('Mul', 's x', 'y')];
    expect(fieldOfGraph({ nodes })).toEqual({ size: [1, 1], stride: [1, 1], start: [0, 0], exact: true });
  });

  test('pooled and flattened values have no place', () => {
    expect(fieldOfGraph({ nodes: [node('GlobalAveragePool', 'x', 'y')] })).toBeNull();
    expect(fieldOfGraph({ nodes: [node('ReduceMean', 'x', 'y', { axes: [2, 3] })] })).toBeNull();
    expect(fieldOfGraph({ nodes: [node('Flatten', 'x', 'y')] })).toBeNull();
    expect(fieldOfGraph({ nodes: [node('Shape', 'x', 'y')] })).toBeNull();
  });

  test('crops, pads and strided slices move the first cell', () => {
    const stored = {
      start: int64s(1, 4),
      end: int64s(64, 96),
      axes: int64s(2, 3),
      steps: int64s(2, 1),
      pads: int64s(0, 0, 3, 0, 0, 0, 0, 0),
    };
    const nodes = [node('Slice', 'x start end axes steps', 'a'), node('Pad', 'a pads', 'y')];
    expect(fieldOfGraph({ stored, nodes })).toEqual({ size: [1, 1], stride: [2, 1], start: [-5, 4], exact: true });
  });

  test('linear resizing moves by half pixels; nearest cells are not evenly spaced', () => {
    const stored = { scales: tensor('float32', [4], [1, 1, 2, 0.5]) };
    const resize = (mode: string) => fieldOfGraph({ stored, nodes: [node('Resize', 'x _ scales', 'y', { mode })] });
    expect(resize('linear')).toMatchObject({ stride: [0.5, 2], start: [-0.25, 0.5], exact: true });
    expect(resize('nearest')).toMatchObject({ stride: [0.5, 2], exact: false });
  });

  test('a transposed convolution halves the stride', () => {
    const stored = { w: float32(3, 3, 2, 2) };
    const nodes = [node('ConvTranspose', 'x w', 'y', { strides: [2, 2] })];
    expect(fieldOfGraph({ stored, nodes })).toMatchObject({ stride: [0.5, 0.5], start: [-0.25, -0.25], exact: false });
  });

  test('space to depth is a patch embedding', () => {
    const nodes = [node('SpaceToDepth', 'x', 'y', { blocksize: 4 })];
    expect(fieldOfGraph({ nodes })).toEqual({ size: [4, 4], stride: [4, 4], start: [1.5, 1.5], exact: true });
  });

  test('layouts are followed: channels last, channel shuffle, tokens and back', () => {
    const stored = {
      w: float32(4, 3, 8, 8),
      grouped: int64s(1, 2, 2, 8, 12),
      flat: int64s(1, 4, 8, 12),
      tokens: int64s(1, 4, 96),
      linear: float32(4, 4),
      grid: int64s(1, 8, 12, 4),
    };
    const nodes = [
      node('Conv', 'x w', 'a', { strides: [8, 8] }),
      node('Reshape', 'a grouped', 'b'),
      node('Transpose', 'b', 'c', { perm: [0, 2, 1, 3, 4] }),
      node('Reshape', 'c flat', 'd'),
      node('Reshape', 'd tokens', 'e'),
      node('Transpose', 'e', 'f', { perm: [0, 2, 1] }),
      node('MatMul', 'f linear', 'g'),
      node('Reshape', 'g grid', 'y'),
    ];
    expect(fieldOfGraph({ stored, nodes })).toEqual({ size: [8, 8], stride: [8, 8], start: [3.5, 3.5], exact: true });
  });

  test('an image with channels last is read as such', () => {
    const model = buildModel({
      inputs: { x: [1, 64, 96, 3] },
      stored: { w: float32(4, 3, 2, 4) },
      nodes: [node('Transpose', 'x', 'a', { perm: [0, 3, 1, 2] }), node('Conv', 'a w', 'y', { strides: [2, 4] })],
    });
    expect(fieldOf(model, 'y')).toEqual({ size: [2, 4], stride: [2, 4], start: [0.5, 1.5], exact: true });
  });

  test('tokens keep the place of their patch beside attention, which is told', async () => {
    const model = await readModel(findReferenceModel('heads/vit_cls/model.onnx') ?? '');
    const field = { size: [8, 8], stride: [8, 8], start: [3.5, 3.5], exact: false };
    expect(fieldOf(model, '/norm/LayerNormalization_output_0')).toEqual(field);
  });

  test('the body of a function is followed', () => {
    const body: ModelFunction = {
      domain: 'local',
      name: 'Block',
      inputs: ['a', 'w'],
      outputs: ['c'],
      attributes: [],
      nodes: [
        { ...node('Conv', 'a w', 'b', { strides: [2, 2] }), index: 0 },
        { ...node('Relu', 'b', 'c'), index: 1 },
      ],
    };
    const nodes = [node('Block', 'x w', 'y', {}, 'local')];
    expect(fieldOfGraph({ stored: conv3, nodes, functions: [body] })).toMatchObject({
      size: [3, 3],
      stride: [2, 2],
      start: [1, 1],
    });
  });

  test('a tensor that does not come from an image has none', () => {
    const model = buildModel({ inputs: { ids: ['int64', [1, 7]] }, nodes: [node('Cast', 'ids', 'y', { to: 1 })] });
    expect(fieldOf(model, 'y')).toBeNull();
  });
});
