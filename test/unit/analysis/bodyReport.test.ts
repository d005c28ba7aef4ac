import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../../scripts/setup.mjs';
import { reportBody } from '../../../src/analysis/report/bodyReport';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { Model } from '../../../src/graph/model';
import { readModel } from '../../../src/onnx/readModel';
import type { BodyPath, BodyReport } from '../../../src/protocol/layerBodies';

/** What test/fixtures/bodies/generate.py writes: node 0 a function, 1 an If, 2 a Loop, 4 a Scan. */
describe('a body as a graph of its own', () => {
  let model: Model;
  beforeAll(async () => {
    model = await readModel(path.join(root, 'test/fixtures/bodies/model.onnx'));
  });
  const report = (...steps: readonly (readonly [layer: number, body: number])[]): BodyReport =>
    reportBody(
      model,
      inferShapes(model),
      steps.map(([layer, body]) => ({ layer, body })),
    );
  const listLayers = ({ layers }: BodyReport): readonly string[] =>
    layers.map(
      ({ index, opType, inputs, outputs }) =>
        `${index} ${opType}: ${inputs.join(' ')} → ${outputs.map(({ name, shape }) => `${name} [${shape?.join() ?? '?'}]`).join(' ')}`,
    );
  const listValues = (values: BodyReport['inputs']): readonly unknown[] =>
    values.map(({ name, type, boundShape, outside }) => [name, type, boundShape, outside]);

  test('of a function tells what its inputs are outside, and counts the weights that the call hands in', () => {
    const block = report([0, 0]);
    expect([block.kind, block.name, block.times]).toEqual(['function', 'Block', 1]);
    expect(listLayers(block)).toEqual(['0 Conv: x w → c [1,8,4,4]', '1 Act: c → y [1,8,4,4]']);
    expect(listValues(block.inputs)).toEqual([
      ['x', 'float32', [1, 3, 4, 4], { source: 'input', role: 'same', outer: 'x' }],
      ['w', 'float32', [8, 3, 3, 3], { source: 'input', role: 'same', outer: 'w' }],
    ]);
    expect(listValues(block.outputs)).toEqual([
      ['y', 'float32', [1, 8, 4, 4], { source: 'layer', role: 'same', outer: 'features' }],
    ]);
    // 8·3·3·3 weights, at 4·4 places.
    expect(block.layers[0]).toMatchObject({ parameters: 216, macs: 3456, activationBytes: 512, weightBytes: 864 });
    expect(block.initializers).toEqual([]);
  });

  test('in a body is found by the whole path', () => {
    expect(listLayers(report([0, 0], [1, 0]))).toEqual(['0 Sigmoid: x → s [1,8,4,4]', '1 Mul: x s → y [1,8,4,4]']);
    const turn = report([1, 1], [0, 0]);
    expect([turn.kind, turn.name, turn.times]).toEqual(['loop', 'body', 5]);
    expect(listLayers(turn)).toEqual([
      '0 Identity: go → go_on []',
      '1 Add: v features → next [1,8,4,4]',
      '2 ReduceMean: next → mean []',
    ]);
    expect(listValues(turn.inputs)).toEqual([
      ['i', 'int64', [], { source: 'input', role: 'turn', outer: null }],
      ['go', 'bool', [], { source: 'input', role: 'carried', outer: 'true' }],
      ['v', 'float32', [1, 8, 4, 4], { source: 'input', role: 'carried', outer: 'features' }],
      ['features', 'float32', [1, 8, 4, 4], { source: 'outside', role: 'same', outer: 'features' }],
    ]);
    expect(turn.outputs.map(({ name, outside }) => [name, outside?.outer])).toEqual([
      ['go_on', null],
      ['next', 'no'],
      ['mean', 'means'],
    ]);
    expect(turn.outputs.map(({ purposes }) => purposes)).toEqual([
      [{ outer: null, role: 'same', turns: 5 }],
      [{ outer: 'no', role: 'carried', turns: 5 }],
      [{ outer: 'means', role: 'stacked', turns: 5 }],
    ]);
  });

  test('of a branch holds its own tensors and those that it takes from around it', () => {
    const [then, orElse] = [report([1, 0]), report([1, 1])];
    expect(then.bodies).toEqual(['then_branch', 'else_branch']);
    expect(then.initializers.map(({ name, shape }) => [name, shape])).toEqual([['scale', [1, 8, 1, 1]]]);
    expect(then.inputs.map(({ name }) => name)).toEqual(['features']);
    expect(orElse.initializers.map(({ name }) => name).sort()).toEqual(['true', 'turns']);
    expect(orElse.inputs.map(({ name }) => name)).toEqual(['features']);
    expect(listLayers(orElse)).toEqual(['0 Loop: turns true features → no [1,8,4,4] means [5]']);
  });

  test('of a Scan hands in one part of the sequence', () => {
    expect(listValues(report([4, 0]).inputs)).toEqual([
      ['state', 'float32', [4, 4], { source: 'input', role: 'carried', outer: 'zeros' }],
      ['part', 'float32', [4, 4], { source: 'input', role: 'part', outer: 'image' }],
    ]);
  });

  test.each<[string, BodyPath, RegExp]>([
    ['a layer without bodies', [{ layer: 3, body: 0 }], /^What ReduceSum "sum" runs inside is not known/],
    ['a body that the layer does not have', [{ layer: 1, body: 2 }], /^What If "choose" runs inside is not known/],
    ['a layer that is not there', [{ layer: 99, body: 0 }], /^The graph has no node 99 any more/],
    ['the main graph', [], /no body/],
  ])('is refused for %s', (_, steps, message) => {
    expect(() => reportBody(model, inferShapes(model), steps)).toThrow(message);
  });
});
