import { describe, expect, it } from 'vitest';
import type { EvaluationReport, EvaluationRow } from '../../../../src/protocol/evaluation';
import type { EvaluationState } from '../../../../webview/evaluate/evaluationApp';
import { arrangeRows, FIRST_STATE } from '../../../../webview/evaluate/evaluationApp';

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
    expect(images({ search: ' GRAD ' })).toEqual(['3.png']);
    expect(images({ search: 'cat' })).toHaveLength(3);
    expect(images({ search: 'dog' })).toEqual([]);
  });
});
