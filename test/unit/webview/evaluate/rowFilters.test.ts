// @vitest-environment jsdom
import { render } from 'lit/html.js';
import { expect, it } from 'vitest';
import type { EvaluationReport } from '../../../../src/protocol/evaluation';
import type { EvaluationApp, EvaluationState } from '../../../../webview/evaluate/evaluationApp';
import { FIRST_STATE } from '../../../../webview/evaluate/evaluationApp';
import { rowFilters } from '../../../../webview/evaluate/rowFilters';
import { createStore } from '../../../../webview/store';

const report = { settings: { methods: ['cam', 'gradcam'] }, rows: [] } as unknown as EvaluationReport;

it('keeps all of several changes that come before the next drawing', () => {
  const first = { ...FIRST_STATE, report, filter: { ...FIRST_STATE.filter, search: '09_' } };
  const store = createStore<EvaluationState>(
    first,
    () => undefined,
    () => undefined,
  );
  const app = {
    get state() {
      return store.state;
    },
    update: (change: Partial<EvaluationState>) => store.update(change),
  } as EvaluationApp;
  render(rowFilters(app), document.body);
  const [search] = document.querySelectorAll('input');
  const [method] = document.querySelectorAll('select');
  search.value = '';
  search.dispatchEvent(new Event('input'));
  method.value = 'gradcam';
  method.dispatchEvent(new Event('change'));
  expect(store.state.filter).toEqual({ search: '', method: 'gradcam', classIndex: null });
});
