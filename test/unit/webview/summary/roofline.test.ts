// @vitest-environment jsdom
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { analyzeModel, type ModelAnalysis } from '../../../../src/inspectModel';
import { RequestFailure } from '../../../../src/protocol/channel';
import type { LayerMeasurement } from '../../../../src/protocol/measurement';
import type { ModelReport } from '../../../../src/protocol/modelReport';
import type { AppState } from '../../../../webview/app';
import { toDetailsByLayer } from '../../../../webview/detailsByLayer';
import { createInitialState } from '../../../../webview/savedState';
import { computeRoof, toRoofline } from '../../../../webview/summary/roofline';
import { createSummaryView } from '../../../../webview/summary/summaryView';
import { layer, report } from '../reportBuilder';

const machine = { flopsPerSecond: 1e11, bytesPerSecond: 1e10 };

/** Times of 1, 2, 3 … ms for the layers in order. */
function measurementOf({ layers }: Pick<ModelReport, 'layers'>): LayerMeasurement {
  const sum = (layers.length * (layers.length + 1)) / 2;
  return {
    provenance: 'measured',
    optimization: 'basic',
    threads: 1,
    runs: 5,
    totalMs: sum,
    layersMs: sum,
    otherMs: 0,
    optimizedMs: 2,
    layers: layers.map(({ index }, at) => ({ index, ms: at + 1, share: (at + 1) / sum, includes: [] })),
    folded: [],
    machine,
  };
}

describe('the roofline', () => {
  const model = report([
    layer('Conv', 'x w -> a', { macs: 500 }),
    layer('Relu', 'a -> b'),
    layer('Conv', 'b v -> c', { macs: 1000 }),
    layer('Mystery', 'c -> y', { macs: null }),
  ]);

  const details = {
    ...{ peakActivation: null, receptiveField: null },
    layers: new Map(
      [4, 0, 8, null].map((arithmeticIntensity, index) => [
        index,
        { index, liveBytes: 0, arithmeticIntensity, receptiveField: null },
      ]),
    ),
  };

  it('has a point for every layer with multiply-accumulates, two FLOP each, dearest first', () => {
    const { points, left, machine: roof } = toRoofline(model, details, null);
    expect(points.map((point) => [point.layer.index, point.intensity, point.flops, point.time])).toEqual([
      [2, 8, 2000, null],
      [0, 4, 1000, null],
    ]);
    expect([left, roof]).toEqual([2, null]);
  });

  it('divides FLOP by the measured time', () => {
    const { points } = toRoofline(model, details, measurementOf(model));
    expect(points.map(({ layer: { index }, time }) => [index, time])).toEqual([
      [2, { ms: 3, share: 0.3, flopsPerSecond: 2000 / 0.003 }],
      [0, { ms: 1, share: 0.1, flopsPerSecond: 1000 / 0.001 }],
    ]);
  });

  it('leaves out layers that have no time of their own', () => {
    const measurement = measurementOf(model);
    const { points } = toRoofline(model, details, { ...measurement, layers: measurement.layers.slice(1) });
    expect(points.map((point) => point.layer.index)).toEqual([2]);
  });

  it('has its ridge where bandwidth and peak meet', () => {
    expect([1, 10, 100].map((intensity) => computeRoof(machine, intensity))).toEqual([1e10, 1e11, 1e11]);
  });
});

