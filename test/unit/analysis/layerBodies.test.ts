import { describe, expect, test } from 'vitest';
import { findBodyPlace } from '../../../src/analysis/report/bodyPlace';
import { reportLayerBodies } from '../../../src/analysis/report/layerBodies';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { Attribute, ModelFunction } from '../../../src/graph/model';
import type { BodyValue, LayerBody } from '../../../src/protocol/layerBodies';
import { buildGraph, buildModel, float32, node, tensor } from '../graph/graphBuilder';

const held = (spec: Parameters<typeof buildGraph>[0]): Attribute => ({ type: 'graph', value: buildGraph(spec) });
const reportOf = (spec: Parameters<typeof buildModel>[0], { index = 0, most = 500 } = {}): readonly LayerBody[] => {
  const model = buildModel(spec);
  return reportLayerBodies(findBodyPlace(model.graph, inferShapes(model), []), index, most);
};
const toText = ({ name, type, shape, source }: BodyValue): string =>
  `${name} ${type ?? '?'} [${shape?.map((size) => size ?? '?').join() ?? '?'}] ${source}`;
/** One line per layer, those of nested bodies behind theirs. */
const listLayers = ({ layers }: LayerBody): readonly unknown[] =>
  layers.map(({ opType, inputs, outputs, bodies }) => [
    `${opType}: ${inputs.map(toText).join(', ')} → ${outputs.map(toText).join(', ')}`,
    ...bodies.map(listLayers),
  ]);

