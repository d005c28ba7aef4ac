import { describe, expect, test } from 'vitest';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { Attribute, ModelFunction } from '../../../src/graph/model';
import { readModel } from '../../../src/onnx/readModel';
import { buildGraph, buildModel, float32, int64s, node, tensor } from './graphBuilder';
import { findReferenceModel } from './referenceModels';

const relu = (shape: readonly (number | string | null)[]) =>
  buildModel({ inputs: { x: shape }, nodes: [node('Relu', 'x', 'y')] });

describe('free dimensions of inputs', () => {
  test('the batch counts as 1 without a word', () => {
    const { facts, warnings } = inferShapes(relu(['N', 3, 32, 32]));
    expect(facts.get('y')?.shape).toEqual([1, 3, 32, 32]);
    expect(warnings).toEqual([]);
  });

  test.each([
    [
      ['N', 3, 'H', 'W'],
      [1, 3, 224, 224],
    ],
    [
      ['N', 'H', 'W', 3],
      [1, 224, 224, 3],
    ],
    [
      [null, null, null, null],
      [1, 3, 224, 224],
    ],
    [
      [1, 1, -1, -1],
      [1, 1, 224, 224],
    ],
    [
      [1, 64, 'H', 'W'],
      [1, 64, 1, 1],
    ],
    [
      ['N', 'length'],
      [1, 1],
    ],
  ])('%j becomes %j, and a warning says so', (declared, bound) => {
    const { facts, boundInputs, warnings } = inferShapes(relu(declared));
    expect(facts.get('y')?.shape).toEqual(bound);
    expect(boundInputs.get('x')).toEqual(bound);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`[${bound.join(', ')}]`);
  });

  test('are bound by the caller', () => {
    const { facts, warnings } = inferShapes(relu(['N', 3, 'H', 'W']), { x: [2, 3, 64, 96] });
    expect(facts.get('y')?.shape).toEqual([2, 3, 64, 96]);
    expect(warnings).toEqual([]);
  });

  test('a symbol keeps one value in all inputs and declarations', () => {
    const model = buildModel({
      inputs: { a: ['N', 'T'], b: ['N', 'T', 8] },
      nodes: [node('Mystery', 'a', 'y', {}, 'acme')],
      declared: { y: ['N', 'T', 'unheard'] },
    });
    const { facts } = inferShapes(model, { a: [1, 50] });
    expect(facts.get('b')?.shape).toEqual([1, 50, 8]);
    expect(facts.get('y')?.shape).toEqual([1, 50, null]);
  });

  test.each([
    [{ other: [1] }, /no input "other"; its inputs are "x"/],
    [{ x: [1, 4, 8, 8] }, /\[N, 3, H, W\] in the file, which \[1, 4, 8, 8\] does not fit/],
    [{ x: [1, 3, 8] }, /does not fit/],
    [{ x: [1, 3, 8.5, 8] }, /whole numbers/],
  ])('%j is refused', (asked, message) => {
    expect(() => inferShapes(relu(['N', 3, 'H', 'W']), asked)).toThrow(message);
  });

  test('a batch that the file fixes above 1 is told', () => {
    const { facts, warnings } = inferShapes(relu([8, 3, 32, 32]));
    expect(facts.get('y')?.shape).toEqual([8, 3, 32, 32]);
    expect(warnings).toEqual([expect.stringContaining('fixed batch of 8')]);
  });

  test('the channels of one image are no batch', () => {
    expect(inferShapes(relu([3, 32, 32])).warnings).toEqual([]);
  });

  test('an input without a shape is told, and what depends on it stays unknown', () => {
    const model = buildModel({ inputs: { x: ['float32', null] }, nodes: [node('Relu', 'x', 'y')] });
    expect(inferShapes(model).facts.get('y')?.shape).toBeNull();
    expect(inferShapes(model).warnings).toEqual([expect.stringContaining('"x" has no declared shape')]);
    expect(inferShapes(model, { x: [2, 2] }).facts.get('y')?.shape).toEqual([2, 2]);
  });
});