describe('the roofline in the summary', () => {
  let lite0: ModelReport;
  let analysis: ModelAnalysis;
  const request = vi.fn();
  let state: AppState;
  let view: ReturnType<typeof createSummaryView>;
  beforeAll(async () => {
    analysis = await analyzeModel(path.resolve('media/demo/efficientnet-lite0.onnx'));
    lite0 = analysis.report;
  });
  beforeEach(() => {
    request.mockReset();
  });

  function show(model: ModelReport, more: Partial<AppState> = {}): void {
    const known = toDetailsByLayer(analysis.details());
    state = { ...createInitialState(null), report: model, details: known, trusted: true, ...more };
    const update = (change: Partial<AppState>) => {
      state = { ...state, ...change };
      view.draw(state);
    };
    view = createSummaryView({
      channel: { send: vi.fn(), request },
      get state() {
        return state;
      },
      update,
      choose: vi.fn(),
    });
    document.body.replaceChildren(view.element);
    view.draw(state);
  }
  const button = (text: string) =>
    [...view.element.querySelectorAll<HTMLButtonElement>('.roofline button')].find((one) =>
      one.textContent.includes(text),
    );
  const text = () => view.element.querySelector('.roofline')!.textContent.replace(/\s+/g, ' ');

  it('marks both heads, draws no roof before there is a measured one, and says what is derived', () => {
    show(lite0);
    const svg = view.element.querySelector('.roofline svg')!;
    expect(svg.querySelectorAll('circle').length).toBe(50);
    expect([...svg.querySelectorAll('.variant text')].map((one) => one.textContent)).toEqual(['GAP (your head)', 'FC']);
    expect(svg.querySelector('path.roof')).toBeNull();
    expect(text()).toContain('FLOP per image (derived)');
    expect(text()).toContain('44 layers');
    expect(view.element.querySelector('.layer-table')!.textContent).not.toContain('Time');
  });

  it('asks for what it needs beyond the report, and draws when that is there', async () => {
    request.mockResolvedValue(analysis.details());
    show(lite0, { details: null });
    expect(view.element.querySelector('.roofline figure')!.hasAttribute('hidden')).toBe(true);
    expect(view.element.querySelector('.totals')!.textContent).not.toMatch(/Peak activations\s+[\d.]+ MB/);
    await vi.waitFor(() => expect(view.element.querySelectorAll('.roofline svg circle').length).toBe(50));
    expect(request.mock.calls).toEqual([['modelDetails', {}]]);
    expect(view.element.querySelector('.totals')!.textContent).toMatch(/Peak activations\s+[\d.]+ MB/);
  });

  it('measures when asked to, then draws the roof, the slowest layers and a column of times', async () => {
    request.mockResolvedValue(measurementOf(lite0));
    show(lite0);
    button('Measure on This Machine')!.click();
    expect(button('Measuring…')!.disabled).toBe(true);
    await vi.waitFor(() => expect(button('Measure Again')).toBeDefined());
    expect(request).toHaveBeenCalledWith('measureLayers', {});
    const svg = view.element.querySelector('.roofline svg')!;
    expect(svg.querySelector('path.roof')).not.toBeNull();
    expect(text()).toContain('measured peak 100 GFLOP/s');
    const slowest = [...view.element.querySelectorAll('.slowest tr')].map((row) =>
      row.textContent.replace(/\s+/g, ' '),
    );
    expect(slowest).toHaveLength(12);
    expect(slowest[0]).toContain('94 ms');
    const heads = [...view.element.querySelectorAll('.layer-table th[scope=col]')].map((one) => one.textContent.trim());
    expect(heads.at(-1)).toBe('Time');
    expect(state.measurement).toMatchObject({ status: 'measured', measurement: { runs: 5 } });
  });

  it('shows why measuring failed, and nothing when it was cancelled', async () => {
    show(lite0);
    request.mockRejectedValueOnce(new RequestFailure({ code: 'inferenceFailed', message: 'No kernel.', retry: true }));
    button('Measure')!.click();
    await vi.waitFor(() =>
      expect(view.element.querySelector('.roofline [role=alert]')?.textContent).toBe('No kernel.'),
    );
    show(lite0);
    request.mockRejectedValueOnce(new RequestFailure({ code: 'cancelled', message: 'Stopped.', retry: true }));
    button('Measure')!.click();
    await vi.waitFor(() => expect(button('Measure on This Machine')!.disabled).toBe(false));
    expect(state.measurement).toBeNull();
  });

  it('does not offer to run models in an untrusted workspace', () => {
    show(lite0, { trusted: false });
    expect(button('Measure on This Machine')!.disabled).toBe(true);
    expect(button('Measure on This Machine')!.title).toContain('trusted workspace');
  });

  it('offers to measure shapes where the graph does not tell them, and marks those that were', async () => {
    show(lite0);
    expect(button('Measure Shapes')).toBeUndefined();
    request.mockResolvedValue({ measured: 1, unknown: 0 });
    show(report([layer('NonZero', 'x -> y', { shape: [2, null] })]));
    button('Measure Shapes')!.click();
    await vi.waitFor(() => expect(request).toHaveBeenCalledWith('measureShapes', {}));
    const known = layer('NonZero', 'x -> y');
    show(report([{ ...known, outputs: [{ name: 'y', type: 'int64', shape: [2, 7], shapeProvenance: 'measured' }] }]));
    expect(view.element.querySelector('.layer-table td.shape')!.textContent.replace(/\s+/g, ' ').trim()).toBe(
      '2×7 measured',
    );
  });
});
