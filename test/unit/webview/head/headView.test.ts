// @vitest-environment jsdom
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { inspectModel } from '../../../../src/inspectModel';
import { RequestFailure } from '../../../../src/protocol/channel';
import type { HeadWeights } from '../../../../src/protocol/headWeights';
import type { HeadMeasurement } from '../../../../src/protocol/measurement';
import type { ModelReport } from '../../../../src/protocol/modelReport';
import { createHeadView } from '../../../../webview/head/headView';
import { createInitialState, readSavedChoices } from '../../../../webview/savedState';
import { createTestApp, settle } from '../cam/builders';

/** Two classes over three channels: [3, 4, 0] and [0.01, −5, 0]. The third channel is dead. */
const WEIGHTS: HeadWeights = {
  provenance: 'derived',
  of: 'head',
  rows: 2,
  rowKind: 'classes',
  columns: 3,
  columnKind: 'channels',
  height: 1,
  width: 1,
  reading: 'mean',
  layers: [],
  layer: null,
  matrix: Float32Array.of(3, 4, 0, 0.01, -5, 0),
  rowNorms: Float32Array.of(5, 5),
  rowSums: Float32Array.of(7, 5.01),
  columnNorms: Float32Array.of(3, 6.4, 0),
  columnPeaks: Float32Array.of(3, 5, 0),
  columnUses: Float32Array.of(0.75, 1, 0),
  uniformShares: null,
  uniformShare: 1,
  singularValue: { value: 6.72, iterations: 25, isSettled: true },
  summedSingularValue: null,
};

const MEASURED: HeadMeasurement = {
  provenance: 'measured',
  size: { channels: 1280, height: 7, width: 7, classes: 1000, batch: 1 },
  gap: { ms: 0.25, runs: 30 },
  fc: { ms: 12.5, runs: 30 },
  threads: 1,
  machine: { flopsPerSecond: 1e11, bytesPerSecond: 1e10 },
};

