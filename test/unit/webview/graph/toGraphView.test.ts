import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../../src/inspectModel';
import { toInitialFold } from '../../../../webview/graph/initialFold';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import type { BlockItem, GraphView, ItemId } from '../../../../webview/graph/viewModel';
import { layer, report, residualChain } from '../reportBuilder';

function block(view: GraphView, id: ItemId): BlockItem {
  const item = view.items.get(id);
  if (item?.kind !== 'block') {
    throw new Error(`${id} is no block`);
  }
  return item;
}

function blocks(view: GraphView): BlockItem[] {
  return [...view.items.values()].filter((item) => item.kind === 'block');
}

/** Items that are drawn when these blocks are expanded. */
function visible(view: GraphView, expanded: ReadonlySet<ItemId>, id: ItemId = view.root.id): ItemId[] {
  return expanded.has(id) ? block(view, id).children.flatMap((child) => visible(view, expanded, child)) : [id];
}

describe('boxes', () => {
  it('hold a layer and the element-wise layers that alone read it', () => {
    const view = toGraphView(
      report(
        [
          layer('Conv', 'x w -> a'),
          layer('BatchNormalization', 'a s b m v -> c'),
          layer('Relu', 'c -> d'),
          layer('MaxPool', 'd -> y'),
        ],
        { initializers: ['w', 's', 'b', 'm', 'v'] },
      ),
    );
    expect(view.root.children).toEqual(['input:x', 'layer:0', 'layer:3', 'output:y']);
    const box = view.items.get('layer:0');
    expect(box?.kind === 'layers' && box.layers.map(({ opType }) => opType)).toEqual([
      'Conv',
      'BatchNormalization',
      'Relu',
    ]);
    expect(view.itemOfLayer.get(2)).toBe('layer:0');
  });

  it('stay apart where something else reads the tensor between them', () => {
    const view = toGraphView(
      report([layer('Conv', 'x w -> a'), layer('Relu', 'a -> b'), layer('Add', 'a b -> y')], { initializers: ['w'] }),
    );
    expect(view.root.children).toEqual(['input:x', 'layer:0', 'layer:1', 'layer:2', 'output:y']);
  });

  it('do not swallow an output of the model', () => {
    const view = toGraphView(report([layer('Conv', 'x w -> y'), layer('Relu', 'y -> z')], { initializers: ['w'] }));
    expect(view.root.children).toContain('layer:1');
  });

  it('leave out layers that only make constants or compute shapes, and know who reads them', () => {
    const view = toGraphView(
      report(
        [
          layer('ConstantOfShape', 'shape -> w'),
          layer('Conv', 'x w -> a'),
          layer('Shape', 'a -> s'),
          layer('Gather', 's index -> n'),
          layer('Reshape', 'a n -> y'),
        ],
        { initializers: ['shape', 'index'] },
      ),
    );
    expect(view.root.children).toEqual(['input:x', 'layer:1', 'layer:4', 'output:y']);
    expect(Object.fromEntries(view.readerOfAuxiliary)).toEqual({ 0: 1, 2: 4, 3: 4 });
  });

  it('are named after their module where only the weights tell it', () => {
    const view = toGraphView(
      report([layer('Conv', 'x stem.conv.weight -> y', { name: 'node_Conv_812' })], {
        initializers: ['stem.conv.weight'],
      }),
    );
    const box = view.items.get('layer:0');
    expect(box?.kind === 'layers' && box.label).toBe('stem.conv');
  });
});

