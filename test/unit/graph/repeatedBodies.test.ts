import { describe, expect, test } from 'vitest';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { ModelFunction } from '../../../src/graph/model';
import { buildGraph, buildModel, node, tensor } from './graphBuilder';

describe('bodies that a file repeats very often', () => {
  test('a loop whose body only swaps what it carries is not followed for as long as it runs', () => {
    const body = buildGraph({
      inputs: { i: ['int64', []], go: ['bool', []], a: null, b: null },
      nodes: [],
      outputs: ['go', 'b', 'a'],
    });
    const swap = (turns: number) => {
      const model = buildModel({
        inputs: { x: [2], y: [3] },
        stored: { turns: tensor('int64', [], [turns]), go: tensor('bool', [], [1]) },
        nodes: [node('Loop', 'turns go x y', 'p q', { body: { type: 'graph', value: body } })],
      });
      return inferShapes(model).facts.get('p')?.shape;
    };
    expect([swap(2), swap(3), swap(2 ** 40)]).toEqual([[2], [3], [null]]);
  });

  test('a long function that is called very often is not walked each time', () => {
    const count = 2000;
    const step = (opType: string, position: number, from: string, domain = '') =>
      node(opType, position === 0 ? from : `${from}${position}`, `${from}${position + 1}`, {}, domain);
    const long: ModelFunction = {
      name: 'Long',
      domain: 'local',
      inputs: ['a'],
      outputs: [`a${count}`],
      attributes: [],
      nodes: Array.from({ length: count }, (_, index) => ({ ...step('Relu', index, 'a'), index })),
    };
    const calls = Array.from({ length: count }, (_, index) => step('Long', index, 'x', 'local'));
    const { facts, bodies, warnings } = inferShapes(
      buildModel({ inputs: { x: [3] }, nodes: calls, functions: [long] }),
    );
    expect(facts.get('x50')?.shape).toEqual([3]);
    expect(warnings).toEqual([expect.stringContaining('repeat more than 100000 nodes')]);
    expect(bodies.size).toBeLessThan(600);
  });
});
