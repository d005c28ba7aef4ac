import { describe, expect, it } from 'vitest';
import type { BlockLayout } from '../../../../webview/graph/blockGraph';
import { layoutBlock, readLayout } from '../../../../webview/graph/layoutBlock';
import { toPicture, type Picture, type PlacedItem } from '../../../../webview/graph/picture';
import { placeChain } from '../../../../webview/graph/placeChain';
import { placeWithDagre } from '../../../../webview/graph/placeWithDagre';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import type { ItemId } from '../../../../webview/graph/viewModel';
import { layer, report } from '../reportBuilder';

const SIZE = { width: 100, height: 40 };

/** Every number of a layout by its name, to a millionth of a pixel. */
function toNumbers(layout: BlockLayout | null): unknown {
  const numbers = layout && {
    ...layout,
    nodes: [...layout.nodes].sort(),
    portsIn: [...layout.portsIn],
    portsOut: [...layout.portsOut],
  };
  return JSON.parse(
    JSON.stringify(numbers, (_, value: unknown) => (typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value)),
  );
}

describe('the layout of one block', () => {
  it('puts readers below what they read, without overlap, and joins parallel branches', () => {
    const node = (id: string) => ({ id, ...SIZE });
    const edge = (from: string, to: string) => ({ id: `${from}${to}`, from, to, tensor: from, labelWidth: 60 });
    const { nodes, edges, width } = layoutBlock({
      nodes: ['a', 'b', 'c', 'd'].map(node),
      edges: [edge('a', 'b'), edge('a', 'c'), edge('b', 'd'), edge('c', 'd')],
    });
    const y = (id: string) => nodes.get(id)!.y;
    expect(y('a')).toBeLessThan(y('b'));
    expect(y('b')).toBe(y('c'));
    expect(y('d')).toBeGreaterThan(y('b') + SIZE.height);
    expect(Math.abs(nodes.get('b')!.x - nodes.get('c')!.x)).toBeGreaterThanOrEqual(SIZE.width);
    expect(edges.every(({ label }) => label !== null)).toBe(true);
    expect(width).toBeGreaterThanOrEqual(2 * SIZE.width);
    expect(Math.min(...[...nodes.values()].map(({ x }) => x))).toBeGreaterThanOrEqual(0);
  });

  it('says where tensors enter and leave', () => {
    const { portsIn, portsOut } = layoutBlock({
      nodes: [{ id: 'a', ...SIZE }],
      edges: [
        { id: '1', from: null, to: 'a', tensor: 'x', labelWidth: 0 },
        { id: '2', from: null, to: 'a', tensor: 'z', labelWidth: 0 },
        { id: '3', from: 'a', to: null, tensor: 'y', labelWidth: 0 },
      ],
    });
    expect([...portsIn.keys()]).toEqual(['x', 'z']);
    expect([...portsOut.keys()]).toEqual(['y']);
  });

  it('writes down for a single line of boxes what dagre works out', () => {
    let seed = 5;
    const pick = (count: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % count;
    for (let round = 0; round < 200; round++) {
      const count = 1 + pick(12);
      const nodes = Array.from({ length: count }, (_, id) => ({
        ...{ id: `n${(id * 7) % count}x${id}`, width: 40 + pick(300), height: 20 + pick(90) },
      }));
      const [hasIn, hasOut] = [pick(2) === 1, pick(2) === 1];
      const stations = [...(hasIn ? [null] : []), ...nodes.map(({ id }) => id), ...(hasOut ? [null] : [])];
      const edges = stations.slice(1).map((to, index) => {
        const from = stations[index];
        const isInner = from !== null && to !== null;
        return { id: `e${index}`, from, to, tensor: `t${index}`, labelWidth: isInner && pick(4) > 0 ? pick(200) : 0 };
      });
      const graph = { nodes: [...nodes].sort(() => pick(3) - 1), edges: [...edges].reverse() };
      const [chain, dagre] = [placeChain(graph), placeWithDagre(graph)].map((placement) =>
        placement === null ? null : readLayout(graph, placement),
      );
      expect(toNumbers(chain)).toEqual(toNumbers(dagre));
    }
  });

  it('leaves to dagre what is no single line', () => {
    const edge = (from: string | null, to: string | null, tensor = 't') => ({
      ...{ id: `${from}${to}${tensor}`, from, to, tensor, labelWidth: 0 },
    });
    const place = (edges: ReturnType<typeof edge>[]) =>
      placeChain({ nodes: ['a', 'b', 'c'].map((id) => ({ id, ...SIZE })), edges });
    expect(place([edge('a', 'b'), edge('b', 'c')])).not.toBeNull();
    expect(place([edge('a', 'b'), edge('a', 'c')])).toBeNull(); // a fork
    expect(place([edge('a', 'c'), edge('b', 'c')])).toBeNull(); // a join
    expect(place([edge('a', 'b')])).toBeNull(); // a box beside it
    expect(place([edge('a', 'b'), edge('b', 'c'), edge('c', 'a')])).toBeNull(); // a circle
    expect(place([edge('a', 'b'), edge('b', 'c'), edge('a', 'b', 'u')])).toBeNull(); // two edges side by side
    expect(place([edge(null, 'a', 't'), edge(null, 'a', 'u'), edge('a', 'b'), edge('b', 'c')])).toBeNull();
  });

  it('lays out a block without edges', () => {
    expect(layoutBlock({ nodes: [{ id: 'a', ...SIZE }], edges: [] })).toMatchObject(SIZE);
  });
});

describe('the picture', () => {
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
  const draw = (expanded: readonly ItemId[]): Promise<Picture> =>
    toPicture({
      view,
      root: 'root',
      expanded: new Set(expanded),
      sizeOf: () => SIZE,
      labelWidthOf: () => 50,
      layout: layoutBlock,
    });

  it('shows a folded block as one box', async () => {
    const { boxes, frames } = await draw(['root']);
    expect(boxes.map(({ id }) => id)).toEqual(['input:x', 'scope:m', 'layer:2', 'output:y']);
    expect(frames).toEqual([]);
  });

  it('shows an expanded block as a frame around its boxes', async () => {
    const { boxes, frames } = await draw(['root', 'scope:m']);
    const frame = frames[0];
    const box = (id: ItemId): PlacedItem => boxes.find((one) => one.id === id)!;
    expect(frame.id).toBe('scope:m');
    for (const id of ['layer:0', 'layer:1']) {
      expect(box(id).x).toBeGreaterThan(frame.x);
      expect(box(id).y).toBeGreaterThan(frame.y);
      expect(box(id).x + SIZE.width).toBeLessThan(frame.x + frame.width);
      expect(box(id).y + SIZE.height).toBeLessThan(frame.y + frame.height);
    }
    expect(box('layer:2').y).toBeGreaterThan(frame.y + frame.height);
  });

  it('joins the pieces of an edge on the frame', async () => {
    const { edges } = await draw(['root', 'scope:m']);
    const outside = edges.find(({ id }) => id.startsWith('root|') && id.endsWith('·x'))!;
    const inside = edges.find(({ id }) => id.startsWith('scope:m|→') && id.endsWith('·x'))!;
    const [end, start] = [outside.points.at(-1)!, inside.points[0]];
    expect(end.x).toBeCloseTo(start.x, 6);
    expect(end.y).toBeCloseTo(start.y, 6);
    expect([outside.hasArrow, inside.hasArrow]).toEqual([false, true]);
  });

  it('shows shapes beside edges once, not on every piece', async () => {
    const { edges } = await draw(['root', 'scope:m']);
    expect(edges.filter(({ tensor, label }) => tensor === 'x' && label !== null)).toHaveLength(1);
  });
});
