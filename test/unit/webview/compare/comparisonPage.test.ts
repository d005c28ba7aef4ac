// @vitest-environment jsdom
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { compareModels } from '../../../../src/compareModels';
import { RequestFailure } from '../../../../src/protocol/channel';
import type { ComparisonReport, LayerComparison } from '../../../../src/protocol/comparison';
import type { ComparisonApp } from '../../../../webview/compare/comparisonApp';
import { FIRST_STATE, applyReport, readSavedChoices } from '../../../../webview/compare/comparisonApp';
import { createComparisonPage } from '../../../../webview/compare/comparisonPage';
import { createWeightActions } from '../../../../webview/compare/weightActions';
import { createStore } from '../../../../webview/store';
import { layer, report as modelReport } from '../reportBuilder';
import { ofUnknownSize } from '../../compare/unknownCosts';

const shapes = (name: string) => path.resolve('media/demo/shapes', name);

describe('the page of a comparison', () => {
  let gapAndFc: ComparisonReport;
  let gapAndItself: ComparisonReport;
  let app: ComparisonApp;
  let root: HTMLElement;
  let compareAll: () => void;
  const request = vi.fn();
  beforeAll(async () => {
    gapAndFc = (await compareModels({ a: shapes('shapes_gap.onnx'), b: shapes('shapes_fc.onnx') })).report;
    gapAndItself = (await compareModels({ a: shapes('shapes_gap.onnx'), b: shapes('shapes_gap.onnx') })).report;
  });
  beforeEach(() => void request.mockReset().mockResolvedValue({}));

  function show(report: ComparisonReport | null): void {
    const store = createStore(
      FIRST_STATE,
      (state) => page.draw(state),
      (draw) => draw(),
    );
    app = {
      channel: { send: vi.fn(), request },
      get state() {
        return store.state;
      },
      update: (change) => store.update(change),
    };
    const actions = createWeightActions(app);
    compareAll = () => actions.compareAll();
    root = document.createElement('div');
    document.body.replaceChildren(root);
    const page = createComparisonPage(app, actions, root);
    page.draw(store.state);
    if (report !== null) {
      app.update(applyReport(report));
    }
  }
  const rows = () => [...root.querySelectorAll<HTMLElement>('.aligned-row')];
  const text = (element: Element | null) => (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
  const button = (name: RegExp) => {
    const buttons = [...root.querySelectorAll<HTMLElement>('button')];
    return buttons.find((one) => name.test(one.getAttribute('aria-label') ?? text(one)))!;
  };

  it('calls costs unknown that are, and differences of sums that leave layers out differences of what is known', () => {
    show(ofUnknownSize());
    const totals = [...root.querySelectorAll('.total')].map(text);
    const total = (label: string) => totals.find((one) => one.startsWith(label));
    expect(total('Multiply-accumulates')).toBe('Multiply-accumulates A 100derived B unknown unknown');
    expect(total('Activations')).toBe('Activations A 4 kBderived B 1 kBderived −3 kB (−75 %), as far as known');
    expect(total('Parameters')).toBe('Parameters A 0derived B 0derived equal');
    const bars = () => [...root.querySelectorAll('.pair-bar')].map(text);
    expect(bars()).toEqual(['A 100', 'B unknown']);
  });

  it('puts aligned layers side by side, with the difference of their costs', () => {
    show(gapAndFc);
    expect(rows()).toHaveLength(13);
    const last = rows().at(-1)!;
    expect(text(last)).toMatch(/Gemm \/head\/head\.2\/Gemm 1×5 Gemm \/head\/head\.1\/Gemm 1×5 \+20\.2 k \+20\.2 k/);
    expect(rows().map((row) => /row-(\w+)/.exec(row.className)?.[1])).toEqual([
      // Biases are small enough to be known without reading weights.
      ...['changed', 'equal', 'changed', 'equal', 'equal', 'changed', 'equal', 'equal', 'changed', 'equal'],
      ...['removed', 'changed', 'changed'],
    ]);
  });

  it('counts the layers by what became of them', () => {
    show(gapAndFc);
    expect([...root.querySelectorAll('.status-counts li')].map(text)).toEqual([
      ...['= 6 equal', '~ 6 changed', '+ 0 only in B', '− 1 only in A'],
    ]);
  });

  it('filters by status and finds by name or operator', () => {
    show(gapAndFc);
    button(/^Only in A 1$/).click();
    expect(rows().map(text)).toEqual([expect.stringContaining('GlobalAveragePool')]);
    button(/^All 13$/).click();
    const search = root.querySelector<HTMLInputElement>('input[type=search]')!;
    search.value = 'maxpool';
    search.dispatchEvent(new Event('input'));
    expect(rows()).toHaveLength(2);
  });

  it('tells attribute by attribute what differs in the chosen layer', () => {
    show(gapAndFc);
    rows().at(-1)!.click();
    const details = text(root.querySelector('.aligned-details'));
    expect(details).toContain('weight head.2.weight A float32 5×64 B float32 5×4096');
    expect(details).toContain('Parameters +20.2 k');
    button(/^Close$/).click();
    expect(root.querySelector<HTMLElement>('.aligned-details')!.hidden).toBe(true);
  });

  it('marks layers as changed once their weights turn out to differ, and measures by how much', async () => {
    show(gapAndItself);
    const verdicts = gapAndItself.weights.map(() => 'different' as const);
    request.mockResolvedValueOnce(verdicts);
    expect(rows()[0].className).toContain('row-equal');
    compareAll();
    await vi.waitFor(() => expect(text(root.querySelector('.weights-line'))).toMatch(/0 of 10 pairs .* 10 differ/));
    expect(rows()[0].className).toContain('row-changed');
    rows()[0].click();
    const difference = { elements: 432, differing: 431, maximum: 0.25, mean: 0.125, scale: 2 };
    request.mockResolvedValueOnce(difference);
    button(/^Measure the difference of/).click();
    await vi.waitFor(() => expect(text(root.querySelector('.weight'))).toContain('max |A − B| 0.25'));
    expect(request).toHaveBeenLastCalledWith('weightDifference', { weight: gapAndItself.layers[0].weights[0] });
    expect(text(root.querySelector('.weight'))).toContain('431 of 432');
  });

  it('shows how far the comparison of weights is, and can be told to stop', async () => {
    show(gapAndFc);
    let signal: AbortSignal | undefined;
    request.mockImplementationOnce((_name, _params, given: AbortSignal) => {
      signal = given;
      return new Promise((_, reject) =>
        given.addEventListener('abort', () =>
          reject(new RequestFailure({ code: 'cancelled', message: 'Cancelled.', retry: true })),
        ),
      );
    });
    compareAll();
    app.update({ weights: { status: 'running', fraction: 0.4 } });
    expect(root.querySelector('progress')!.value).toBeCloseTo(0.4);
    button(/^Cancel$/).click();
    expect(signal?.aborted).toBe(true);
    await vi.waitFor(() => expect(button(/^Compare Weights$/)).toBeDefined());
  });

  it('sets both heads side by side and marks what differs', () => {
    show(gapAndFc);
    const facts = [...root.querySelectorAll('.heads-table tr')].map(text);
    expect(facts).toContainEqual(expect.stringMatching(/^Parameters~ 325 20\.5 k$/));
    expect(facts).toContainEqual(expect.stringMatching(/^Classes K 5 5$/));
    expect(facts).toContainEqual(expect.stringContaining('Global average pooling, then a linear layer Flatten, then'));
  });

  it('charts the costs of both models, with the same numbers in a table', () => {
    show(gapAndFc);
    expect(root.querySelectorAll('.chart rect.bar-a')).toHaveLength(2); // Conv and Gemm
    expect(root.querySelectorAll('.chart rect.bar-b')).toHaveLength(2);
    const table = [...root.querySelectorAll('.card .details tr')].map(text);
    expect(table).toContainEqual(expect.stringMatching(/^Gemm ?1 ?1 ?320 ?20,480$/));
  });

  it('draws only some rows of 20 000 layers, and goes on by keyboard', () => {
    const model = modelReport(
      Array.from({ length: 20_000 }, (_, index) => layer('Relu', 'x -> y', { name: `r${index}` })),
    );
    const layers = model.layers.map((_, index): LayerComparison => ({ a: index, b: index, changes: [], weights: [] }));
    show({ schema: 1, a: model, b: model, layers, weights: [], fields: [], costByType: [] });
    expect(rows().length).toBeLessThan(100);
    const tabStops = () =>
      [...root.querySelectorAll<HTMLElement>('tbody button')].filter(({ tabIndex }) => tabIndex === 0);
    const press = (key: string) =>
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    document.body.append(root);
    expect(tabStops()).toHaveLength(1);
    tabStops()[0].focus();
    press('ArrowDown');
    press('ArrowDown');
    expect(app.state.selected).toBe(2);
    press('ArrowUp');
    expect(app.state.selected).toBe(1);
    press('End');
    expect(app.state.selected).toBe(19_999);
    expect(tabStops()).toEqual([document.activeElement]);
    expect(document.activeElement?.getAttribute('aria-label')).toContain('r19999');
    press('Home');
    expect(document.activeElement?.getAttribute('aria-label')).toContain('r0');
  });

  it('takes up what the user was looking at, as far as it is still there', () => {
    const saved = readSavedChoices({ filter: 'changed', search: 'gemm', selected: 12, zoom: 3 });
    expect(applyReport(gapAndFc, saved)).toMatchObject({ filter: 'changed', search: 'gemm', selected: 12 });
    expect(applyReport(gapAndFc, readSavedChoices({ selected: 99 })).selected).toBeNull();
    expect(readSavedChoices({ filter: 'none', search: 7 })).toEqual({});
    expect(readSavedChoices(undefined)).toEqual({});
  });

  it('says why models cannot be compared, and tries again', () => {
    show(null);
    app.update({ failure: { code: 'notOnnx', message: 'broken.onnx is not a model.', retry: false } });
    expect(text(root.querySelector('[role=alert]'))).toContain('broken.onnx is not a model.');
    root.querySelector<HTMLElement>('vscode-button')!.click();
    expect(request).toHaveBeenCalledWith('reload', {});
    expect(text(root)).toContain('Reading both models');
  });
});