describe('the bodies of a layer', () => {
  const branches = {
    else_branch: held({ nodes: [node('Concat', 'x x', 'no', { axis: 0 })], outputs: ['no'] }),
    then_branch: held({
      nodes: [node('Add', 'x shift', 'moved'), node('Relu', 'moved', 'yes')],
      stored: { shift: float32(3) },
      outputs: ['yes'],
      declared: { moved: [2, 3] },
    }),
  };

  test('are the branches of an If, with what they capture, store and hand out', () => {
    const [yes, no] = reportOf({ inputs: { x: [2, 3], c: ['bool', []] }, nodes: [node('If', 'c', 'y', branches)] });
    expect([yes, no].map(({ kind, name, times }) => [kind, name, times])).toEqual([
      ['branch', 'then_branch', null],
      ['branch', 'else_branch', null],
    ]);
    expect(listLayers(yes)).toEqual([
      ['Add: x float32 [2,3] outside, shift float32 [3] stored → moved float32 [2,3] layer'],
      ['Relu: moved float32 [2,3] layer → yes float32 [2,3] layer'],
    ]);
    expect(listLayers(no)).toEqual([
      ['Concat: x float32 [2,3] outside, x float32 [2,3] outside → no float32 [4,3] layer'],
    ]);
    expect(no.layers[0].attributes).toEqual([{ name: 'axis', type: 'int', text: '0' }]);
    expect([yes.outputs[0].outer, no.outputs[0].outer]).toEqual(['y', 'y']);
  });

  test('say which branch a known condition rules out, and list it as the file declares it', () => {
    const stored = { c: tensor('bool', [], [0]) };
    const [yes, no] = reportOf({ inputs: { x: [2, 3] }, stored, nodes: [node('If', 'c', 'y', branches)] });
    expect([yes.times, no.times]).toEqual([0, 1]);
    expect(listLayers(yes)).toEqual([
      ['Add: x float32 [2,3] outside, shift float32 [3] stored → moved float32 [2,3] layer'],
      ['Relu: moved float32 [2,3] layer → yes ? [?] layer'],
    ]);
  });

  test('of a Loop tell the turns where these are known, and what goes in', () => {
    const inner = { body: held({ nodes: [node('Neg', 'v', 'w')], outputs: ['w'] }) };
    const body = held({
      inputs: { i: ['int64', []], go: ['bool', []], v: null },
      nodes: [
        node('Identity', 'go', 'goOn'),
        node('If', 'go', 'next', { then_branch: inner.body, else_branch: inner.body }),
        node('Neg', 'next', 'seen'),
      ],
      outputs: ['goOn', 'next', 'seen'],
    });
    const stored = { turns: tensor('int64', [], [7]), go: tensor('bool', [], [1]) };
    const inputs = { a: [2, 3], open: ['int64', []] as const };
    const nodes = [node('Loop', 'turns go a', 'y z', { body }), node('Loop', 'open go a', 'y2 z2', { body })];
    const [known] = reportOf({ inputs, stored, nodes });
    expect([known.kind, known.name, known.times]).toEqual(['loop', 'body', 7]);
    expect(known.inputs.map(({ name, role, outer }) => [name, role, outer])).toEqual([
      ['i', 'turn', null],
      ['go', 'carried', 'go'],
      ['v', 'carried', 'a'],
    ]);
    expect(known.outputs.map(({ name, outer, role, turns }) => [name, outer, role, turns])).toEqual([
      ['goOn', null, 'same', 7],
      ['next', 'y', 'carried', 7],
      ['seen', 'z', 'stacked', 7],
    ]);
    const branch = [['Neg: v float32 [2,3] outside → w float32 [2,3] layer']];
    expect(listLayers(known)[1]).toEqual(['If: go bool [] input → next float32 [2,3] layer', branch, branch]);
    expect(known.layers[1].attributes).toEqual([]);
    expect(reportOf({ inputs, stored, nodes }, { index: 1 })[0].times).toBeNull();
  });

  test('hand on a value that is stacked as well, and leave out what nobody takes', () => {
    const body = held({
      inputs: { i: ['int64', []], go: ['bool', []], v: null },
      nodes: [node('Identity', 'go', 'goOn'), node('Neg', 'v', 'w')],
      outputs: ['goOn', 'w', 'w', 'w'],
    });
    const stored = { turns: tensor('int64', [], [7]), go: tensor('bool', [], [1]) };
    const [loop] = reportOf({ inputs: { a: [2] }, stored, nodes: [node('Loop', 'turns go a', '_ y z', { body })] });
    expect(loop.outputs.slice(1).map(({ name, outer, role }) => [name, outer, role])).toEqual([
      ['w', 'y', 'stacked'],
      ['w', 'z', 'stacked'],
    ]);
  });

  test('of a SequenceMap are collected in sequences', () => {
    const body = held({ inputs: { one: null }, nodes: [node('Neg', 'one', 'other')], outputs: ['other'] });
    const nodes = [node('SequenceConstruct', 'a a a', 's'), node('SequenceMap', 's', 't', { body })];
    const [map] = reportOf({ inputs: { a: [2] }, nodes }, { index: 1 });
    expect(map.outputs).toMatchObject([{ name: 'other', outer: 't', role: 'collected', turns: 3 }]);
  });

  test('of a Scan cut parts from its sequences', () => {
    const body = held({ inputs: { s: null, row: null }, nodes: [node('Add', 's row', 't')], outputs: ['t'] });
    const nodes = [node('Scan', 'a x', 'y', { body, num_scan_inputs: 1, scan_input_axes: [1] })];
    const [scan] = reportOf({ inputs: { a: [4], x: [4, 9] }, nodes });
    expect(scan.times).toBe(9);
    expect(scan.inputs.map(({ shape, role, outer }) => [shape, role, outer])).toEqual([
      [[4], 'carried', 'a'],
      [[4], 'part', 'x'],
    ]);
    expect(scan.outputs.map(({ outer, role }) => [outer, role])).toEqual([['y', 'carried']]);
    const both = held({ inputs: { s: null, row: null }, nodes: [node('Add', 's row', 't')], outputs: ['t', 't'] });
    const [pair] = reportOf({
      inputs: { a: [4], x: [4, 9] },
      nodes: [node('Scan', 'a x', 'y z', { body: both, num_scan_inputs: 1, scan_input_axes: [1] })],
    });
    expect(pair.outputs.map(({ outer, role, turns }) => [outer, role, turns])).toEqual([
      ['y', 'carried', 9],
      ['z', 'stacked', 9],
    ]);
  });

  const define = (name: string, inputs: string, ...nodes: ReturnType<typeof node>[]): ModelFunction => ({
    domain: 'local',
    name,
    inputs: inputs.split(' '),
    outputs: ['out'],
    attributes: ['axis'],
    nodes: nodes.map((one, index) => ({ ...one, index })),
  });
  const functions = [
    define(
      'Inner',
      'a b',
      node('Flatten', 'a', 'f', { axis: { type: 'reference', value: 'axis' } }),
      node('Max', 'f b', 'out'),
    ),
    define('Outer', 'a', node('Relu', 'a', 'r'), node('Inner', 'r', 'out', { axis: 2 }, 'local')),
  ];

  test('are the functions a call runs, one in the other, with the attributes of the call', () => {
    const spec = { inputs: { x: [1, 3, 4] }, nodes: [node('Outer', 'x', 'y', {}, 'local')], functions };
    const [outer] = reportOf(spec);
    expect([outer.kind, outer.name, outer.times]).toEqual(['function', 'Outer', 1]);
    expect(outer.inputs).toMatchObject([{ name: 'a', role: 'same', outer: 'x', shape: [1, 3, 4] }]);
    const [inner] = outer.layers[1].bodies;
    expect(inner).toMatchObject({ kind: 'function', name: 'Inner', outputs: [{ name: 'out', outer: 'out' }] });
    expect(inner.layers[0].attributes).toEqual([{ name: 'axis', type: 'int', text: '2' }]);
    expect(listLayers(inner)).toEqual([
      ['Flatten: a float32 [1,3,4] input → f float32 [3,4] layer'],
      [expect.stringMatching(/^Max: f float32 \[3,4\] layer, b \? \[\?\] missing/)],
    ]);
  });

  test('of operators that are not known are listed as the file has them', () => {
    const body = held({ inputs: { v: ['float32', [2, 'n']] }, nodes: [node('Neg', 'v', 'w')], outputs: ['w'] });
    const [one] = reportOf({ inputs: { x: [2, 3] }, nodes: [node('Search', 'x', 'y', { body }, 'custom')] });
    expect([one.kind, one.name, one.times]).toEqual(['graph', 'body', null]);
    expect(listLayers(one)).toEqual([['Neg: v float32 [2,?] input → w ? [?] layer']]);
  });

  test('stop at a number of layers, nested ones first, and count the others', () => {
    const spec = { inputs: { x: [1, 3, 4] }, nodes: [node('Outer', 'x', 'y', {}, 'local')], functions };
    const [outer] = reportOf(spec, { most: 3 });
    expect([outer.layers.length, outer.hiddenLayers]).toEqual([2, 0]);
    const [inner] = outer.layers[1].bodies;
    expect([inner.layers.length, inner.hiddenLayers]).toEqual([1, 1]);
    const chosen = reportOf(
      { inputs: { x: [2, 3], c: ['bool', []] }, nodes: [node('If', 'c', 'y', branches)] },
      { most: 2 },
    );
    expect(chosen.map(({ layers, hiddenLayers }) => [layers.length, hiddenLayers])).toEqual([
      [1, 1],
      [1, 0],
    ]);
  });

  test('are none for other operators and for nodes that are not there', () => {
    const spec = { inputs: { x: [2] }, nodes: [node('Relu', 'x', 'y')] };
    expect([reportOf(spec), reportOf(spec, { index: 9 })]).toEqual([[], []]);
  });
});
