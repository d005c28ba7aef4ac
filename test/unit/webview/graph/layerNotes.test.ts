// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestFailure } from '../../../../src/protocol/channel';
import type { LayerNotes } from '../../../../src/protocol/notes';
import type { App, AppState } from '../../../../webview/app';
import type { GraphModel } from '../../../../webview/graph/graphModel';
import { createPropertiesPanel, type PropertiesPanel } from '../../../../webview/graph/propertiesPanel';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import { createInitialState } from '../../../../webview/savedState';
import { layer, parameter, report } from '../reportBuilder';

const built = report([layer('Conv', 'x w -> a', { hasNotes: true }), layer('Relu', 'a -> y')], {
  initializers: [parameter('w', [1, 3, 3, 3])],
});
const model = { ...built, inputs: built.inputs.map((input) => ({ ...input, hasNotes: true as const })) };
const view = toGraphView(model);
const graph = { report: model, path: [], view } as unknown as GraphModel;

const STACK = 'File "/home/ann/train.py", line 12, in forward\n    x = self.stem(x)';
const ofConv: LayerNotes = {
  layer: {
    docString: 'the stem',
    metadata: { 'pkg.torch.onnx.name_scopes': "['', 'stem']", 'pkg.torch.onnx.stack_trace': STACK },
  },
  called: { docString: 'a function', metadata: {} },
  values: { w: { docString: '', metadata: { kind: 'PARAMETER' } } },
};
const ofInput: LayerNotes = { layer: null, called: null, values: { x: { docString: 'an image', metadata: {} } } };

describe('what the file says in words', () => {
  const answer = vi.fn();
  let panel: PropertiesPanel;
  const show = (index: number) => {
    const item = [...view.items.values()].find(
      (one) => one.kind === 'layers' && one.layers.some((inner) => inner.index === index),
    );
    panel.show(graph, item!, index);
  };
  const section = () =>
    [...panel.element.querySelectorAll('section')].find((one) => one.querySelector('h3')!.textContent === 'Metadata') ??
    null;
  const text = (element: Element | null = section()) => element?.textContent.replace(/\s+/g, ' ').trim() ?? null;

  const copied = vi.fn();

  beforeEach(() => {
    copied.mockReset();
    answer.mockReset().mockResolvedValue(ofConv);
    const request = vi.fn((name: string, params: unknown) => {
      if (name === 'copyText') {
        copied(params);
        return Promise.resolve({});
      }
      return name === 'notes' ? (answer(params) as unknown) : new Promise(() => undefined);
    });
    let state: AppState = { ...createInitialState(null), report: model };
    const update = (change: Partial<AppState>) => void (state = { ...state, ...change });
    const app = {
      channel: { send: vi.fn(), request },
      get state() {
        return state;
      },
      update,
      choose: (change: Partial<AppState['choices']>) => update({ choices: { ...state.choices, ...change } }),
    } as unknown as App;
    panel = createPropertiesPanel(app, { selectLayer: vi.fn(), close: vi.fn(), startPath: vi.fn(), showBody: vi.fn() });
    document.body.replaceChildren(panel.element);
  });

  it('about a layer is asked for when it is shown, once, and stands under the exporter’s own keys', async () => {
    show(0);
    expect(text()).toBe('Metadata Reading…');
    await vi.waitFor(() => expect(text()).toContain('doc_string the stem'));
    expect([...section()!.querySelectorAll('dt')].map((term) => term.textContent)).toEqual([
      'doc_string',
      'pkg.torch.onnx.name_scopes',
      'pkg.torch.onnx.stack_trace',
      'doc_string',
    ]);
    expect([...section()!.querySelectorAll('li')].map((part) => text(part))).toEqual(['(the model)', 'stem']);
    show(1);
    expect(section()).toBeNull();
    show(0);
    expect(answer.mock.calls).toEqual([[{ path: [], layer: 0, values: ['x', 'w', 'a'] }]]);
  });

  it('folds long texts under a line that says what they are about', async () => {
    show(0);
    await vi.waitFor(() => expect(section()!.querySelector('details')).not.toBeNull());
    const [stack, called] = section()!.querySelectorAll('details');
    expect([stack.open, text(stack.querySelector('summary'))]).toEqual([
      false,
      'train.py, line 12, in forward (1 call)',
    ]);
    expect(stack.querySelector('pre')!.textContent).toBe(STACK);
    expect(text(called)).toBe('Of the function it calls (1) doc_string a function');
  });

  it('about a stored tensor stands in its view, and about an input of the model in its own', async () => {
    show(0);
    await vi.waitFor(() => expect(section()!.textContent).toContain('the stem'));
    const tensors = [...panel.element.querySelectorAll('.tensor')];
    expect(tensors.map((tensor) => text(tensor.querySelector('details')))).toEqual([
      null,
      'Metadata (1) kind PARAMETER',
      null,
    ]);
    answer.mockResolvedValue(ofInput);
    panel.show(
      graph,
      [...view.items.values()].find((item) => item.kind === 'value' && item.role === 'input')!,
      null,
    );
    await vi.waitFor(() => expect(text()).toBe('Metadata doc_string an image'));
    expect(answer).toHaveBeenLastCalledWith({ path: [], layer: null, values: ['x'] });
  });

  it('that cannot be read is asked for again on request', async () => {
    answer.mockRejectedValueOnce(new RequestFailure({ code: 'fileChanged', message: 'It changed.', retry: true }));
    show(0);
    await vi.waitFor(() => expect(text()).toContain('It changed.'));
    section()!.querySelector('button')!.click();
    await vi.waitFor(() => expect(text()).toContain('the stem'));
  });

  it('is part of what is copied', async () => {
    show(0);
    await vi.waitFor(() => expect(text()).toContain('the stem'));
    [...panel.element.querySelectorAll('button')].find((one) => one.textContent === 'Copy as JSON')!.click();
    const [{ text: json }] = copied.mock.lastCall as [{ text: string }];
    expect(JSON.parse(json)).toMatchObject({ opType: 'Conv', notes: ofConv });
  });
});
