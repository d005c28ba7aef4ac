import { describe, expect, it } from 'vitest';
import type { LayerReport } from '../../../../src/protocol/modelReport';
import { toCanonicalGraph } from '../../../../webview/graph/canonicalGraph';
import { toRangeLabel } from '../../../../webview/graph/foldRepeats';
import { toInitialFold, toVisibleItems } from '../../../../webview/graph/initialFold';
import type { BlockGraph } from '../../../../webview/graph/blockGraph';
import { layoutBlock } from '../../../../webview/graph/layoutBlock';
import { toPortions } from '../../../../webview/graph/progressiveFold';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import type { BlockItem, GraphView } from '../../../../webview/graph/viewModel';
import { layer, parameter, report, residualChain } from '../reportBuilder';

function repeats(view: GraphView): BlockItem[] {
  return [...view.items.values()].filter((item) => item.kind === 'block').filter(({ repeat }) => repeat !== null);
}

/** Modules `m.0`, `m.1` … of a convolution and a pooling each; `change` makes one of them different. */
function modules(count: number, change: (layer: LayerReport, module: number) => LayerReport = (one) => one) {
  const layers = Array.from({ length: count }, (_, module) => {
    const input = module === 0 ? 'x' : `b${module - 1}`;
    const output = module === count - 1 ? 'y' : `b${module}`;
    return [
      change(layer('Conv', `${input} w${module} -> a${module}`, { name: `/m/m.${module}/Conv` }), module),
      layer('MaxPool', `a${module} -> ${output}`, { name: `/m/m.${module}/MaxPool` }),
    ];
  });
  const initializers = Array.from({ length: count }, (_, module) => parameter(`w${module}`, [8, 8, 3, 3]));
  return report([...layers.flat(), layer('Softmax', 'y -> z', { name: '/Softmax' })], { initializers, output: 'z' });
}

describe('blocks that are built alike', () => {
  it('become one box that says how many there are, whatever their names', () => {
    const [repeat] = repeats(toGraphView(modules(5)));
    expect([repeat?.repeat, repeat?.summary().layerCount]).toEqual([5, 10]);
    expect(repeat.children).toEqual([0, 1, 2, 3, 4].map((module) => `scope:m/m.${module}`));
  });

  it('are not the ones with another attribute, weight shape or output shape', () => {
    const kernel = { name: 'kernel_shape', type: 'ints', text: '3, 3' };
    const differing: ((one: LayerReport) => LayerReport)[] = [
      (one) => ({ ...one, attributes: [kernel] }),
      (one) => ({ ...one, inputs: one.inputs.slice(0, 1) }),
      (one) => ({ ...one, outputs: one.outputs.map((output) => ({ ...output, shape: [1, 8, 7, 7] })) }),
      (one) => ({ ...one, opType: 'ConvTranspose' }),
    ];
    for (const change of differing) {
      const view = toGraphView(modules(6, (one, module) => (module === 1 ? change(one) : one)));
      expect(repeats(view).map(({ label, repeat }) => [label, repeat])).toEqual([['m.2–5', 4]]);
    }
  });

  it('are not the ones whose layers are the same but wired otherwise', () => {
    const wired = (number: number, isCrossed: boolean): LayerReport[] => {
      const name = (opType: string) => ({ name: `/m/m.${number}/${opType}` });
      const [x, y] = [`t${number}`, `t${number + 1}`];
      const [a, b, c] = ['a', 'b', 'c'].map((tensor) => `${tensor}${number}`);
      return [
        layer('MaxPool', `${x} -> ${a}`, name('MaxPool')),
        layer('AveragePool', `${isCrossed ? x : a} -> ${b}`, name('AveragePool')),
        layer('Concat', `${a} ${b} -> ${c}`, name('Concat')),
        layer('Softmax', `${c} -> ${y}`, name('Softmax')),
      ];
    };
    const layers = [false, false, false, true, false, false].flatMap((isCrossed, number) => wired(number, isCrossed));
    const view = toGraphView(report(layers, { input: 't0', output: 't6' }));
    expect(repeats(view)).toMatchObject([{ label: 'm.0–2', repeat: 3 }]);
  });

  it('stay apart when they are only two', () => {
    expect(repeats(toGraphView(modules(2)))).toEqual([]);
  });

  it('are found among regions without any names, and split into ranges when they are very many', () => {
    const view = toGraphView(residualChain(900));
    expect(view.root.children).toHaveLength(3);
    const [all, ...ranges] = repeats(view); // the outermost come first
    expect(all).toMatchObject({ repeat: 900, label: 'Residual block 1–900' });
    expect(ranges[0]).toMatchObject({ repeat: 23, label: 'Residual block 1–23' });
    expect(ranges.reduce((sum, { repeat }) => sum + (repeat ?? 0), 0)).toBe(900);
  });

  it('may be several layers in turn', () => {
    const layers = Array.from({ length: 20 }, (_, turn) => [
      layer('Conv', `${turn === 0 ? 'x' : `b${turn - 1}`} w -> a${turn}`),
      layer('MaxPool', `a${turn} -> ${turn === 19 ? 'y' : `b${turn}`}`),
    ]).flat();
    const view = toGraphView(report(layers, { initializers: ['w'] }));
    const [repeat] = repeats(view);
    expect([repeat?.repeat, repeat?.summary().layerCount]).toEqual([20, 40]);
    const first = view.items.get(repeat.children[0]);
    expect(first?.kind === 'block' && first.children).toEqual(['layer:0', 'layer:1']);
  });

  it('stay one box in the first picture where there is enough else to see', () => {
    const others = Array.from({ length: 30 }, (_, step) =>
      layer('MaxPool', `p${step} -> p${step + 1}`, { shape: [1, step + 1, 1, 1] }),
    );
    const { layers, initializers } = modules(12);
    const model = report([...layers, ...others], { initializers, output: 'p30' });
    const view = toGraphView({
      ...model,
      layers: model.layers.map((one) => ({ ...one, inputs: one.inputs.map((name) => (name === 'p0' ? 'z' : name)) })),
    });
    const [repeat] = repeats(view);
    expect(repeat.repeat).toBe(12);
    expect(toInitialFold(view).has(repeat.id)).toBe(false);
  });
});