describe('blocks', () => {
  it('follow the scopes in node names', () => {
    const view = toGraphView(
      report(
        [
          layer('Conv', 'x w1 -> a', { name: '/body/body.0/conv/Conv' }),
          layer('MaxPool', 'a -> b', { name: '/body/body.0/pool/MaxPool' }),
          layer('Conv', 'b w2 -> c', { name: '/body/body.1/conv/Conv' }),
          layer('MaxPool', 'c -> d', { name: '/body/body.1/pool/MaxPool' }),
          layer('Gemm', 'd w3 -> e', { name: '/head/Gemm' }),
          layer('Softmax', 'e -> y', { name: '/Softmax' }),
        ],
        { initializers: ['w1', 'w2', 'w3'] },
      ),
    );
    expect(view.root.children).toEqual(['input:x', 'scope:body', 'layer:4', 'layer:5', 'output:y']);
    expect(block(view, 'scope:body').children).toEqual(['scope:body/body.0', 'scope:body/body.1']);
    const { label, summary } = block(view, 'scope:body/body.0');
    expect([label, summary().layerCount]).toEqual(['body.0', 2]);
  });

  it('follow the names of weights where nodes have none; a join belongs to its latest producer', () => {
    const view = toGraphView(
      report(
        [
          layer('Conv', 'x blocks.0.a.weight -> a'),
          layer('Conv', 'a blocks.0.b.weight -> b'),
          layer('Add', 'b a -> c'),
          layer('Conv', 'c blocks.1.a.weight -> d'),
          layer('Conv', 'd blocks.1.b.weight -> e'),
          layer('Add', 'e d -> y'),
        ],
        { initializers: ['blocks.0.a.weight', 'blocks.0.b.weight', 'blocks.1.a.weight', 'blocks.1.b.weight'] },
      ),
    );
    expect(blocks(view).map(({ label, summary }) => [label, summary().layerCount])).toContainEqual(['blocks.0', 3]);
    expect(blocks(view).map(({ label, summary }) => [label, summary().layerCount])).toContainEqual(['blocks.1', 3]);
  });

  it('fall apart where a module is called in several places', () => {
    const view = toGraphView(
      report(
        [
          layer('MaxPool', 'x -> a', { name: '/pool/MaxPool' }),
          layer('Conv', 'a w1 -> b', { name: '/conv/Conv' }),
          layer('MaxPool', 'b -> y', { name: '/pool/MaxPool_1' }),
        ],
        { initializers: ['w1'] },
      ),
    );
    expect(view.root.children).toEqual(['input:x', 'layer:0', 'layer:1', 'layer:2', 'output:y']);
  });

  it('are found as regions between joins where names do not help', () => {
    const view = toGraphView(residualChain(12));
    const regions = blocks(view).filter(({ id }) => id.startsWith('region:'));
    expect(regions).toHaveLength(12);
    expect([regions[3].label, regions[3].summary().layerCount]).toEqual(['Residual block 4', 7]);
  });

  it('are stages of one resolution in a long plain chain', () => {
    const sizes = [64, 32, 16];
    const layers = sizes.flatMap((size, stage) =>
      Array.from({ length: 15 }, (_, step) => {
        const number = stage * 15 + step;
        return layer('Conv', `${number === 0 ? 'x' : `t${number}`} w -> ${number === 44 ? 'y' : `t${number + 1}`}`, {
          shape: [1, 8, size, size],
        });
      }),
    );
    const view = toGraphView(report(layers, { initializers: ['w'] }));
    expect(
      view.root.children.map((id) => view.items.get(id)).map((item) => item?.kind === 'block' && item.label),
    ).toEqual([false, 'Stage 64×64', 'Stage 32×32', 'Stage 16×16', false]);
  });

  it('never show more than 60 children, whatever the graph, and keep every layer', () => {
    const view = toGraphView(residualChain(900));
    expect(Math.max(...blocks(view).map(({ children }) => children.length))).toBeLessThanOrEqual(60);
    expect(view.itemOfLayer.size).toBe(6300);
    expect(view.root.summary().layerCount).toBe(6300);
  });
});

describe('edges', () => {
  it('are cut at the frames they cross', () => {
    const view = toGraphView(
      report(
        [
          layer('Conv', 'x w1 -> a', { name: '/m/a/Conv' }),
          layer('MaxPool', 'a -> b', { name: '/m/b/MaxPool' }),
          layer('Conv', 'b w2 -> y', { name: '/Conv' }),
        ],
        { initializers: ['w1', 'w2'] },
      ),
    );
    const ends = (id: ItemId) => view.edgesOf(id).map(({ from, to, tensor }) => [from, tensor, to]);
    expect(ends('root')).toEqual([
      ['input:x', 'x', 'scope:m'],
      ['scope:m', 'b', 'layer:2'],
      ['layer:2', 'y', 'output:y'],
    ]);
    expect(ends('scope:m')).toEqual([
      [null, 'x', 'layer:0'],
      ['layer:0', 'a', 'layer:1'],
      ['layer:1', 'b', null],
    ]);
  });
});

describe('EfficientNet-Lite0', () => {
  it('opens as 20 to 40 boxes with its modules as blocks', async () => {
    const lite0 = await inspectModel(path.resolve('media/demo/efficientnet-lite0.onnx'));
    const view = toGraphView(lite0);
    const shown = visible(view, toInitialFold(view));
    expect(shown.length).toBeGreaterThanOrEqual(20);
    expect(shown.length).toBeLessThanOrEqual(40);
    expect(block(view, 'scope:blocks').children).toHaveLength(14);
    // The last stage before the final block: three blocks with equal shapes.
    expect(blocks(view).filter(({ repeat }) => repeat !== null)).toMatchObject([{ label: 'blocks.12–14', repeat: 3 }]);
    expect(block(view, 'scope:blocks/2').summary().operators).toEqual([
      ['Conv', 3],
      ['Clip', 2],
      ['Add', 1],
    ]);
    expect(view.root.summary().layerCount).toBe(94);
    expect(view.root.summary().parameters).toBe(lite0.totals.parameters);
    expect(view.root.summary().macs).toBe(lite0.totals.macs);
  });
});
