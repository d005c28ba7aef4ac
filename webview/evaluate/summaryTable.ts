import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { EvaluationReport } from '../../src/protocol/evaluation';
import type { EvaluationSetup } from '../../src/protocol/evaluationPage';
import { nameMethod } from './evaluationApp';
import { sparklineTemplate } from './sparkline';

/** Beside a metric's name: which way is better. */
export const ARROWS = { higher: '↑', lower: '↓', one: '→\u00a01' } as const;

/** Of a thousand images without annotation one need not read each. */
const LISTED_NOTES = 8;

/** A row per method: the mean of each metric, and the mean curve. */
export function summaryTemplate(setup: EvaluationSetup | null, report: EvaluationReport): TemplateResult {
  const { settings, metrics, summaries, warnings, errors } = report;
  const find = (method: string, metric: string) =>
    summaries.find((each) => each.method === method && each.metric === metric);
  return html`<section class="card" aria-labelledby="evaluation-summary">
    <div class="card-heading">
      <h2 id="evaluation-summary">Methods compared</h2>
      <span class="muted">means over the maps that have a value; ↑ higher is better, ↓ lower, → 1 nearer to 1</span>
    </div>
    <div class="evaluation-wide" tabindex="0" role="group" aria-label="Means of every method">
      <table class="layer-table">
        <thead>
          <tr>
            <th scope="col">Method</th>
            ${metrics.map(
              ({ name, better, formula, source }) =>
                html`<th scope="col" class="number" title="${formula}. ${source}.">${name}&nbsp;${ARROWS[better]}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${settings.methods.map(
            (method) =>
              html`<tr>
                <th scope="row">${nameMethod(setup, method)}</th>
                ${metrics.map(({ id, name }) => {
                  const found = find(method, id);
                  return html`<td
                    class="number"
                    title=${found === undefined ? 'not done yet' : `over ${found.count} maps`}
                  >
                    ${found?.curve ? sparklineTemplate(found.curve, name) : nothing}
                    ${found === undefined ? '…' : (found.value?.toFixed(3) ?? '–')}
                  </td>`;
                })}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${notesTemplate([...warnings, ...errors.map(({ image, method, message }) => `${image}, ${nameMethod(setup, method ?? '')}: ${message}`)])}
  </section>`;
}

/** What was left out, and why. */
function notesTemplate(notes: readonly string[]): TemplateResult | typeof nothing {
  return notes.length === 0
    ? nothing
    : html`<ul class="warnings">
        ${notes.slice(0, LISTED_NOTES).map((text) => html`<li>${text}</li>`)}
        ${notes.length > LISTED_NOTES ? html`<li>${notes.length - LISTED_NOTES} more, in the saved JSON</li>` : nothing}
      </ul>`;
}
