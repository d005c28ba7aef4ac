import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { EvaluationReport, EvaluationRow } from '../../src/protocol/evaluation';
import { toEvaluationCsv } from '../../src/protocol/evaluationCsv';
import { choice as choiceField } from '../cam/choice';
import type { EvaluationApp, RowFilter } from './evaluationApp';
import { nameClass, nameMethod } from './evaluationApp';
import { toMessage } from '../../src/protocol/errorMessage';

const ALL = '';

/** Which rows are shown, and where all of them can be saved. */
export function rowFilters(app: EvaluationApp): TemplateResult {
  const { report, filter, setup, note } = app.state;
  // The state as it is then: two changes may come before the next drawing.
  const change = (changed: Partial<RowFilter>): void => app.update({ filter: { ...app.state.filter, ...changed } });
  const methods = (report?.settings.methods ?? []).map((id) => ({
    value: id,
    label: nameMethod(setup, id),
    title: '',
  }));
  const classes = listClasses(report?.rows ?? []);
  return html`<div class="evaluation-filters" role="search" aria-label="Maps">
      ${
        methods.length < 2
          ? nothing
          : choiceField(
              'Method',
              [{ value: ALL, label: 'All', title: '' }, ...methods],
              filter.method ?? ALL,
              (method) => change({ method: method === ALL ? null : method }),
            )
      }
      ${
        classes.length < 2
          ? nothing
          : choiceField(
              'Class',
              [{ value: ALL, label: 'All', title: '' }, ...classes],
              filter.classIndex === null ? ALL : String(filter.classIndex),
              (index) => change({ classIndex: index === ALL ? null : Number(index) }),
            )
      }
      <label class="cam-control">
        <span>Find</span>
        <input
          class="input"
          type="search"
          placeholder="Image, method or class"
          .value=${filter.search}
          @input=${(event: Event) => change({ search: (event.target as HTMLInputElement).value })}
        />
      </label>
    </div>
    <div class="evaluation-save">
      <button class="text-button" @click=${() => void save(app, 'csv')}>Save CSV…</button>
      <button class="text-button" @click=${() => void save(app, 'json')}>Save JSON…</button>
    </div>
    <span class="evaluation-saved" role="status">${note}</span>`;
}

/** Classes of the rows, by their names. */
function listClasses(rows: readonly EvaluationRow[]): readonly { value: string; label: string; title: string }[] {
  const names = new Map(rows.map((row) => [row.classIndex, nameClass(row)]));
  return [...names]
    .map(([index, label]) => ({ value: String(index), label, title: `Class ${index}` }))
    .sort((one, other) => one.label.localeCompare(other.label));
}

async function save(app: EvaluationApp, kind: 'csv' | 'json'): Promise<void> {
  const { report, setup } = app.state;
  if (report === null) {
    return;
  }
  const name = `${(setup?.model ?? 'model').replace(/\.onnx$/i, '')}-evaluation.${kind}`;
  const bytes = new TextEncoder().encode(kind === 'csv' ? toEvaluationCsv(report) : toJson(report));
  const note = await app.channel
    .request('saveFile', { name, bytes })
    .then(({ path }) => (path === null ? '' : `Saved ${path}`), toMessage);
  app.update({ note });
}

/** As `headlight evaluate --json` writes it. */
function toJson(report: EvaluationReport): string {
  return `${JSON.stringify(report)}\n`;
}