describe('the Head view', () => {
  let lite0: ModelReport;
  let spellings: Readonly<Record<string, ModelReport>>;
  let test: ReturnType<typeof createTestApp>;
  let view: ReturnType<typeof createHeadView>;
  beforeAll(async () => {
    // jsdom has no canvas; what is drawn on it is tested in VS Code.
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
    lite0 = await inspectModel(path.resolve('media/demo/efficientnet-lite0.onnx'));
    const names = [
      'segmentation_nohead',
      'two_outputs',
      'flatten_mlp_vgg',
      'gap_gemm_qdq',
      'nin_conv1x1_gap',
      'vit_cls',
    ];
    const reports = await Promise.all(
      names.map((name) => inspectModel(path.resolve('test/fixtures/heads', name, 'model.onnx'))),
    );
    spellings = Object.fromEntries(names.map((name, index) => [name, reports[index]]));
  });
  const show = (report: ModelReport): void => {
    test = createTestApp({ ...createInitialState(null), report, trusted: true });
    view = createHeadView(test.app);
    test.onChange = (state) => view.draw(state);
    document.body.replaceChildren(view.element);
    view.draw(test.app.state);
  };
  const text = () => view.element.textContent.replace(/\s+/g, ' ');
  const button = (name: string) =>
    [...view.element.querySelectorAll<HTMLButtonElement>('button')].find((one) => one.textContent.includes(name))!;
  const figure = (label: string) =>
    view.element.querySelector(`.figure[aria-label^="${label}:"]`)?.getAttribute('aria-label') ?? null;
  const type = (symbol: string, value: string) => {
    const box = view.element.querySelector<HTMLInputElement>(`#head-${symbol}`)!;
    box.value = value;
    box.dispatchEvent(new Event('change'));
  };

  describe('on a pooled head', () => {
    beforeEach(() => show(lite0));

    it('has a formula, a source and a provenance for every figure of both heads', () => {
      expect(figure('Parameters, GAP')).toContain('1,281,000 parameters');
      expect(figure('Parameters, FC')).toContain('62,721,000 parameters');
      const rows = [...view.element.querySelectorAll('.head-table tbody tr:not(.head-group)')];
      expect(rows.length).toBeGreaterThan(15);
      for (const row of rows) {
        expect(row.querySelector('.head-source')!.textContent).not.toBe('');
        expect(row.querySelectorAll('.head-formula')).toHaveLength(2);
        expect(row.querySelectorAll('.provenance').length + row.querySelectorAll('td .muted').length).toBe(2);
      }
    });

    it('answers "what if": the example in one click, ten classes, and back', () => {
      button('Example').click();
      expect(text()).toContain('195.24 times');
      expect(figure('Parameters, FC')).toContain('50,177,000');
      type('classes', '10');
      expect(figure('Parameters, GAP')).toContain('2,570 parameters');
      expect(figure('Natarajan dimension of all classes, GAP')).toContain('between 2,304 and 2,570');
      type('correlation', '0.1');
      expect(figure('Independent positions that average as well, GAP')).toContain('9.561');
      button('Your Model’s Sizes').click();
      expect(figure('Parameters, GAP')).toContain('1,281,000');
    });

    it('keeps what was there when a number box holds no number', () => {
      type('height', '');
      type('width', 'x');
      type('channels', '-3');
      expect(test.app.state.choices.head!.supposition).toMatchObject({ channels: 1, height: 7, width: 7 });
    });

    it('moves the charts with the sliders', () => {
      const mark = () => view.element.querySelector('.curve-mark')!.getAttribute('x1');
      const before = mark();
      const slider = view.element.querySelectorAll<HTMLInputElement>('input[type=range]')[1];
      slider.value = '500';
      slider.dispatchEvent(new Event('input'));
      expect(test.app.state.choices.head!.supposition!.height).toBe(33);
      expect(mark()).not.toBe(before);
      expect(view.element.querySelectorAll('path.curve')).toHaveLength(5);
    });

    it('measures both heads at the sizes shown, and gives the times for these only', async () => {
      expect(figure('Measured time, FC')).toBeNull();
      button('Measure Both Heads').click();
      expect(test.find('measureHeads')[0].params).toEqual(MEASURED.size);
      expect(button('Measuring').disabled).toBe(true);
      test.find('measureHeads')[0].resolve(MEASURED);
      await settle();
      expect(figure('Measured time, GAP')).toBe('Measured time, GAP: 0.25 ms, 0.25 ms, measured. Copy');
      // 250 MB at 10 GB/s.
      expect(figure('Roofline time, FC')).toContain('25.1 ms');
      type('classes', '10');
      expect(figure('Measured time, GAP')).toBeNull();
      expect(figure('Roofline time, GAP')).not.toBeNull();
    });

    it('says why a measurement failed, and forgets one that was cancelled', async () => {
      button('Measure Both Heads').click();
      const failure = { code: 'cancelled', message: 'Stopped.', retry: true };
      test.find('measureHeads')[0].reject(new RequestFailure(failure));
      await settle();
      expect(text()).not.toContain('Stopped.');
      button('Measure Both Heads').click();
      test.find('measureHeads')[1].reject(new RequestFailure({ ...failure, code: 'tooLarge', message: 'Too much.' }));
      await settle();
      expect(view.element.querySelector('[role=alert]')!.textContent).toBe('Too much.');
    });

    it('reads the weights when asked, and puts their gains beside the theory', async () => {
      button('Read the Weights').click();
      expect(test.find('headWeights')[0].params).toEqual({ head: 0, layer: null });
      test.find('headWeights')[0].resolve(WEIGHTS);
      await settle();
      expect(figure('Largest singular value')).toContain('6.72');
      expect(figure('Gain ℓ2 → ℓ2 of the whole head, your weights, GAP')).toContain(String(6.72 / 7));
      expect(figure('Gain ℓ∞ → ℓ∞ of the whole head, your weights, GAP')).toContain(': 7,');
      expect(view.element.querySelector('.column-use')!.textContent.replace(/\s+/g, ' ')).toMatch(
        /Dead 1 of 3 .* 2 .*Nearly zero 0 of 3/,
      );
      expect(view.element.querySelector('.matrix-canvas')!.getAttribute('aria-label')).toContain(
        '2 classes by 3 channels',
      );
    });

    it('lists similar classes of the one that is chosen', async () => {
      button('Read the Weights').click();
      test.find('headWeights')[0].resolve(WEIGHTS);
      await settle();
      button('Class 1').click();
      expect(test.find('headWeightRow')[0].params).toEqual({ head: 0, layer: null, row: 1 });
      test
        .find('headWeightRow')[0]
        .resolve({ weights: Float32Array.of(0.01, -5, 0), cosines: Float32Array.of(-0.8, 1) });
      await settle();
      expect(text()).toMatch(/Most similar first \(cosine\) Class 0 −0\.8/);
    });

    it('draws the weights of a fully connected head over the positions', async () => {
      button('Read the Weights').click();
      const flat = {
        ...WEIGHTS,
        height: 1,
        width: 2,
        reading: null,
        uniformShares: Float32Array.of(0.25, 0.5),
        uniformShare: 0.4,
      };
      test.find('headWeights')[0].resolve({ ...flat, summedSingularValue: WEIGHTS.singularValue });
      await settle();
      expect(figure('Energy uniform over positions')).toContain('40 %');
      button('Class 0').click();
      test
        .find('headWeightRow')[0]
        .resolve({ weights: Float32Array.of(1, 2, 3, 4, 0, 0), cosines: Float32Array.of(1, 0) });
      await settle();
      expect(view.element.querySelectorAll('.pattern-list canvas')).toHaveLength(3);
      expect(text()).toContain('25 % of the energy Σw² is uniform');
    });

    it('says what is not shown when the matrix is too large to send', async () => {
      button('Read the Weights').click();
      test.find('headWeights')[0].resolve({ ...WEIGHTS, matrix: null });
      await settle();
      expect(text()).toContain('The matrix is not drawn');
      expect(view.element.querySelector<HTMLElement>('.matrix')!.hidden).toBe(true);
      expect(figure('Largest singular value')).not.toBeNull();
    });
  });

  it.each([
    ['segmentation_nohead', /one score per position/, /There are no weights to read/],
    ['vit_cls', /class token/, /neither of these heads/],
    ['flatten_mlp_vgg', /several fully connected layers/, /neither of the two\. As it is, it has 201 k parameters/],
    ['gap_gemm_qdq', /Global average pooling, then a linear layer/, /your model/],
    ['nin_conv1x1_gap', /A linear layer at every position/, /your model/],
  ])('is never blank: %s', (name, title, note) => {
    show(spellings[name]);
    expect(text()).toMatch(title);
    expect(text()).toMatch(note);
    expect(figure('Parameters, GAP')).not.toBeNull();
  });

  it('lets the user choose among several heads, and forgets what belongs to the other one', async () => {
    const [head] = spellings['two_outputs'].heads;
    show({ ...spellings['two_outputs'], heads: [head, { ...head, classes: 3, logits: 'other' }] });
    button('Read the Weights').click();
    test.find('headWeights')[0].resolve(WEIGHTS);
    await settle();
    const select = view.element.querySelector<HTMLSelectElement>('.head-choice select')!;
    expect(select.options).toHaveLength(2);
    select.selectedIndex = 1;
    select.dispatchEvent(new Event('change'));
    expect(figure('Largest singular value')).toBeNull();
    button('Read the Weights').click();
    expect(test.find('headWeights')[1].params).toEqual({ head: 1, layer: null });
  });

  it('runs nothing in a workspace that is not trusted', () => {
    show(lite0);
    test.app.update({ trusted: false });
    expect([button('Measure Both Heads').disabled, button('Read the Weights').disabled]).toEqual([true, true]);
  });

  it('restores the sizes that were asked about, and nothing that makes no sense', () => {
    const supposition = { channels: 2, height: 3, width: 4, classes: 5, batch: 6, correlation: 0.5 };
    const head = { head: 0, supposition };
    expect(readSavedChoices({ choices: { head } })).toEqual({ head });
    expect(readSavedChoices({ choices: { head: { head: 0, supposition: { ...supposition, batch: 0 } } } })).toEqual({});
    expect(readSavedChoices({ choices: { head: 3 } })).toEqual({});
  });
});
