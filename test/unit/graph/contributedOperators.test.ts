import { describe, expect, test } from 'vitest';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { Attribute, ElementType } from '../../../src/graph/model';
import { buildModel, node } from './graphBuilder';

type Shapes = Readonly<Record<string, readonly [ElementType, readonly number[]]>>;

const x = (...dims: number[]): Shapes => ({ x: ['float32', dims] });
const ints = (...value: number[]): Attribute => ({ type: 'ints', value });

/** Operators that ONNX Runtime runs on graphics processors only: by the shapes in the documentation of their schemas. */
describe('operators of com.microsoft without a kernel to compare with', () => {
  test.each<[string, Shapes, Readonly<Record<string, number | Attribute>>, readonly (readonly (number | null)[])[]]>([
    ['SwiGLU', x(2, 8), {}, [[2, 4]]],
    ['SwiGLU', { ...x(2, 8), up: ['float32', [2, 8]] }, {}, [[2, 8]]],
    ['BiasSplitGelu', { ...x(2, 3, 8), bias: ['float32', [8]] }, {}, [[2, 3, 4]]],
    ['MatMulPacked', { ...x(2, 3, 32), b: ['uint8', [8, 20]] }, { N: 8, K: 32 }, [[2, 3, 8]]],
    [
      'MatMulNBitsQkv',
      x(2, 32),
      { Nq: 16, Nkv: 8, K: 32 },
      [
        [2, 16],
        [2, 8],
        [2, 8],
        [2, 32],
      ],
    ],
    [
      'MatMulNBitsMlp',
      x(2, 32),
      { N: 64, K: 32 },
      [
        [2, 64],
        [2, 32],
      ],
    ],
    ['Rfft', x(2, 8), { onesided: 1 }, [[2, 5, 2]]],
    ['Irfft', x(2, 5, 2), { onesided: 1 }, [[2, 8]]],
    ['QLinearReduceMean', x(2, 3, 4), { axes: ints(1), keepdims: 0 }, [[2, 4]]],
    ['QLinearReduceMean', x(2, 3, 4), { axes: ints(-1), keepdims: 1 }, [[2, 3, 1]]],
    ['TorchEmbedding', { ...x(10, 4), indices: ['int64', [2, 3]] }, {}, [[2, 3, 4]]],
    ['RemovePadding', { ...x(2, 5, 8), count: ['int32', [2]] }, {}, [[null, 8], [2, 5], [3], [1]]],
    ['RestorePadding', { ...x(7, 8), offset: ['int32', [2, 5]] }, {}, [[2, 5, 8]]],
    ['PackedMultiHeadAttention', { ...x(7, 8), k: ['float32', [7, 8]], v: ['float32', [7, 12]] }, {}, [[7, 12]]],
  ])('%s', (opType, inputs, attributes, expected) => {
    const outputs = expected.map((_, index) => `y${index}`);
    const call = node(opType, Object.keys(inputs).join(' '), outputs.join(' '), attributes, 'com.microsoft');
    const { facts, warnings } = inferShapes(buildModel({ inputs, nodes: [call] }));
    expect(outputs.map((name) => facts.get(name)?.shape)).toEqual(expected);
    expect(warnings).toEqual([]);
  });
});
