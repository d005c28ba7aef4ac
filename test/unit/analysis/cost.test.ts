import { describe, expect, test } from 'vitest';
import type { ModelCosts } from '../../../src/analysis/cost';
import { computeCosts } from '../../../src/analysis/cost';
import { computeParameters } from '../../../src/analysis/parameters';
import { indexGraph } from '../../../src/graph/graphIndex';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { ElementType, Model, ModelFunction } from '../../../src/graph/model';
import { readModel } from '../../../src/onnx/readModel';
import { buildGraph, buildModel, float32, node, tensor } from '../graph/graphBuilder';
import { findReferenceModel } from '../graph/referenceModels';

function costOf(model: Model): ModelCosts {
  const index = indexGraph(model.graph);
  const inferred = inferShapes(model);
  return computeCosts(index, inferred, computeParameters(model, inferred, index));
}

/** MACs of one node with the given inputs. */
function macsOf(
  opType: string,
  inputs: Readonly<Record<string, readonly number[] | readonly [ElementType, readonly number[]]>>,
  attributes = {},
  domain = '',
): number | null {
  const model = buildModel({ inputs, nodes: [node(opType, Object.keys(inputs).join(' '), 'y', attributes, domain)] });
  return [...costOf(model).byNode.values()][0].macs;
}

describe('multiply-accumulates', () => {
  test('of a convolution: outputs × filter, padding included', () => {
    expect(macsOf('Conv', { x: [1, 3, 8, 8], w: [4, 3, 3, 3] }, { pads: [1, 1, 1, 1] })).toBe(4 * 64 * 27);
    expect(macsOf('Conv', { x: [1, 3, 8, 8], w: [4, 3, 3, 3] }, { strides: [2, 2] })).toBe(4 * 9 * 27);
  });

  test('of grouped and depthwise convolutions: a filter sees its own group', () => {
    expect(macsOf('Conv', { x: [1, 4, 8, 8], w: [8, 2, 1, 1] }, { group: 2 })).toBe(8 * 64 * 2);
    expect(macsOf('Conv', { x: [1, 4, 8, 8], w: [4, 1, 3, 3] }, { group: 4, pads: [1, 1, 1, 1] })).toBe(4 * 64 * 9);
  });

  test('of a transposed convolution: inputs × filter', () => {
    expect(macsOf('ConvTranspose', { x: [1, 4, 5, 5], w: [4, 6, 2, 2] }, { strides: [2, 2] })).toBe(4 * 25 * 6 * 4);
  });

  test('of linear layers and products of activations, transposed or not', () => {
    expect(macsOf('Gemm', { x: [1, 7], w: [5, 7] }, { transB: 1 })).toBe(35);
    expect(macsOf('Gemm', { x: [7, 2], w: [7, 5] }, { transA: 1 })).toBe(70);
    expect(macsOf('MatMul', { q: [1, 2, 5, 8], k: [1, 2, 8, 5] })).toBe(2 * 5 * 8 * 5);
    expect(macsOf('MatMul', { a: [7], b: [7, 3] })).toBe(21);
    expect(macsOf('Einsum', { q: [1, 2, 5, 8], k: [1, 2, 6, 8] }, { equation: 'bhid,bhjd->bhij' })).toBe(2 * 5 * 6 * 8);
    expect(macsOf('Einsum', { a: [4, 5], b: [4, 5] }, { equation: 'ij,ij->ij' })).toBe(0);
  });

  test('of recurrent layers: every step, gate and direction', () => {
    const inputs = { x: [6, 2, 3], w: [1, 16, 3], r: [1, 16, 4] };
    expect(macsOf('LSTM', inputs, { hidden_size: 4 })).toBe(6 * 2 * 16 * (3 + 4));
  });

  test('of fused attention: projection, scores and weighted sum', () => {
    const packed = { x: [2, 7, 16], w: [16, 48], b: [48] };
    expect(macsOf('Attention', packed, { num_heads: 4 }, 'com.microsoft')).toBe(2 * 7 * 16 * 48 + 2 * 2 * 7 * 7 * 16);
    const separate = { q: [2, 7, 16], k: [2, 9, 16], v: [2, 9, 16] };
    expect(macsOf('MultiHeadAttention', separate, { num_heads: 4 }, 'com.microsoft')).toBe(2 * 2 * 7 * 9 * 16);
  });

  test('integer operators cost what their float ones do', () => {
    const x: [ElementType, number[]] = ['uint8', [1, 3, 8, 8]];
    expect(macsOf('ConvInteger', { x, w: ['int8', [4, 3, 3, 3]] })).toBe(4 * 36 * 27);
    expect(macsOf('MatMulInteger', { a: ['uint8', [2, 7]], b: ['int8', [7, 3]] })).toBe(42);
  });

  test('element-wise work, pooling and normalisation cost none; an unknown operator is not guessed', () => {
    expect(macsOf('Add', { a: [1, 9], b: [1, 9] })).toBe(0);
    expect(macsOf('GlobalAveragePool', { x: [1, 3, 8, 8] })).toBe(0);
    expect(macsOf('Swirl', { x: [1, 3, 8, 8] }, {}, 'acme')).toBeNull();
  });

  test('a function costs what its body does, a loop as often as it turns, an If its dearer branch', () => {
    const product = node('MatMul', 'a w', 'b');
    const call: ModelFunction = {
      domain: 'local',
      name: 'F',
      inputs: ['a', 'w'],
      outputs: ['b'],
      attributes: [],
      nodes: [{ ...product, index: 0 }],
    };
    const body = buildGraph({
      inputs: { i: ['int64', []], go: ['bool', []], a: null },
      nodes: [node('Identity', 'go', 'goOn'), product],
      outputs: ['goOn', 'b'],
    });
    const branch = (nodes: Parameters<typeof buildGraph>[0]['nodes'], output: string) =>
      ({ type: 'graph', value: buildGraph({ nodes, outputs: [output] }) }) as const;
    const model = buildModel({
      inputs: { x: [2, 5], c: ['bool', []] },
      stored: { w: float32(5, 5), turns: tensor('int64', [], [3]), go: tensor('bool', [], [1]) },
      nodes: [
        node('F', 'x w', 'p', {}, 'local'),
        node('Loop', 'turns go p', 'q', { body: { type: 'graph', value: body } }),
        node('If', 'c', 'r', {
          then_branch: branch([node('MatMul', 'q w', 's')], 's'),
          else_branch: branch([node('Relu', 'q', 't')], 't'),
        }),
      ],
      functions: [call],
    });
    expect([...costOf(model).byNode.values()].map(({ macs }) => macs)).toEqual([50, 150, 50]);
  });

  test('of a body that was not looked into are unknown, not 0', () => {
    const body = buildGraph({ inputs: { a: null }, nodes: [node('MatMul', 'a a', 'b')], outputs: ['b'] });
    const model = buildModel({
      inputs: { sequence: null },
      nodes: [node('SequenceMap', 'sequence', 'y', { body: { type: 'graph', value: body } })],
    });
    expect([...costOf(model).byNode.values()][0].macs).toBeNull();
    expect(costOf(model).totals.unknownMacs).toBe(1);
  });
});

