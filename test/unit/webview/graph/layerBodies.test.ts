// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestFailure } from '../../../../src/protocol/channel';
import type { BodyValue, LayerBody } from '../../../../src/protocol/layerBodies';
import type { App, AppState } from '../../../../webview/app';
import type { GraphModel } from '../../../../webview/graph/graphModel';
import { createPropertiesPanel, type PropertiesPanel } from '../../../../webview/graph/propertiesPanel';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import { createInitialState } from '../../../../webview/savedState';
import { layer, report } from '../reportBuilder';

const model = report(
  [
    layer('Loop', 'n go x -> a all', { attributes: [{ name: 'body', type: 'graph', text: 'graph body of 2 nodes' }] }),
    layer('Block', 'a -> b', { domain: 'local' }),
    layer('Relu', 'b -> y'),
  ],
  { functions: ['local:Block:half'] },
);
const view = toGraphView(model);
const graph = { report: model, path: [], view } as unknown as GraphModel;

const value = (name: string, source: BodyValue['source']): BodyValue => ({
  name,
  type: 'float32',
  shape: [2, 3],
  source,
});
const act: LayerBody = {
  kind: 'function',
  name: 'Act',
  times: 1,
  inputs: [{ ...value('p', 'input'), role: 'same', outer: 'v' }],
  outputs: [{ ...value('q', 'layer'), outer: 'w', role: 'same', turns: 1 }],
  layers: [],
  hiddenLayers: 1200,
};
const turns: LayerBody = {
  kind: 'loop',
  name: 'body',
  times: 7,
  inputs: [
    { ...value('i', 'input'), shape: [], type: 'int64', role: 'turn', outer: null },
    { ...value('v', 'input'), role: 'carried', outer: 'x' },
  ],
  outputs: [
    { ...value('w', 'layer'), outer: 'a', role: 'carried', turns: 7 },
    { ...value('w', 'layer'), outer: 'all', role: 'stacked', turns: 7 },
  ],
  layers: [
    {
      index: 0,
      name: 'sum',
      opType: 'ReduceSum',
      domain: '',
      inputs: [value('v', 'input'), value('bias', 'outside')],
      outputs: [value('u', 'layer')],
      attributes: [{ name: 'keepdims', type: 'int', text: '0' }],
      bodies: [],
    },
    {
      index: 1,
      name: '',
      opType: 'Act',
      domain: 'local',
      inputs: [value('u', 'layer')],
      outputs: [value('w', 'layer')],
      attributes: [],
      bodies: [act],
    },
  ],
  hiddenLayers: 0,
};

