import { describe, expect, it } from 'vitest';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import type { GraphItem, GraphView, ItemId } from '../../../../webview/graph/viewModel';
import { layer, report } from '../reportBuilder';

/** Modules three deep, and one layer that skips over the others. */
function nested(): GraphView {
  const names = ['a/b/c/conv1', 'a/b/c/conv2', 'a/b/c/conv3', 'a/b/d', 'a/e', 'f/g', 'f/h', 'i'];
  const layers = names.map((name, index) =>
    layer('Conv', `${index === 0 ? 'x' : `t${index - 1}`} w -> ${index === 7 ? 'y' : `t${index}`}`, { name }),
  );
  return toGraphView(report(layers, { initializers: ['w'] }));
}

describe('what blocks hold is worked out on request, and', () => {
  it('does not depend on what was looked at first', () => {
    const describeAll = (view: GraphView) =>
      [...view.items.values()]
        .map((item) => ({ ...settle(item), parent: view.parentOf(item.id), edges: view.edgesOf(item.id) }))
        .sort(({ id: one }, { id: other }) => (one < other ? -1 : 1));
    const settle = (item: GraphItem) => (item.kind === 'block' ? { ...item, summary: item.summary() } : item);
    const fromOutside = describeAll(nested());
    const fromInside = nested();
    fromInside.edgesOf(fromInside.parentOf('layer:1') ?? '');
    expect(describeAll(fromInside)).toEqual(fromOutside);
  });

  it('finds the blocks around a layer, and a block deep inside by its name', () => {
    const around = (view: GraphView, id: ItemId): ItemId[] => {
      const parent = view.parentOf(id);
      return parent === undefined ? [] : [parent, ...around(view, parent)];
    };
    const ids = around(nested(), 'layer:1');
    expect(ids[ids.length - 1]).toBe('root');
    expect(ids.length).toBeGreaterThan(2);
    const inner = nested().items.get(ids[0]);
    expect(inner?.kind === 'block' && inner.summary().layerCount).toBe(3);
  });

  it('knows nothing of what is not there', () => {
    const view = nested();
    expect(view.items.has('scope:nowhere')).toBe(false);
    expect(view.parentOf('scope:nowhere')).toBeUndefined();
    expect(view.parentOf('root')).toBeUndefined();
    expect(view.edgesOf('layer:0')).toEqual([]);
  });
});
