import { describe, expect, test } from 'vitest';
import { indexGraph } from '../../../src/graph/graphIndex';
import { buildGraph, node } from './graphBuilder';

describe('indexGraph', () => {
  test('keeps the order of a sorted file', () => {
    const graph = buildGraph({ nodes: [node('Relu', 'x', 'a'), node('Relu', 'x', 'b'), node('Add', 'a b', 'c')] });
    expect(indexGraph(graph).order.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  test('puts producers first when the file does not', () => {
    const graph = buildGraph({ nodes: [node('Add', 'a b', 'c'), node('Relu', 'a', 'b'), node('Relu', 'x', 'a')] });
    expect(indexGraph(graph).order.map(({ index }) => index)).toEqual([2, 1, 0]);
  });

  test('knows who makes a value and, each once, who reads it', () => {
    const graph = buildGraph({ nodes: [node('Relu', 'x', 'a'), node('Mul', 'a a', 'b'), node('Neg', 'a', 'c')] });
    const index = indexGraph(graph);
    expect(index.producerOf.get('a')).toBe(graph.nodes[0]);
    expect(index.producerOf.get('x')).toBeUndefined();
    expect(index.consumersOf.get('a')).toEqual([graph.nodes[1], graph.nodes[2]]);
  });

  test('counts what a branch captures as read by the If around it', () => {
    const branch = buildGraph({
      nodes: [node('Add', 'own outer', 'sum')],
      stored: {},
      outputs: ['sum'],
      inputs: { own: [1] },
    });
    const choose = node('If', 'condition', 'y', {
      then_branch: { type: 'graph', value: branch },
      else_branch: { type: 'graph', value: buildGraph({ nodes: [], outputs: ['other'] }) },
    });
    const graph = buildGraph({ nodes: [choose, node('Relu', 'x', 'outer'), node('Relu', 'x', 'other')] });
    const index = indexGraph(graph);
    expect(index.order.map(({ opType }) => opType)).toEqual(['Relu', 'Relu', 'If']);
    expect(index.consumersOf.get('outer')).toEqual([graph.nodes[0]]);
    expect(index.consumersOf.has('own')).toBe(false);
  });

  test('ignores inputs that are left out', () => {
    const index = indexGraph(buildGraph({ nodes: [node('Clip', 'x _ max', 'y')] }));
    expect([...index.consumersOf.keys()]).toEqual(['x', 'max']);
  });

  test('refuses a cycle and names a node of it', () => {
    const graph = buildGraph({ nodes: [node('Relu', 'x', 'a'), node('Add', 'a c', 'b'), node('Neg', 'b', 'c')] });
    expect(() => indexGraph(graph)).toThrow(/node 1 \(Add\) needs its own output/);
  });

  test('sorts a chain of 100 000 nodes that is stored backwards', () => {
    const count = 100_000;
    const nodes = Array.from({ length: count }, (_, i) => node('Relu', `v${count - i - 1}`, `v${count - i}`));
    const { order } = indexGraph(buildGraph({ nodes }));
    expect(order[0].inputs).toEqual(['v0']);
    expect(order[count - 1].outputs).toEqual([`v${count}`]);
  });
});