describe('what a layer runs inside', () => {
  const request = vi.fn();
  const answer = vi.fn();
  let panel: PropertiesPanel;
  const show = (index: number) => {
    const item = [...view.items.values()].find(
      (one) => one.kind === 'layers' && one.layers.some((inner) => inner.index === index),
    );
    panel.show(graph, item!, index);
  };
  const section = () =>
    [...panel.element.querySelectorAll('section')].find(
      (one) => one.querySelector('h3')!.textContent === 'Runs inside',
    ) ?? null;
  const text = (element: Element | null = section()) => element?.textContent.replace(/\s+/g, ' ').trim() ?? null;

  beforeEach(() => {
    answer.mockReset().mockResolvedValue({ bodies: [turns] });
    request.mockReset();
    request.mockImplementation((name: string, params: unknown) =>
      name === 'layerBodies'
        ? (answer(params) as unknown)
        : name === 'copyText'
          ? Promise.resolve({})
          : new Promise(() => undefined),
    );
    let state: AppState = { ...createInitialState(null), report: model };
    const update = (change: Partial<AppState>) => void (state = { ...state, ...change });
    const app: App = {
      channel: { send: vi.fn(), request },
      get state() {
        return state;
      },
      update,
      choose: (change) => update({ choices: { ...state.choices, ...change } }),
    };
    panel = createPropertiesPanel(app, { selectLayer: vi.fn(), close: vi.fn(), startPath: vi.fn(), showBody: vi.fn() });
    document.body.replaceChildren(panel.element);
  });

  it('is asked for when the layer is shown, once, and listed in order', async () => {
    show(0);
    expect(text()).toBe('Runs inside Reading…');
    await vi.waitFor(() => expect(text()).toContain('body runs 7 times; 2 layers'));
    expect(text()).toContain('input i scalar int64 number of the turn');
    expect(text()).toContain('input v 2×3 float32 begins as x, then from the turn before');
    const [sum, call] = section()!.querySelectorAll('details > ol > li');
    expect(text(sum)).toBe(
      'ReduceSum sum keepdims 0 reads v 2×3 float32 reads bias 2×3 float32 from outside makes u 2×3 float32',
    );
    expect(text(call)).toContain('Act (local) reads u');
    expect(text()).toMatch(
      /output w 2×3 float32 becomes a after the last turn output w 2×3 float32 becomes all, stacked over 7 turns$/,
    );
    show(2);
    show(0);
    expect(answer.mock.calls).toEqual([[{ path: [], index: 0 }]]);
  });

  it('tells outputs that are carried from those that are stacked', async () => {
    show(0);
    const roles = () => [...panel.element.querySelectorAll('.tensor-role')].map((role) => role.textContent);
    await vi.waitFor(() => expect(roles().slice(-2)).toEqual(['carried', 'stacked over 7 turns']));
  });

  it('nests bodies in a fold of their own, and says how many layers are not listed', async () => {
    show(0);
    await vi.waitFor(() => expect(section()!.querySelectorAll('details')).toHaveLength(2));
    const [outer, inner] = section()!.querySelectorAll('details');
    expect([outer.open, inner.open]).toEqual([true, false]);
    expect(text(inner.querySelector('summary'))).toBe('function Act runs once; 1,200 layers');
    expect(text(inner)).toContain('1,200 layers not listed');
  });

  it('is there for calls of the model’s functions and for no other layer', async () => {
    answer.mockResolvedValue({ bodies: [] });
    show(1);
    await vi.waitFor(() => expect(text()).toContain('What it runs could not be told.'));
    show(2);
    expect(section()).toBeNull();
  });

  it.each<[Partial<LayerBody>, string]>([
    [{ kind: 'branch', name: 'then_branch', times: null }, 'runs where the condition is true'],
    [{ kind: 'branch', name: 'else_branch', times: null }, 'runs where the condition is false'],
    [{ kind: 'branch', name: 'else_branch', times: 0 }, 'never runs: the condition is known'],
    [{ kind: 'branch', name: 'then_branch', times: 1 }, 'always runs: the condition is known'],
    [{ kind: 'loop', times: null }, 'how often it runs is known in a run only'],
    [{ kind: 'loop', times: 0 }, 'runs 0 times'],
  ])('tells when %o runs', async (change, expected) => {
    answer.mockResolvedValue({ bodies: [{ ...turns, ...change }] });
    show(0);
    await vi.waitFor(() => expect(text(section()!.querySelector('summary'))).toContain(expected));
  });

  it('says what went wrong, and can be asked for again', async () => {
    const failure = { code: 'notOnnx', message: 'The file is gone.', retry: true };
    answer.mockRejectedValueOnce(new RequestFailure(failure));
    show(0);
    await vi.waitFor(() => expect(text()).toContain('The file is gone.'));
    section()!.querySelector('button')!.click();
    await vi.waitFor(() => expect(text()).toContain('ReduceSum'));
  });

  it('is part of what is copied', async () => {
    show(0);
    await vi.waitFor(() => expect(text()).toContain('ReduceSum'));
    [...panel.element.querySelectorAll('button')].find((one) => one.textContent === 'Copy as JSON')!.click();
    const [, { text: json }] = request.mock.lastCall as [string, { text: string }];
    expect(JSON.parse(json)).toMatchObject({ opType: 'Loop', bodies: [turns] });
  });
});
