// @vitest-environment jsdom
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { inspectModel } from '../../../../src/inspectModel';
import { RequestFailure } from '../../../../src/protocol/channel';
import type { HeadFit } from '../../../../src/protocol/headFit';
import type { FitAnswer } from '../../../../src/protocol/headWork';
import type { ModelReport } from '../../../../src/protocol/modelReport';
import { createFitCard } from '../../../../webview/head/fitCard';
import { toFitCharts } from '../../../../webview/head/fitCharts';
import { settle } from '../cam/builders';
import { showCard } from './showCard';

const DATA = { path: '/w/photos', name: 'photos' };

const createFit = (kind: 'gap' | 'fc', validation: number, change: Partial<HeadFit> = {}): HeadFit => ({
  kind,
  parameters: kind === 'gap' ? 195 : 12_291,
  parametersPerImage: kind === 'gap' ? 6.5 : 409.7,
  penalty: 1,
  penaltyPath: null,
  objective: 0.5,
  train: { accuracy: 1, loss: 0.01 },
  validation: { accuracy: validation, loss: 0.4 },
  iterations: 20,
  evaluations: 25,
  status: 'converged',
  seconds: 0.125,
  confusion: [
    [4, 0, 0],
    [1, 3, 0],
    [0, 0, 4],
  ],
  learningCurve: [
    { images: 3, train: { accuracy: 1, loss: 0 }, validation: { accuracy: 0.4, loss: 1 } },
    { images: 30, train: { accuracy: 1, loss: 0 }, validation: { accuracy: validation, loss: 0.4 } },
  ],
  calibration: {
    error: 0.125,
    bins: [
      { count: 0, confidence: null, accuracy: null },
      { count: 12, confidence: 0.875, accuracy: 0.75 },
    ],
  },
  ...change,
});

const ANSWER: FitAnswer = {
  request: { data: DATA, kinds: ['gap', 'fc'], penalty: 1, seed: 3 },
  report: {
    classes: ['circle', 'square', 'star'],
    isMultiLabel: false,
    featureMap: { tensor: 'features', channels: 64, height: 8, width: 8 },
    images: {
      train: 30,
      validation: 12,
      skipped: [{ path: '/w/photos/x.png', code: 'unreadableImage', message: 'x.png is no picture.' }],
      computed: 40,
      reused: 2,
    },
    split: { seed: 3, validationShare: 0.2 },
    heads: [createFit('gap', 11 / 12), createFit('fc', 0.5)],
  },
};

