import { describe, expect, it } from 'vitest';
import { findPath } from '../../../../webview/graph/pathSearch';
import { searchLayers } from '../../../../webview/graph/search';
import { toShapeMatch } from '../../../../webview/graph/shapeMatch';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import { layer, parameter, report } from '../reportBuilder';

// x → a → [m: b → c, b → d → e, c and e → f] → y; a → z aside
const ints = (name: string, text: string) => ({ name, type: 'ints', text });
const model = report(
  [
    layer('Conv', 'x w -> a', { shape: [1, 32, 112, 112], attributes: [ints('kernel_shape', '[3, 3]')] }),
    layer('Conv', 'a v -> b', {
      name: '/m/b/Conv',
      attributes: [ints('kernel_shape', '[5, 1]'), { name: 'auto_pad', type: 'string', text: 'SAME_UPPER' }],
    }),
    layer('MaxPool', 'b -> c', { name: '/m/c/MaxPool', attributes: [ints('kernel_shape', '[3, 3]')] }),
    layer('AveragePool', 'b -> d', { name: '/m/d/AveragePool', attributes: [ints('kernel_shape', '[2, 2]')] }),
    layer('Softmax', 'd -> e', { name: '/m/e/Softmax', shape: ['N', 8, 14, 14] }),
    layer('Concat', 'c e -> f', { name: '/m/Concat' }),
    layer('Softmax', 'a -> z', { name: '/aside/Softmax' }),
    layer('Softmax', 'f -> y', { name: '/Softmax' }),
  ],
  { initializers: [parameter('w', [32, 3, 3, 3]), parameter('v', [8, 32, 5, 1])] },
);
const view = toGraphView(model);

describe('the path between two items', () => {
  it('holds everything on any way between them, and nothing else', () => {
    const path = findPath(view, 'layer:0', 'layer:5');
    expect([...(path?.items ?? [])].sort()).toEqual([0, 1, 2, 3, 4, 5].map((index) => `layer:${index}`));
    expect(path).toMatchObject({ from: 'layer:0', to: 'layer:5', layers: 6, shortest: 3 });
  });

  it('marks the pieces of its edges in every block they pass, but not other readers of the same tensor', () => {
    const edges = [...(findPath(view, 'layer:0', 'layer:2')?.edges ?? [])].sort();
    const known = [...view.items.values()].flatMap(({ id: item }) => view.edgesOf(item).map(({ id }) => id));
    expect(edges.every((id) => known.includes(id))).toBe(true);
    expect(edges.filter((id) => id.endsWith('·a'))).toHaveLength(2); // to the block, and inside it
    expect(edges.some((id) => id.includes('layer:6'))).toBe(false);
  });

  it('is found in either order', () => {
    expect(findPath(view, 'layer:7', 'input:x')).toMatchObject({ from: 'input:x', to: 'layer:7', shortest: 5 });
  });

  it('starts and ends at blocks as well', () => {
    expect(findPath(view, 'scope:m', 'output:y')).toMatchObject({ from: 'scope:m', shortest: 2 });
  });

  it('does not exist between branches', () => {
    expect(findPath(view, 'layer:2', 'layer:3')).toBeNull();
    expect(findPath(view, 'layer:6', 'layer:7')).toBeNull();
  });
});

describe('the search', () => {
  const find = (query: string): number[] => searchLayers(model, view, query);

  it.each([
    ['kernel_shape=3', [0, 2]],
    ['kernel_shape=5,1', [1]],
    ['kernel_shape=5x1', [1]],
    ['kernel_shape=5', []],
    ['kernel_shape=', [0, 1, 2, 3]],
    ['KERNEL_SHAPE=3 conv', [0]],
    ['auto_pad=same', [1]],
    ['strides=2', []],
  ])('finds attributes: %s', (query, found) => {
    expect(find(query)).toEqual(found);
  });

  it.each([
    ['112x112', [0]],
    ['1×32×112×112', [0]],
    ['8x?x5', [1]],
    ['32x8', []],
    ['8x32x5x1', [1]],
    ['n×8', [4]],
    ['112', []],
  ])('finds shapes of what is made and stored: %s', (query, found) => {
    expect(find(query)).toEqual(found);
  });

  it('asks of a shape that the dimensions stand side by side', () => {
    expect(toShapeMatch('3x3')?.([32, 3, 3, 3])).toBe(true);
    expect(toShapeMatch('32x3')?.([3, 32, 1, 3])).toBe(false);
    expect(toShapeMatch('?x3x*x3')?.([32, 3, 7, 3])).toBe(true);
    expect(toShapeMatch('max')).toBeNull();
  });
});
