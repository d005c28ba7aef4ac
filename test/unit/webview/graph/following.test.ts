import { describe, expect, it, vi } from 'vitest';
import { toFit, toReveal, toUncovered } from '../../../../webview/graph/graphCanvas';
import { toCommand, type GraphCommands } from '../../../../webview/graph/graphKeys';
import { toUnfolded, toVisibleItem } from '../../../../webview/graph/initialFold';
import { layoutBlock } from '../../../../webview/graph/layoutBlock';
import { stepFrom } from '../../../../webview/graph/navigation';
import { findNeighbours } from '../../../../webview/graph/neighbours';
import { toPicture } from '../../../../webview/graph/picture';
import { NO_SEARCH, searchLayers, toNextMatch } from '../../../../webview/graph/search';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import { keepBelow, keepMiddle } from '../../../../webview/graph/viewpoint';
import { layer, report } from '../reportBuilder';

// x → [m: a → b, a → c, b and c → d] → e
const model = report(
  [
    layer('Conv', 'x w -> a', { name: '/m/first/Conv' }),
    layer('MaxPool', 'a -> b', { name: '/m/left/MaxPool' }),
    layer('AveragePool', 'a -> c', { name: '/m/right/AveragePool' }),
    layer('Concat', 'b c -> d', { name: '/m/Concat' }),
    layer('Constant', '-> axes', { name: '/Constant' }),
    layer('ReduceMean', 'd axes -> y', { name: '/pool/ReduceMean' }),
  ],
  { initializers: ['w'] },
);
const view = toGraphView(model);
const folded = new Set(['root']);
const open = new Set(['root', 'scope:m']);

describe('following edges', () => {
  it('leads through the borders of expanded blocks and stops at folded ones', () => {
    expect(findNeighbours(view, folded, 'input:x', 'readers')).toEqual(['scope:m']);
    expect(findNeighbours(view, open, 'input:x', 'readers')).toEqual(['layer:0']);
    expect(findNeighbours(view, open, 'layer:0', 'readers')).toEqual(['layer:1', 'layer:2']);
    expect(findNeighbours(view, open, 'layer:3', 'readers')).toEqual(['layer:5']);
    expect(findNeighbours(view, open, 'layer:5', 'producers')).toEqual(['layer:3']);
    expect(findNeighbours(view, folded, 'layer:5', 'producers')).toEqual(['scope:m']);
    expect(findNeighbours(view, open, 'output:y', 'readers')).toEqual([]);
  });

  it('works with arrow keys: down and up along edges, left and right beside', async () => {
    const size = { width: 100, height: 40 };
    const picture = await toPicture({
      view,
      root: 'root',
      expanded: open,
      sizeOf: () => size,
      labelWidthOf: () => 0,
      layout: layoutBlock,
    });
    const step = (key: string, item: string) => stepFrom(key, item, view, open, picture);
    expect(step('ArrowDown', 'input:x')).toBe('layer:0');
    expect(['layer:1', 'layer:2']).toContain(step('ArrowDown', 'layer:0'));
    expect(step('ArrowUp', 'layer:3')).toMatch(/layer:[12]/);
    const beside = [step('ArrowLeft', 'layer:1'), step('ArrowRight', 'layer:1')];
    expect(beside).toContain('layer:2');
    expect(beside).toContain(null);
    expect(step('ArrowUp', 'input:x')).toBeNull();
  });
});

describe('folding', () => {
  it('knows which box hides a layer', () => {
    expect(toVisibleItem(view, folded, 'layer:2')).toBe('scope:m');
    expect(toVisibleItem(view, open, 'layer:2')).toBe('layer:2');
  });

  it('unfolds one level at a time, and not more boxes than can be drawn', () => {
    expect([...toUnfolded(view, 'root', folded)]).toEqual(['root', 'scope:m']);
    expect([...toUnfolded(view, 'root', open)]).toEqual(['root', 'scope:m']);
    expect([...toUnfolded(view, 'root', folded, 6)]).toEqual(['root']);
  });
});

describe('the search', () => {
  it('finds names, operators and tensors, ignoring case, in execution order', () => {
    expect(searchLayers(model, view, 'pool')).toEqual([1, 2, 5]);
    expect(searchLayers(model, view, 'POOL max')).toEqual([1]);
    expect(searchLayers(model, view, 'conv')).toEqual([0]);
    expect(searchLayers(model, view, 'nothing')).toEqual([]);
    expect(searchLayers(model, view, '  ')).toEqual([]);
  });

  it('counts a constant through the layer that reads it', () => {
    expect(searchLayers(model, view, '/constant')).toEqual([5]);
  });

  it('goes round at both ends', () => {
    const search = { query: 'pool', found: [1, 2, 5], position: -1 };
    expect(toNextMatch(search, 1).position).toBe(0);
    expect(toNextMatch(search, -1).position).toBe(2);
    expect(toNextMatch({ ...search, position: 2 }, 1).position).toBe(0);
    expect(toNextMatch({ ...search, position: 0 }, -1).position).toBe(2);
    expect(toNextMatch(NO_SEARCH, 1)).toBe(NO_SEARCH);
  });
});