describe('the card that fits a head', () => {
  let report: ModelReport;
  let test: ReturnType<typeof showCard>;
  beforeAll(async () => {
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
    report = await inspectModel(path.resolve('media/demo/shapes/shapes_gap.onnx'));
  });
  const show = async ({ fit = null as FitAnswer | null, trusted = true, chosen = true } = {}) => {
    test = showCard(createFitCard, report, { trusted });
    test.find('latestFit')[0].resolve({ fit });
    await settle();
    if (chosen && fit === null) {
      button('Choose a Folder').click();
      test.find('chooseHeadData')[0].resolve({ data: DATA });
      await settle();
    }
  };
  const text = () => test.text();
  const button = (name: string) => test.button(name);
  const control = (label: string) =>
    [...test.element.querySelectorAll('label')]
      .find((one) => one.textContent.trim().startsWith(label))!
      .querySelector<HTMLSelectElement | HTMLInputElement>('select, input')!;
  const change = (label: string, value: string) => {
    const box = control(label);
    box.value = value;
    box.dispatchEvent(new Event('change'));
  };

  it('asks for labelled images first, and for trust', async () => {
    await show({ chosen: false });
    expect(button('Fit').disabled).toBe(true);
    expect(text()).toContain('Choose a folder with one folder per class');
    button('Choose a CSV File').click();
    expect(test.find('chooseHeadData')[0].params).toEqual({ kind: 'csv' });
    test.find('chooseHeadData')[0].resolve({ data: null }); // dismissed
    await settle();
    expect(button('Fit').disabled).toBe(true);
    await show({ trusted: false });
    expect(button('Fit').disabled).toBe(true);
    expect(text()).toContain('needs a trusted workspace');
  });

  it('fits what was chosen, tells the stages, and can be stopped', async () => {
    await show();
    change('Head', 'fc');
    change('Strength', '0.25');
    change('Seed', '7');
    change('Strength', '-1'); // kept as it was
    button('Fit').click();
    expect(test.find('fitHead')[0].params).toEqual({ data: DATA, kinds: ['fc'], penalty: 0.25, seed: 7 });
    test.app.update({ headProgress: { fit: { text: 'Features: 3 of 12 images', fraction: 0.25 } } });
    expect(text()).toContain('Features: 3 of 12 images');
    button('Cancel').click();
    expect(test.find('fitHead')[0].signal?.aborted).toBe(true);
    test.find('fitHead')[0].reject(new RequestFailure({ code: 'cancelled', message: 'Cancelled.', retry: true }));
    await settle();
    expect(button('Fit').disabled).toBe(false);
    change('L2 penalty', 'cv');
    button('Fit').click();
    expect(test.find('fitHead')[1].params).toEqual({ data: DATA, kinds: ['fc'], penalty: 'cv', seed: 7 });
  });

  it('shows the overfitting: both heads, training beside validation', async () => {
    await show();
    button('Fit').click();
    test.find('fitHead')[0].resolve(ANSWER);
    await settle();
    const groups = [...test.element.querySelectorAll('.fit-bar-group')].map((group) =>
      group.textContent.replace(/\s+/g, ' ').trim(),
    );
    expect(groups).toEqual([
      'GAP training 100 % validation 92 % 8.33 points apart',
      'FC training 100 % validation 50 % 50 points apart',
    ]);
    const widths = [...test.element.querySelectorAll('.fit-bar-share')].map((bar) => Number(bar.getAttribute('width')));
    expect(widths).toEqual([100, 100 * (11 / 12), 100, 50]);
    const figures = [...test.element.querySelectorAll('.figure')].map((figure) => figure.getAttribute('aria-label'));
    expect(figures).toContain('Parameters, FC: 12.3 k, 12,291 parameters, derived. Copy');
    expect(figures).toContain('Parameters per image, GAP: 6.5, 6.5, derived. Copy');
    expect(figures).toContain('Time, GAP: 125 ms, 0.125 seconds, measured. Copy');
    expect(text()).toContain('scikit-learn’s 1/C 1 as given');
    expect(text()).toContain('30 images to fit, 12 held out (seed 3)');
    expect(text()).toContain('40 computed, 2 known from an earlier run');
    expect(text()).toContain('x.png is no picture.');
  });

  it('shows which classes are taken for which', async () => {
    await show({ fit: ANSWER });
    const cells = [...test.element.querySelectorAll('.confusion-table')[0].querySelectorAll('tbody td')];
    expect(cells.map((cell) => cell.textContent.trim())).toEqual(['4', '', '', '1', '3', '', '', '', '4']);
    expect(cells[3].getAttribute('title')).toBe('square predicted as circle: 1 of 4');
    expect(cells[3].className).toBe('wrong');
    expect(text()).toContain('Most often confused: square → circle (1).');
  });

  it('draws many classes as a picture with the worst confusions beside it', async () => {
    const size = 30;
    const confusion = Array.from({ length: size }, (_, row) =>
      Array.from({ length: size }, (__, column) => Number(row === column) + Number(row === 0 && column === 5)),
    );
    const classes = confusion.map((_, index) => `class ${index}`);
    const heads = [createFit('gap', 0.9, { confusion })];
    await show({ fit: { ...ANSWER, report: { ...ANSWER.report, classes, heads } } });
    expect(test.element.querySelector('.confusion-table')).toBeNull();
    const picture = test.element.querySelector<HTMLCanvasElement>('.confusion-picture')!;
    vi.spyOn(picture, 'getBoundingClientRect').mockReturnValue({ left: 0, top: 0, width: 300, height: 300 } as DOMRect);
    picture.dispatchEvent(new MouseEvent('pointermove', { clientX: 55, clientY: 5 }));
    expect(picture.title).toBe('class 0 predicted as class 5: 1 of 2');
    expect(text()).toContain('class 0 → class 5 (1)');
  });

  it('draws learning, calibration, and the path when the penalty was cross-validated', async () => {
    await show({ fit: ANSWER });
    const visible = () =>
      [...test.element.querySelectorAll<HTMLElement>('.head-charts figure')].filter((one) => !one.hidden);
    expect(visible().map((figure) => figure.querySelector('b')?.textContent)).toEqual([
      'Learning curve',
      'Calibration',
    ]);
    expect(visible()[0].querySelectorAll('path.curve')).toHaveLength(4);
    const ticks = [...visible()[0].querySelectorAll('.axis:last-of-type .tick text')].map((tick) => tick.textContent);
    expect(ticks).toEqual(['3', '30']); // where there are points
    expect(visible()[0].querySelectorAll('circle')).toHaveLength(8);
    expect(visible()[1].querySelectorAll('circle')).toHaveLength(2); // empty bins have none
    const penaltyPath = [
      { penalty: 100, loss: 1, accuracy: 0.5 },
      { penalty: 1, loss: 0.25, accuracy: 0.9 },
    ];
    const heads = [createFit('gap', 0.9, { penaltyPath })];
    const charts = toFitCharts({ ...ANSWER.report, heads });
    expect(charts[2].lines[0].points).toEqual([
      [100, 1],
      [1, 0.25],
    ]);
    expect(charts[2].x.domain).toEqual([1, 100]);
    await show({ fit: { ...ANSWER, report: { ...ANSWER.report, heads } } });
    expect(visible()).toHaveLength(3);
  });

  it('takes up a fit that was there before the page, and saves the head that is chosen', async () => {
    await show({ fit: ANSWER });
    expect(control('Seed').value).toBe('3');
    expect(text()).toContain('photos');
    button('Save with FC Head').click();
    expect(test.find('saveFittedHead')[0].params).toEqual({ kind: 'fc' });
    test.find('saveFittedHead')[0].resolve({ path: '/w/new.onnx' });
    await settle();
    expect(text()).toContain('Saved /w/new.onnx');
  });

  it('says why fitting failed', async () => {
    await show({ fit: ANSWER });
    button('Fit').click();
    const failure = { code: 'badArgument', message: 'photos has one class only.', retry: false };
    test.find('fitHead')[0].reject(new RequestFailure(failure));
    await settle();
    expect(test.element.querySelector('[role=alert]')!.textContent).toContain('photos has one class only.');
    expect(button('Fit').disabled).toBe(false);
    expect(test.element.querySelector('.fit-table')).toBeNull();
  });
});