describe('what rules do not know', () => {
  test('an unknown operator is named once and hides only what it computes', () => {
    const model = buildModel({
      inputs: { x: [1, 4] },
      nodes: [
        node('Swirl', 'x', 'a', {}, 'acme'),
        node('Swirl', 'x', 'b', {}, 'acme'),
        node('Relu', 'a', 'c'),
        node('Relu', 'x', 'd'),
        node('Reshape', 'b target', 'e'),
      ],
      stored: { target: int64s(2, 2) },
    });
    const { facts, warnings } = inferShapes(model);
    expect([facts.get('a')?.shape, facts.get('c')?.shape, facts.get('d')?.shape, facts.get('e')?.shape]).toEqual([
      null,
      null,
      [1, 4],
      [2, 2],
    ]);
    expect(warnings).toEqual([expect.stringMatching(/Operator acme:Swirl is not known \(2 nodes, first node 0\)/)]);
  });

  test('declared shapes fill in for an unknown operator, quietly', () => {
    const model = buildModel({
      inputs: { x: ['N', 4] },
      nodes: [node('Swirl', 'x', 'a', {}, 'acme'), node('Relu', 'a', 'b')],
      declared: { a: ['N', 7] },
    });
    const { facts, warnings } = inferShapes(model);
    expect(facts.get('b')?.shape).toEqual([1, 7]);
    expect(warnings).toEqual([]);
  });

  test('rules win over declarations, which may be of another batch', () => {
    const model = buildModel({
      inputs: { x: ['N', 4] },
      nodes: [node('Relu', 'x', 'a')],
      declared: { a: [8, 4] },
    });
    expect(inferShapes(model).facts.get('a')?.shape).toEqual([1, 4]);
  });

  test('a contradiction of sizes that were assumed says which, until they are given', () => {
    const model = buildModel({
      inputs: { ids: ['batch', 'sequence', 8], mask: ['batch', 'sequence'] },
      stored: { heads: int64s(2, 16, 2, 4), rows: float32(1, 16, 8) },
      nodes: [node('Reshape', 'ids heads', 'y'), node('Add', 'ids rows', 'z')],
    });
    const { warnings } = inferShapes(model);
    expect(warnings).toHaveLength(3);
    expect(warnings[1]).toMatch(/sizes the figures assume: batch = 1 of input "ids"; sequence = 1 of input "ids"\. /);
    expect(warnings[2]).toMatch(/8 elements do not fill \[2, 16, 2, 4\]/);
    expect(inferShapes(model, { ids: [2, 16, 8] }).warnings).toEqual([]);
  });

  test('inputs that contradict the operator are told, not thrown', () => {
    const model = buildModel({
      inputs: { x: [1, 3, 8, 8] },
      stored: { w: float32(4, 5, 3, 3) },
      nodes: [node('Conv', 'x w', 'y'), node('Relu', 'x', 'z')],
    });
    const { facts, warnings } = inferShapes(model);
    expect(facts.get('y')?.shape).toBeNull();
    expect(facts.get('z')?.shape).toEqual([1, 3, 8, 8]);
    expect(warnings).toEqual([expect.stringContaining('data with 3 channels, weights for 5')]);
  });
});

describe('sizes that an input gives when the model runs', () => {
  test.each([
    ['MaxUnpool', 'x i size', { kernel_shape: [2, 2], strides: [2, 2] }, [1, 3, null, null]],
    ['MaxUnpool', 'x i', { kernel_shape: [2, 2], strides: [2, 2] }, [1, 3, 8, 8]],
    ['DFT', 'x _ size', { onesided: 1 }, [null, null, null, null]],
    ['DFT', 'x _ size', {}, [1, 3, 4, 2]],
    ['DFT', 'x', { onesided: 1 }, [1, 3, 3, 2]],
  ])('of %s with the inputs %s are not guessed', (opType, inputs, attributes, expected) => {
    const model = buildModel({
      opset: 20,
      inputs: { x: [1, 3, 4, 4], i: [1, 3, 4, 4], size: [4] },
      nodes: [node(opType, inputs, 'y', attributes)],
    });
    expect(inferShapes(model).facts.get('y')?.shape).toEqual(expected);
  });
});