describe('the label of a range', () => {
  it('says what the names share once', () => {
    expect(toRangeLabel('blocks.2', 'blocks.5')).toBe('blocks.2–5');
    expect(toRangeLabel('Residual block 9', 'Residual block 12')).toBe('Residual block 9–12');
    expect(toRangeLabel('conv_a', 'conv_b')).toBe('conv_a – conv_b');
  });
});

describe('equal graphs', () => {
  const graph = (prefix: string, width = 100): BlockGraph => ({
    nodes: ['a', 'b', 'c'].map((id) => ({ id: prefix + id, width, height: 40 })),
    edges: [
      { id: `${prefix}1`, from: null, to: `${prefix}a`, tensor: `${prefix}x`, labelWidth: 0 },
      { id: `${prefix}2`, from: `${prefix}a`, to: `${prefix}b`, tensor: `${prefix}y`, labelWidth: 60 },
      { id: `${prefix}3`, from: `${prefix}a`, to: `${prefix}c`, tensor: `${prefix}y`, labelWidth: 60 },
      { id: `${prefix}4`, from: `${prefix}c`, to: null, tensor: `${prefix}z`, labelWidth: 0 },
    ],
  });

  it('have one key and one layout, whatever the names', () => {
    const [one, other] = [toCanonicalGraph(graph('first/')), toCanonicalGraph(graph('second/'))];
    expect(other.key).toBe(one.key);
    expect(other.restore(layoutBlock(one.graph))).toEqual(layoutBlock(graph('second/')));
  });

  it('are not those of other sizes or with other edges', () => {
    const { key } = toCanonicalGraph(graph(''));
    expect(toCanonicalGraph(graph('', 110)).key).not.toBe(key);
    const { nodes, edges } = graph('');
    expect(toCanonicalGraph({ nodes, edges: edges.map((edge) => ({ ...edge, labelWidth: 0 })) }).key).not.toBe(key);
    expect(toCanonicalGraph({ nodes, edges: edges.slice(0, 3) }).key).not.toBe(key);
  });
});

describe('unfolding everything', () => {
  const view = toGraphView(residualChain(100));
  const portions = [...toPortions(view, 'root', new Set(['root']), 50)];

  it('goes from the outside in, each portion on top of the last, until every layer is there', () => {
    for (let index = 1; index < portions.length; index++) {
      expect([...portions[index - 1]].every((block) => portions[index].has(block))).toBe(true);
    }
    expect(portions.length).toBeGreaterThan(2);
    const shown = toVisibleItems(view, 'root', portions[portions.length - 1]);
    expect(shown.filter((item) => view.items.get(item)?.kind === 'block')).toEqual([]);
    expect(shown.length).toBe(402); // 4 boxes a block (ReLU shares the box of its convolution), input, output
  });

  it('adds few boxes at first, so that the first of them are seen soon', () => {
    expect(toVisibleItems(view, 'root', portions[0]).length).toBeLessThan(120);
  });

  it('has nothing to do where nothing is folded', () => {
    expect([...toPortions(view, 'root', portions[portions.length - 1])]).toEqual([]);
  });
});
