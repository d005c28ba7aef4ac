// @vitest-environment jsdom
import * as d3 from 'd3';
import { describe, expect, it, vi } from 'vitest';
import { toBoxContent, type BoxContent } from '../../../../webview/graph/boxContent';
import { drawBoxes } from '../../../../webview/graph/drawBoxes';
import type { Marks } from '../../../../webview/graph/marks';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import { toWeightShapes } from '../../../../webview/graph/weightShapes';
import { layer, parameter, report } from '../reportBuilder';

const measure = (text: string): number => text.length * 6;
const model = report(
  [
    layer('Conv', 'x conv.weight conv.bias -> a', {
      name: '/stem/Conv',
      parameters: 896,
      shape: [1, 32, 112, 112],
      attributes: [
        { name: 'kernel_shape', type: 'ints', text: '3, 3' },
        { name: 'strides', type: 'ints', text: '2, 2' },
        { name: 'group', type: 'int', text: '1' },
      ],
    }),
    layer('Relu', 'a -> b', { name: '/stem/Relu', shape: [1, 32, 112, 112] }),
    layer('ReduceMean', 'b axes -> c', { name: '/m/<img src=x onerror=alert(1)>/ReduceMean', shape: [1, 32, 1, 1] }),
    layer('MaxPool', 'c -> y', { name: '/m/MaxPool' }),
  ],
  {
    initializers: [
      parameter('conv.weight', [32, 3, 3, 3]),
      parameter('conv.bias', [32]),
      { ...parameter('axes', [2]), role: 'constant' },
    ],
  },
);
const view = toGraphView(model);
const content = (id: string): BoxContent =>
  toBoxContent(view.items.get(id)!, toWeightShapes(model, view), model, measure);

describe('what a box says', () => {
  it('operator, kernel, name, weights, output shape, parameters, and the activation below', () => {
    const { titles, lines, description } = content('layer:0');
    expect(titles.map(({ text, detail, family }) => [text, detail, family])).toEqual([
      ['Conv', '3×3 /2', 'layer'],
      ['Relu', '', 'activation'],
    ]);
    expect(lines.map(({ text }) => text)).toEqual([
      '/stem/Conv',
      'W ⟨32×3×3×3⟩',
      'B ⟨32⟩',
      '→ 1×32×112×112',
      '896 parameters',
    ]);
    expect(description).toBe('Conv, Relu, /stem/Conv, output 1×32×112×112, 896 parameters');
  });

  it('leaves constants such as axes out of the weights', () => {
    expect(content('layer:2').lines.map(({ text }) => text)).not.toContain('axes ⟨2⟩');
  });

  it('shortens long names in the middle and fits into its width', () => {
    const { width, lines } = toBoxContent(
      { kind: 'layers', id: 'l', layers: [layer('Conv', 'x -> y')], label: `start${'-'.repeat(200)}end` },
      new Map(),
      model,
      measure,
    );
    expect(lines[0].text).toMatch(/^start-+…-+end$/);
    expect(measure(lines[0].text)).toBeLessThanOrEqual(width - 20);
  });

  it('leaves out the last operators of a block that has too many to list', () => {
    const operators = ['DepthwiseConvolution', 'BatchNormalization', 'HardSwish', 'GlobalAveragePool'].map(
      (opType, rank) => [opType, 2000 - rank] as const,
    );
    const summary = () => ({ layerCount: 7994, parameters: 1, macs: null, operators, outputShape: null });
    const { width, titles, lines } = toBoxContent(
      { kind: 'block', id: 'b', label: 'stage', children: [], repeat: null, summary },
      new Map(),
      model,
      measure,
    );
    expect(titles[0].detail).toBe('7,994 layers');
    expect(lines[0].text).toMatch(/^2,000 DepthwiseConvolution(, 1,999 BatchNormalization)?, …$/);
    expect(measure(lines[0].text)).toBeLessThanOrEqual(width - 20);
  });
});

describe('drawn boxes', () => {
  const marks: Marks = {
    selected: null,
    selectedLayer: null,
    matches: new Map(),
    head: new Set(),
    featureMap: null,
    tensors: new Set(),
    path: null,
  };
  const place = (id: string) => ({ id, x: 0, y: 0, width: 100, height: 50 });
  const parent = d3.create('svg').append('g');
  document.body.append(parent.node()!.ownerSVGElement!);
  const actions = { select: vi.fn(), toggle: vi.fn(), enter: vi.fn() };
  const draw = (ids: readonly string[], more: Partial<Marks> = {}): void => {
    drawBoxes(parent, view, ids.map(place), content, { ...marks, ...more }, { titleOf: () => null }, actions);
  };
  const boxes = () => [...document.querySelectorAll('g.box')];

  it('come and go with what is in view and keep their elements', () => {
    draw(['layer:0', 'scope:m']);
    const [first] = boxes();
    draw(['layer:0']);
    expect(boxes()).toEqual([first]);
  });

  it('show hostile names as text', () => {
    draw(['layer:2']);
    expect(document.querySelector('img')).toBeNull();
    expect(boxes()[0].textContent).toContain('onerror');
  });

  it('select the layer whose bar is clicked, and toggle blocks', () => {
    draw(['layer:0', 'scope:m']);
    const bar = document.querySelectorAll('#item-layer_3a0 .title')[1];
    bar.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    expect(actions.select).toHaveBeenCalledWith('layer:0', 1, false);
    const block = document.querySelector('.box-block')!;
    expect(block.getAttribute('aria-expanded')).toBe('false');
    block.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    expect(actions.toggle).toHaveBeenCalledWith('scope:m');
  });

  it('mark selection, head and matches, with the number of matches inside a block', () => {
    draw(['layer:0', 'scope:m'], {
      selected: 'layer:0',
      head: new Set(['scope:m']),
      matches: new Map([['scope:m', 2]]),
    });
    expect(boxes().map((box) => box.getAttribute('class'))).toEqual([
      'box box-layers selected',
      'box box-block match head',
    ]);
    expect(document.querySelector('.box-block .match-count')!.textContent).toBe('2 matches');
  });
});