describe('shape arithmetic', () => {
  test('resolves the Shape, Gather, Concat, Reshape chain of exporters', () => {
    const model = buildModel({
      inputs: { x: ['N', 8, 4, 6] },
      stored: { zero: int64s(0), minusOne: int64s(-1) },
      nodes: [
        node('Shape', 'x', 'shape'),
        node('Gather', 'shape zero', 'batch'),
        node('Concat', 'batch minusOne', 'target', { axis: 0 }),
        node('Reshape', 'x target', 'y'),
      ],
    });
    const inferred = inferShapes(model);
    expect(inferred.facts.get('y')?.shape).toEqual([1, 192]);
    expect(inferred.constants.get('target')?.data).toEqual([1, -1]);
  });

  test('keeps the known part when one size is open', () => {
    const model = buildModel({
      inputs: { x: [2, 3] },
      stored: { tail: int64s(5) },
      nodes: [
        node('NonZero', 'x', 'found'),
        node('Shape', 'found', 'shape'),
        node('Concat', 'shape tail', 'target', { axis: 0 }),
        node('ConstantOfShape', 'target', 'y'),
      ],
    });
    const { facts, constants } = inferShapes(model);
    expect(facts.get('y')?.shape).toEqual([2, null, 5]);
    expect(constants.has('target')).toBe(false);
  });

  test.each<[string, string, number[], number[], number[]]>([
    ['Div', 'int64', [-7, 7], [2, 2], [-3, 3]],
    ['Mod', 'int64', [-7, 7], [3, -3], [2, -2]],
    ['Sub', 'int64', [5, 1], [2, 2], [3, -1]],
    ['Equal', 'int64', [5, 1], [5, 2], [1, 0]],
    ['Max', 'int64', [5, 1], [2, 2], [5, 2]],
  ])('%s of %s %j and %j is %j', (opType, type, a, b, expected) => {
    const elementType = type as 'int64';
    const model = buildModel({
      stored: { a: tensor(elementType, [2], a), b: tensor(elementType, [2], b) },
      nodes: [node(opType, 'a b', 'y')],
    });
    expect(inferShapes(model).constants.get('y')?.data).toEqual(expected);
  });

  test('slices backwards, as exporters do with pads', () => {
    const model = buildModel({
      stored: {
        data: tensor('int64', [4, 2], [0, 1, 2, 3, 4, 5, 6, 7]),
        start: int64s(-1),
        end: int64s(-9),
        axis: int64s(0),
        step: int64s(-1),
      },
      nodes: [node('Slice', 'data start end axis step', 'y'), node('Transpose', 'y', 'z', { perm: [1, 0] })],
    });
    const { constants } = inferShapes(model);
    expect(constants.get('y')?.data).toEqual([6, 7, 4, 5, 2, 3, 0, 1]);
    expect(constants.get('z')?.data).toEqual([6, 4, 2, 0, 7, 5, 3, 1]);
  });

  test('does not unfold weights', () => {
    const model = buildModel({ stored: { shape: int64s(1000, 1000) }, nodes: [node('ConstantOfShape', 'shape', 'w')] });
    const { facts, constants } = inferShapes(model);
    expect(facts.get('w')?.shape).toEqual([1000, 1000]);
    expect(constants.has('w')).toBe(false);
  });

  test('finds the shapes behind the pads of an old exporter, which onnx.shape_inference does not', async () => {
    const file = findReferenceModel('heads/legacy_pad_subgraph/model.onnx');
    const { facts, warnings } = inferShapes(await readModel(file ?? ''));
    expect(facts.get('/body/body.8/Clip_output_0')?.shape).toEqual([1, 32, 8, 12]);
    expect(warnings).toEqual([]);
  });
});

