// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestFailure } from '../../../../src/protocol/channel';
import type { App, AppState } from '../../../../webview/app';
import type { GraphModel } from '../../../../webview/graph/graphModel';
import { createPropertiesPanel, type PropertiesPanel } from '../../../../webview/graph/propertiesPanel';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import { createInitialState } from '../../../../webview/savedState';
import { createMapChoices } from '../cam/builders';
import { layer, parameter, report } from '../reportBuilder';

const model = report(
  [
    layer('MaxPool', 'x -> a', { name: 'pool1' }),
    layer('Conv', 'a conv.weight -> b', {
      name: 'conv1',
      attributes: [{ name: 'kernel_shape', type: 'ints', text: '3, 3' }],
      parameters: 27,
      macs: null,
    }),
    layer('Relu', 'b -> y', { name: 'relu1' }),
  ],
  { initializers: [parameter('conv.weight', [1, 3, 3, 3])] },
);
const view = toGraphView(model);
const graph = { report: model, path: [], view } as unknown as GraphModel;
const statistics = {
  count: 27,
  minimum: -1,
  maximum: 1,
  mean: 0.25,
  standardDeviation: 0.5,
  zeros: 3,
  notFinite: 0,
  histogram: [1, 5, 15, 5, 1],
};

describe('the properties', () => {
  const request = vi.fn();
  const actions = { selectLayer: vi.fn(), close: vi.fn(), startPath: vi.fn(), showBody: vi.fn() };
  let app: App;
  let panel: PropertiesPanel;
  const createApp = (): App => {
    let state: AppState = { ...createInitialState(null), report: model };
    const update = (change: Partial<AppState>) => void (state = { ...state, ...change });
    return {
      channel: { send: vi.fn(), request },
      get state() {
        return state;
      },
      update,
      choose: (change) => update({ choices: { ...state.choices, ...change } }),
    };
  };
  const text = () =>
    [...panel.element.querySelectorAll('*')]
      .flatMap(({ childNodes }) => [...childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE))
      .map(({ textContent }) => textContent!.trim())
      .filter((one) => one !== '')
      .join(' ')
      .replace(/\s+/g, ' ');
  const button = (label: string) =>
    [...panel.element.querySelectorAll('button')].find((one) => one.textContent.trim() === label)!;

  beforeEach(() => {
    request.mockReset();
    request.mockReturnValue(new Promise(() => undefined));
    app = createApp();
    panel = createPropertiesPanel(app, actions);
    document.body.replaceChildren(panel.element);
    panel.show(graph, view.items.get('layer:1')!, 1);
  });

  it('show attributes, tensors with shapes and where they come from, and costs', () => {
    expect(text()).toContain('kernel_shape 3, 3');
    expect(text()).toContain('W 1×3×3×3 float32 conv.weight parameter , 108 B in the file');
    expect(text()).toContain('Parameters 27 MAC unknown');
    button('from MaxPool pool1').click();
    expect(actions.selectLayer).toHaveBeenCalledWith(0);
  });

  it('say once it is worked out what a layer sees, computes per byte and lives beside', async () => {
    expect(text()).not.toContain('Receptive field');
    const receptiveField = { size: [7, 7], stride: [4, 4], start: [1.5, 1.5], exact: false } as const;
    const details = { index: 1, liveBytes: 12_600, arithmeticIntensity: 23.456, receptiveField };
    const answer = { layers: [details], peakActivation: null, receptiveField: null };
    request.mockImplementation((name) => (name === 'modelDetails' ? Promise.resolve(answer) : new Promise(() => {})));
    app = createApp();
    panel = createPropertiesPanel(app, actions);
    panel.show(graph, view.items.get('layer:1')!, 1);
    await vi.waitFor(() => expect(text()).toContain('Live memory 12.6 kB Intensity 23.5 FLOP/B'));
    expect(text()).toContain('Receptive field 7 × 7 px, branches differ Its stride 4 × 4 px');
    expect(text()).toContain('Centre of the first 1.5, 1.5 px');
  });

  it('lead to the layers at the other ends of the tensors, and start a path', () => {
    button('to Relu relu1').click();
    expect(actions.selectLayer).toHaveBeenCalledWith(2);
    button('Path from…').click();
    expect(actions.startPath).toHaveBeenCalledWith('layer:1');
  });

  it('switch between the layers that share a box', () => {
    button('Relu').click();
    expect(actions.selectLayer).toHaveBeenCalledWith(2);
    panel.show(graph, view.items.get('layer:1')!, 2);
    expect(button('Relu').getAttribute('aria-pressed')).toBe('true');
    expect(text()).toContain('relu1');
  });

  it('lead to the maps at a layer, and say where there are none', async () => {
    const spatial = { tensor: 'b', channels: 3, height: 4, width: 4 };
    request.mockResolvedValueOnce(createMapChoices({ layers: [spatial], layer: 'feature' }));
    app.update({ mapChoices: null });
    panel.show(graph, view.items.get('layer:1')!, 1);
    await vi.waitFor(() => expect(button('Explain at This Layer').disabled).toBe(false));
    button('Explain at This Layer').click();
    expect(app.state.choices).toMatchObject({ view: 'cam', cam: { method: 'gradcam', layer: 'b' } });
    panel.show(graph, view.items.get('layer:1')!, 2);
    expect(button('Explain at This Layer').disabled).toBe(true);
    expect(text()).toMatch(/"[^"]*" does not lie between the image and the logits "logits"\./);
  });

  it('read statistics of a weight when asked, and draw its histogram', async () => {
    request.mockResolvedValue(statistics);
    button('Statistics').click();
    expect(request).toHaveBeenCalledWith('tensorStatistics', { path: [], name: 'conv.weight' });
    expect(button('Reading…').disabled).toBe(true);
    await vi.waitFor(() => expect(panel.element.querySelectorAll('.histogram rect')).toHaveLength(5));
    expect(text()).toContain('Mean 0.25 Standard deviation 0.5 Zeros 3 (11 %)');
  });

  it('say why statistics could not be read, and offer to try again', async () => {
    const failure = { code: 'externalDataMissing', message: 'weights.bin is missing.', retry: true };
    request.mockRejectedValueOnce(new RequestFailure(failure)).mockResolvedValueOnce(statistics);
    button('Statistics').click();
    await vi.waitFor(() => expect(text()).toContain('weights.bin is missing.'));
    button('Try Again').click();
    await vi.waitFor(() => expect(panel.element.querySelector('.histogram')).not.toBeNull());
  });

  it('copy as JSON with shapes, and say so', async () => {
    request.mockResolvedValue({});
    button('Copy as JSON').click();
    const [name, { text: json }] = request.mock.lastCall as [string, { text: string }];
    expect(name).toBe('copyText');
    expect(JSON.parse(json)).toMatchObject({
      opType: 'Conv',
      attributes: { kernel_shape: '3, 3' },
      inputs: [
        { name: 'a', stored: false },
        { name: 'conv.weight', shape: [1, 3, 3, 3], stored: true },
      ],
    });
    await vi.waitFor(() => expect(document.querySelector('.copy-feedback')?.textContent).toBe('Copied'));
  });

  it('hide when nothing is selected', () => {
    panel.show(graph, null, null);
    expect(panel.element.hidden).toBe(true);
  });
});
