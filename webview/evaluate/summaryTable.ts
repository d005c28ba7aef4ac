import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { EvaluationReport } from '../../src/protocol/evaluation';
import { sparklineTemplate } from './sparkline';

const ARROWS = { higher: '↑', lower: '↓', one: '→ 1' } as const;

/** A row per method: the mean of each metric, and the mean curve. */
export function summaryTemplate({ settings, metrics, summaries, warnings, errors }: EvaluationReport): TemplateResult {
  const find = (method: string, metric: string) =>
    summaries.find((each) => each.method === method && each.metric === metric);
  return html`<section class="card" aria-labelledby="evaluation-summary">
    <h2 id="evaluation-summary">Methods</h2>
    <div class="evaluation-wide">
      <table class="layer-table">
        <thead>
          <tr>
            <th scope="col">Method</th>
            ${metrics.map(
              ({ name, better, formula, source }) =>
                html`<th scope="col" class="number" title="${formula}. ${source}.">${name} ${ARROWS[better]}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${settings.methods.map(
            (method) =>
              html`<tr>
                <th scope="row">${method}</th>
                ${metrics.map(({ id, name }) => {
                  const found = find(method, id);
                  return html`<td class="number" title="${found?.count ?? 0} maps">
                    ${found?.curve ? sparklineTemplate(found.curve, name) : nothing} ${found?.value?.toFixed(3) ?? '–'}
                  </td>`;
                })}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${[...warnings, ...errors.map(({ image, method, message }) => `${image}, ${method ?? ''}: ${message}`)].map(
      (text) => html`<p class="muted" role="note">${text}</p>`,
    )}
  </section>`;
}