describe('bodies', () => {
  const graphAttribute = (value: ReturnType<typeof buildGraph>): Attribute => ({ type: 'graph', value });

  test('a model-local function is inferred through its nodes, with the attributes of the call', () => {
    const body: ModelFunction = {
      domain: 'local',
      name: 'Flat',
      inputs: ['a'],
      outputs: ['c'],
      attributes: ['axis'],
      nodes: [
        { ...node('Relu', 'a', 'b'), index: 0 },
        { ...node('Flatten', 'b', 'c', { axis: { type: 'reference', value: 'axis' } }), index: 1 },
      ],
    };
    const model = buildModel({
      inputs: { x: [1, 3, 4] },
      nodes: [node('Flat', 'x', 'y', { axis: 2 }, 'local'), node('Flat', 'x', 'z', {}, 'local')],
      functions: [body],
    });
    const { facts, warnings } = inferShapes(model);
    expect([facts.get('y')?.shape, facts.get('z')?.shape]).toEqual([
      [3, 4],
      [1, 12],
    ]);
    expect(warnings).toEqual([]);
  });

  test('a function that calls itself ends as unknown', () => {
    const nodes = [{ ...node('Again', 'a', 'b', {}, 'local'), index: 0 }];
    const again: ModelFunction = {
      domain: 'local',
      name: 'Again',
      inputs: ['a'],
      outputs: ['b'],
      attributes: [],
      nodes,
    };
    const model = buildModel({ inputs: { x: [1] }, nodes: [node('Again', 'x', 'y', {}, 'local')], functions: [again] });
    expect(inferShapes(model).facts.get('y')?.shape).toBeNull();
  });

  const branches = {
    then_branch: graphAttribute(buildGraph({ nodes: [node('Relu', 'x', 'yes')], outputs: ['yes'] })),
    else_branch: graphAttribute(buildGraph({ nodes: [node('Concat', 'x x', 'no', { axis: 0 })], outputs: ['no'] })),
  };

  test('of an If with an open condition, what both branches agree on is known', () => {
    const model = buildModel({ inputs: { x: [2, 3], c: ['bool', []] }, nodes: [node('If', 'c', 'y', branches)] });
    expect(inferShapes(model).facts.get('y')?.shape).toEqual([null, 3]);
  });

  test('a known condition decides', () => {
    const stored = { c: tensor('bool', [], [0]) };
    const model = buildModel({ inputs: { x: [2, 3] }, stored, nodes: [node('If', 'c', 'y', branches)] });
    expect(inferShapes(model).facts.get('y')?.shape).toEqual([4, 3]);
  });

  test('an If without branches leaves its output unknown', () => {
    const model = buildModel({ inputs: { c: ['bool', []] }, nodes: [node('If', 'c', 'y')] });
    expect(inferShapes(model).facts.get('y')?.shape).toBeNull();
  });

  test('a loop keeps steady shapes, follows growing ones for a known number of turns and stacks its scan outputs', () => {
    const body = buildGraph({
      inputs: { i: ['int64', []], go: ['bool', []], steady: null, growing: null },
      nodes: [
        node('Identity', 'go', 'goOn'),
        node('Relu', 'steady', 'steadyOut'),
        node('Concat', 'growing growing', 'growingOut', { axis: 0 }),
        node('Neg', 'steady', 'seen'),
      ],
      outputs: ['goOn', 'steadyOut', 'growingOut', 'seen'],
    });
    const model = buildModel({
      inputs: { a: [2, 3], b: [1, 5] },
      stored: { turns: tensor('int64', [], [7]), many: tensor('int64', [], [5000]), go: tensor('bool', [], [1]) },
      nodes: [
        node('Loop', 'turns go a b', 'x y z', { body: graphAttribute(body) }),
        node('Loop', 'many go a b', 'x2 y2 z2', { body: graphAttribute(body) }),
      ],
    });
    const { facts } = inferShapes(model);
    expect(['x', 'y', 'z'].map((name) => facts.get(name)?.shape)).toEqual([
      [2, 3],
      [128, 5],
      [7, 2, 3],
    ]);
    expect(['x2', 'y2', 'z2'].map((name) => facts.get(name)?.shape)).toEqual([
      [2, 3],
      [null, 5],
      [5000, 2, 3],
    ]);
  });

  test('a scan cuts its inputs and stacks its outputs', () => {
    const body = buildGraph({
      inputs: { state: null, part: null },
      nodes: [node('Add', 'state part', 'next'), node('Identity', 'next', 'out')],
      outputs: ['next', 'out'],
    });
    const attributes = { body: graphAttribute(body), num_scan_inputs: 1, scan_input_axes: [1], scan_output_axes: [-1] };
    const model = buildModel({ inputs: { s: [4], x: [4, 9] }, nodes: [node('Scan', 's x', 'last all', attributes)] });
    const { facts } = inferShapes(model);
    expect([facts.get('last')?.shape, facts.get('all')?.shape]).toEqual([[4], [4, 9]]);
  });
});

describe('operators of com.microsoft', () => {
  const infer = (opType: string, inputs: Record<string, readonly number[]>, attributes = {}) => {
    const model = buildModel({
      inputs,
      nodes: [node(opType, Object.keys(inputs).join(' '), 'y z', attributes, 'com.microsoft')],
    });
    return inferShapes(model).facts.get('y')?.shape;
  };

  test('follow their published definitions', () => {
    expect(infer('FusedConv', { x: [1, 3, 8, 8], w: [4, 3, 3, 3] }, { activation: 'Relu' })).toEqual([1, 4, 6, 6]);
    expect(infer('NhwcFusedConv', { x: [1, 8, 8, 3], w: [4, 3, 3, 3] }, { strides: [2, 2] })).toEqual([1, 3, 3, 4]);
    expect(infer('FusedMatMul', { a: [2, 5, 3], b: [2, 4, 3] }, { transB: 1 })).toEqual([2, 5, 4]);
    expect(infer('Attention', { x: [2, 7, 16], w: [16, 48], b: [48] }, { num_heads: 4 })).toEqual([2, 7, 16]);
    expect(infer('MultiHeadAttention', { q: [2, 7, 16], k: [2, 9, 16], v: [2, 9, 32] }, { num_heads: 4 })).toEqual([
      2, 7, 32,
    ]);
    expect(infer('SkipLayerNormalization', { x: [2, 7, 16], s: [2, 7, 16], g: [16] })).toEqual([2, 7, 16]);
    expect(infer('BiasGelu', { x: [2, 7, 16], b: [16] })).toEqual([2, 7, 16]);
    expect(infer('MatMulNBits', { a: [1, 7, 64], b: [32, 2, 16], s: [64] }, { K: 64, N: 32, bits: 4 })).toEqual([
      1, 7, 32,
    ]);
    expect(infer('QLinearGlobalAveragePool', { x: [1, 7, 7, 8] }, { channels_last: 1 })).toEqual([1, 1, 1, 8]);
  });
});