describe('keys', () => {
  const key = (name: string, more = {}) => ({ key: name, ctrlKey: false, metaKey: false, altKey: false, ...more });
  const commands = () =>
    ({
      find: vi.fn(),
      leave: vi.fn(),
      fit: vi.fn(),
      zoom: vi.fn(),
      showHead: vi.fn(),
      activate: vi.fn(),
      enter: vi.fn(),
      leaveBlock: vi.fn(),
      explain: vi.fn(),
      path: vi.fn(),
      step: vi.fn(),
    }) satisfies GraphCommands;

  it.each([
    ['Home', 'fit'],
    ['Enter', 'activate'],
    ['Escape', 'leave'],
    ['h', 'showHead'],
    ['+', 'zoom'],
    ['o', 'enter'],
    ['p', 'path'],
    ['e', 'explain'],
    ['Backspace', 'leaveBlock'],
    ['ArrowLeft', 'step'],
  ] as const)('%s on the graph means %s', (name, command) => {
    const all = commands();
    toCommand(key(name), true, all)!();
    expect(all[command]).toHaveBeenCalledOnce();
  });

  it('leaves keys to fields and buttons, but for Escape and Ctrl+F', () => {
    const all = commands();
    expect(toCommand(key('h'), false, all)).toBeNull();
    expect(toCommand(key('Enter'), false, all)).toBeNull();
    toCommand(key('f', { ctrlKey: true }), false, all)!();
    toCommand(key('f', { metaKey: true }), false, all)!();
    expect(all.find).toHaveBeenCalledTimes(2);
    expect(toCommand(key('h', { ctrlKey: true }), true, all)).toBeNull();
  });
});

describe('fitting', () => {
  it('centres the area in what the panels leave free and never magnifies beyond the limit', () => {
    const size = { width: 1000, height: 500 };
    const { k, x, y } = toFit({ x: 100, y: 100, width: 100, height: 100 }, size, { top: 40, right: 300, bottom: 0 }, 1);
    expect(k).toBe(1);
    expect(150 * k + x).toBe(350);
    expect(150 * k + y).toBe(270);
    expect(toFit({ x: 0, y: 0, width: 100, height: 4480 }, size, { top: 0, right: 0, bottom: 0 }, 1).k).toBeCloseTo(
      452 / 4480,
      9,
    );
  });
});

describe('revealing', () => {
  const size = { width: 1000, height: 500 };
  const insets = { top: 40, right: 300, bottom: 0 };
  const item = { x: 0, y: 0, width: 100, height: 50 };

  it('leaves the view alone when the item is in it', () => {
    expect(toReveal(item, { k: 1, x: 200, y: 200 }, size, insets)).toEqual({ k: 1, x: 200, y: 200 });
  });

  it('moves as little as needed when the item is partly hidden by a panel', () => {
    expect(toReveal(item, { k: 1, x: 650, y: 200 }, size, insets)).toEqual({ k: 1, x: 576, y: 200 });
  });

  it('puts an item that is far away or too small to read into the middle', () => {
    expect(toReveal(item, { k: 1, x: -5000, y: 200 }, size, insets)).toEqual({ k: 1, x: 300, y: 245 });
    const { k, x } = toReveal(item, { k: 0.1, x: 200, y: 200 }, size, insets);
    expect(k).toBe(0.6);
    expect(50 * k + x).toBe(350);
  });

  it('keeps the item out from under properties that lie below', () => {
    const below = { top: 40, right: 0, bottom: 200 };
    expect(toReveal(item, { k: 1, x: 200, y: 280 }, size, below)).toEqual({ k: 1, x: 200, y: 226 });
  });
});

describe('what is clicked where the properties appear', () => {
  const size = { width: 1000, height: 500 };
  const insets = { top: 40, right: 300, bottom: 0 };
  const item = { x: 0, y: 0, width: 100, height: 50 };

  it('moves beside them, and only then', () => {
    expect(toUncovered(item, { k: 1, x: 650, y: 200 }, size, insets)).toEqual({ k: 1, x: 576, y: 200 });
    expect(toUncovered(item, { k: 0.1, x: 650, y: 200 }, size, insets)).toEqual({ k: 0.1, x: 650, y: 200 });
  });

  it('stays where it is when it is larger than what they leave', () => {
    expect(toUncovered({ ...item, width: 900 }, { k: 1, x: 650, y: 200 }, size, insets)).toEqual({
      k: 1,
      x: 650,
      y: 200,
    });
  });
});

describe('an editor that gets wider or narrower', () => {
  const canvas = { viewport: () => ({ k: 0.5, x: 300, y: 20 }), setViewport: vi.fn() };

  it('keeps in the middle what was there', () => {
    keepMiddle(canvas, 1000, 400);
    expect(canvas.setViewport.mock.calls).toEqual([[{ k: 0.5, x: 0, y: 20 }]]);
  });

  it('keeps below the toolbar what was below it', () => {
    canvas.setViewport.mockClear();
    keepBelow(canvas, 44, 130);
    expect(canvas.setViewport.mock.calls).toEqual([[{ k: 0.5, x: 300, y: 106 }]]);
  });

  it('leaves the picture alone when it comes or goes', () => {
    canvas.setViewport.mockClear();
    keepBelow(canvas, 0, 130);
    keepBelow(canvas, 44, 44);
    keepMiddle(canvas, 0, 400);
    keepMiddle(canvas, 400, 0);
    keepMiddle(canvas, 400, 400);
    expect(canvas.setViewport).not.toHaveBeenCalled();
  });
});
