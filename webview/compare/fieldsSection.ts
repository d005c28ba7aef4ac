import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { ComparisonReport, FieldComparison } from '../../src/protocol/comparison';

/** What the files say about themselves: what differs, and behind a fold what does not. */
export function fieldsTemplate({ fields }: ComparisonReport): TemplateResult {
  const differing = fields.filter(({ a, b }) => a !== b);
  const equal = fields.filter(({ a, b }) => a === b);
  return html`<section class="card" aria-labelledby="fields-title">
    <h2 id="fields-title">What the files say</h2>
    ${differing.length === 0 ? html`<p class="muted">Nothing differs.</p>` : table(differing)}
    ${
      equal.length === 0
        ? nothing
        : html`<details class="details">
            <summary>The same in both (${equal.length})</summary>
            ${table(equal)}
          </details>`
    }
  </section>`;
}

function table(fields: readonly FieldComparison[]): TemplateResult {
  const text = (value: string | null): TemplateResult =>
    value === null ? html`<span class="muted">not stated</span>` : html`${value}`;
  return html`<table class="values fields selectable">
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col"><span class="side-mark side-a">A</span></th>
        <th scope="col"><span class="side-mark side-b">B</span></th>
      </tr>
    </thead>
    <tbody>
      ${fields.map(
        ({ name, a, b }) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${text(a)}</td>
            <td>${text(b)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