describe('bytes', () => {
  test('of activations are those of all outputs, in their own type; stored and folded values are none', () => {
    const model = buildModel({
      inputs: { x: [1, 3, 8, 8] },
      stored: { w: float32(4, 3, 3, 3), s: float32(1), z: tensor('uint8', [1]) },
      nodes: [
        node('Identity', 'w', 'same'),
        node('Conv', 'x same', 'y', { pads: [1, 1, 1, 1] }),
        node('QuantizeLinear', 'y s z', 'q'),
        node('MaxPool', 'y', 'm indices', { kernel_shape: [2, 2], strides: [2, 2] }),
      ],
    });
    const { byNode, totals } = costOf(model);
    expect([...byNode.values()].map(({ activationBytes }) => activationBytes)).toEqual([0, 1024, 256, 64 * 4 + 64 * 8]);
    expect(totals).toEqual({
      parameters: 108,
      weightBytes: 432 + 5,
      macs: 4 * 64 * 27,
      unknownMacs: 0,
      activationBytes: 2048,
    });
  });
});

/** `own` figures of the reference data (cost.json): convolutions and matrix products at batch 1. */
const OWN_MACS: Readonly<Record<string, number>> = {
  'models/lite0_dynamo_dyn.onnx': 385_187_552,
  'light/light_bvlc_alexnet.onnx': 654_560_384,
  'light/light_inception_v1.onnx': 1_431_556_352,
  'light/light_resnet50.onnx': 4_089_184_256,
  'light/light_squeezenet.onnx': 349_151_936,
  'light/light_vgg19.onnx': 19_632_062_464,
};

describe('costs of whole models', () => {
  test.each(Object.entries(OWN_MACS))('%s takes %i multiply-accumulates', async (name, expected) => {
    const { totals, byNode } = costOf(await readModel(findReferenceModel(name) ?? ''));
    expect(totals.macs).toBe(expected);
    expect(totals.unknownMacs).toBe(0);
    expect([...byNode.values()].reduce((sum, { macs }) => sum + (macs ?? 0), 0)).toBe(expected);
  });

  test('a quantized copy costs as many multiply-accumulates as its float original', async () => {
    const [float, quantized] = await Promise.all(
      ['heads/gap_gemm/model.onnx', 'heads/gap_gemm_qdq/model.onnx'].map(async (name) =>
        costOf(await readModel(findReferenceModel(name) ?? '')),
      ),
    );
    expect(quantized.totals.macs).toBe(float.totals.macs);
    expect(quantized.totals.parameters).toBe(float.totals.parameters);
    expect(quantized.totals.weightBytes).toBeLessThan(float.totals.weightBytes / 3);
  });
});
