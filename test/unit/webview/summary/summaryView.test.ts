// @vitest-environment jsdom
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { analyzeModel } from '../../../../src/inspectModel';
import type { ModelReport } from '../../../../src/protocol/modelReport';
import type { View } from '../../../../webview/app';
import { toDetailsByLayer, type DetailsByLayer } from '../../../../webview/detailsByLayer';
import { createInitialState } from '../../../../webview/savedState';
import { createSummaryView } from '../../../../webview/summary/summaryView';
import { layer, report } from '../reportBuilder';

describe('the summary', () => {
  let lite0: ModelReport;
  let details: DetailsByLayer;
  let view: View;
  const request = vi.fn();
  const choose = vi.fn();
  beforeAll(async () => {
    const analysis = await analyzeModel(path.resolve('media/demo/efficientnet-lite0.onnx'));
    lite0 = analysis.report;
    details = toDetailsByLayer(analysis.details());
  });
  const show = (model: ModelReport): void => {
    const state = { ...createInitialState(null), report: model, details };
    view = createSummaryView({ channel: { send: vi.fn(), request }, state, update: vi.fn(), choose });
    document.body.replaceChildren(view.element);
    view.draw(state);
  };
  const text = () => view.element.textContent.replace(/\s+/g, ' ');
  const figure = (label: string) => view.element.querySelector<HTMLElement>(`.figure[aria-label^="${label}:"]`)!;

  beforeEach(() => {
    request.mockReset().mockResolvedValue({});
    choose.mockReset();
  });

  it('puts the user’s own numbers into the formula of both heads', () => {
    show(lite0);
    expect(text()).toContain('K(C + 1) = 1,000 · (1,280 + 1) = 1,281,000');
    expect(text()).toContain('K(CHW + 1) = 1,000 · (1,280·7·7 + 1) = 62,721,000');
    expect(view.element.querySelector('.head-own figcaption')!.textContent).toContain('Global average pooling');
    expect(figure('VC dimension, GAP').textContent).toContain('1,281');
  });

  it('says how each figure was obtained, and copies every digit on click', async () => {
    show(lite0);
    const figures = [...view.element.querySelectorAll('.figure')];
    expect(figures.length).toBeGreaterThan(12);
    expect(figures.every((one) => one.querySelector('.provenance') !== null)).toBe(true);
    figure('Parameters').click();
    expect(request).toHaveBeenCalledWith('copyText', { text: String(lite0.totals.parameters) });
    await vi.waitFor(() => expect(document.querySelector('.copy-feedback')?.textContent).toBe('Copied'));
  });

  it('shows metadata of the model and of the graph, long texts folded', () => {
    const graph = { name: 'main', docString: 'traced', metadata: { signature: '# inputs\nx: USER_INPUT' } };
    show(report([layer('Relu', 'x -> y')], { metadata: { labels: 'cat,dog' }, graph }));
    expect(text()).toContain('Metadata (1) labels cat,dog');
    expect(text()).toContain('Metadata of the graph (2) doc_string traced signature # inputs (2 lines)');
    show(report([layer('Relu', 'x -> y')]));
    expect(text()).not.toContain('Metadata');
  });

  it('does not call unknown costs 0, and says how many layers a sum leaves out', () => {
    const open = { shape: null, macs: null, activationBytes: null };
    const totals = { nodes: 2, parameters: 0, macs: 0, unknownMacs: 1, activationBytes: 0, weightBytes: 0 };
    show(report([layer('Strange', 'x -> y', open)], { totals }));
    expect(text()).toContain('Multiply-accumulates unknown');
    expect(text()).toContain('Activations unknown');
    const layers = [layer('Relu', 'x -> a', { activationBytes: 64 }), layer('Strange', 'a -> y', open)];
    show(report(layers, { totals: { ...totals, activationBytes: 64 } }));
    expect(figure('Activations').title).toContain(
      '64 bytes, all layer outputs together, without 1 layer where they are unknown',
    );
  });

  it('sends free dimensions that the user typed', () => {
    show(lite0);
    const field = view.element.querySelector<HTMLInputElement>('.shape-form input')!;
    field.value = '8';
    field.dispatchEvent(new Event('input'));
    view.element.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true }));
    expect(request).toHaveBeenCalledWith('bindShapes', { shapes: { [lite0.inputs[0].name]: [8, 3, 224, 224] } });
  });

  it('charts the costs and has the same numbers in a table', () => {
    show(lite0);
    const rows = [...view.element.querySelectorAll('.costs tbody tr')].map((row) =>
      row.textContent.replace(/\s+/g, ' '),
    );
    expect(rows).toEqual([expect.stringContaining('Conv'), expect.stringContaining('Gemm')]);
    expect(view.element.querySelectorAll('.chart svg rect.bar').length).toBeGreaterThan(90);
    const button = [...view.element.querySelectorAll<HTMLElement>('.segments button')].find((one) =>
      one.textContent.includes('Activations'),
    )!;
    button.click();
    expect(view.element.querySelector('.segments [aria-pressed=true]')!.textContent).toContain('Activations');
    const units = [...view.element.querySelectorAll('.charts .axis .tick text')].map((tick) => tick.textContent);
    expect(units).toContain('2 MB');
    expect(units.filter((tick) => tick?.endsWith('M'))).toEqual([]); // of which nobody could say what they count
    expect(view.element.querySelector('.costs tbody')!.textContent).toContain('Clip');
  });

  it('draws only some rows of 20 000 layers', () => {
    show(report(Array.from({ length: 20_000 }, (_, index) => layer('Relu', 'x -> y', { name: `relu${index}` }))));
    const rows = view.element.querySelectorAll('.layer-table tbody tr:not(.spacer)');
    expect(rows.length).toBeLessThan(100);
    expect(rows[0].textContent).toContain('relu0');
    expect(view.element.querySelector('.layer-table')!.getAttribute('aria-rowcount')).toBe('20001');
    rows[3].querySelector('button')!.click();
    expect(choose).toHaveBeenCalledWith({ view: 'graph', selectedLayer: 3 });
  });

  it('sorts the layers by a column when its heading is clicked', () => {
    show(lite0);
    const heading = () =>
      [...view.element.querySelectorAll<HTMLElement>('.layer-table th button')].find((one) =>
        one.textContent.includes('Parameters'),
      )!;
    heading().click();
    expect(heading().closest('th')!.getAttribute('aria-sort')).toBe('descending');
    expect(view.element.querySelector('.layer-table tbody tr:not(.spacer)')!.textContent).toContain('Gemm');
    heading().click();
    expect(heading().closest('th')!.getAttribute('aria-sort')).toBe('ascending');
  });

  it('says why there is no head, and shows warnings', () => {
    show(report([layer('Relu', 'x -> y')], { warnings: ['Dimension H of input x counts as 224.'] }));
    expect(text()).toContain('There is no head.');
    expect(view.element.querySelector('.warnings')!.textContent).toContain('counts as 224');
    expect(view.element.querySelector('.head-diagram')).toBeNull();
  });
});
