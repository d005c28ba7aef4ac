import { describe, expect, it } from 'vitest';
import type { EvaluationReport, EvaluationRow } from '../../../../src/protocol/evaluation';
import type { EvaluationState } from '../../../../webview/evaluate/evaluationApp';
import {
  applyEvaluationEvent,
  findClassIndex,
  findProblem,
  FIRST_STATE,
} from '../../../../webview/evaluate/evaluationApp';
import { arrangeRows } from '../../../../webview/evaluate/rowOrder';
import type { EvaluationSetup } from '../../../../src/protocol/evaluationPage';

const row = (image: string, method: string, drop: number | null) =>
  ({ image, method, label: 'cat', classIndex: 1, values: { drop } }) as unknown as EvaluationRow;
const rows = [row('10.png', 'cam', 0.5), row('2.png', 'cam', null), row('3.png', 'gradcam', 0.1)];
const state = (change: Partial<EvaluationState>): EvaluationState => ({
  ...FIRST_STATE,
  report: { rows } as unknown as EvaluationReport,
  ...change,
});
const images = (change: Partial<EvaluationState>) => arrangeRows(state(change)).map(({ image }) => image);

describe('arrangeRows', () => {
  it('counts in names, and puts what has no value last in both directions', () => {
    expect(images({})).toEqual(['2.png', '3.png', '10.png']);
    expect(images({ order: { column: 'drop', descending: false } })).toEqual(['3.png', '10.png', '2.png']);
    expect(images({ order: { column: 'drop', descending: true } })).toEqual(['10.png', '3.png', '2.png']);
  });

  it('finds images, methods and labels', () => {
    const found = (search: string) => images({ filter: { ...FIRST_STATE.filter, search } });
    expect(found(' GRAD ')).toEqual(['3.png']);
    expect(found('cat')).toHaveLength(3);
    expect(found('dog')).toEqual([]);
  });

  it('shows one method or one class alone', () => {
    expect(images({ filter: { ...FIRST_STATE.filter, method: 'cam' } })).toEqual(['2.png', '10.png']);
    expect(images({ filter: { ...FIRST_STATE.filter, classIndex: 1 } })).toHaveLength(3);
    expect(images({ filter: { ...FIRST_STATE.filter, classIndex: 2 } })).toEqual([]);
  });
});

const setup = {
  model: 'm.onnx',
  methods: [],
  method: 'cam',
  metrics: [
    { id: 'drop', needsTruth: false, isSlow: false },
    { id: 'road', needsTruth: false, isSlow: true },
    { id: 'energy', needsTruth: true, isSlow: false },
  ],
  classes: 3,
  labels: ['cat', 'Dog', 'cow'],
  images: '/w/images',
  masks: null,
} as unknown as EvaluationSetup;

describe('applyEvaluationEvent', () => {
  it('starts from the usual method, the folders that are there, and what is quick with them', () => {
    const { choice } = applyEvaluationEvent(FIRST_STATE, { type: 'evaluationReady', setup });
    expect(choice).toMatchObject({ images: '/w/images', masks: null, methods: ['cam'], metrics: ['drop'] });
    const masked = { type: 'evaluationReady', setup: { ...setup, masks: '/w/masks' } } as const;
    expect(applyEvaluationEvent(FIRST_STATE, masked).choice?.metrics).toEqual(['drop', 'energy']);
  });

  it('adds rows as they come, and puts what says more in the place of what said less', () => {
    const running = state({ progress: { done: 0, total: 0 } });
    const report = { ...(running.report as EvaluationReport), summaries: [] };
    const added = [row('4.png', 'cam', 0.2), row('2.png', 'cam', 0.9)];
    const event = { type: 'evaluationAdvanced', rows: added, summaries: [], done: 4, total: 9 } as const;
    const change = applyEvaluationEvent({ ...running, report }, event);
    expect(change.progress).toEqual({ done: 4, total: 9 });
    expect(change.report?.rows.map(({ image, values }) => [image, values['drop']])).toEqual([
      ['10.png', 0.5],
      ['2.png', 0.9],
      ['3.png', 0.1],
      ['4.png', 0.2],
    ]);
    // What arrives after the end does not start it anew.
    expect(applyEvaluationEvent({ ...running, progress: null, report }, event).progress).toBeNull();
  });
});

describe('what is chosen', () => {
  it('names a class by its label or its index', () => {
    expect(['dog', ' COW ', '0', '3', 'horse', ''].map((text) => findClassIndex(text, setup))).toEqual([
      1,
      2,
      0,
      null,
      null,
      null,
    ]);
  });

  it('says what is missing', () => {
    const choice = { ...FIRST_STATE.choice, images: '/w', methods: ['cam'], metrics: ['drop'] };
    const problem = (change: Partial<EvaluationState['choice']>) =>
      findProblem(state({ choice: { ...choice, ...change } }));
    expect(problem({})).toBeNull();
    expect(problem({ images: null })).toMatch(/folder of images/);
    expect(problem({ classRule: null })).toMatch(/class/);
    expect(problem({ methods: [] })).toMatch(/method/);
    expect(problem({ metrics: [] })).toMatch(/metric/);
  });
});
