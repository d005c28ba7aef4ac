import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { HeadWeights } from '../../src/protocol/headWeights';
import { formatNumber } from '../cam/formatNumber';
import { formatExact } from '../quantity';
import { findColumnUse } from './columnUse';
import { orderBy } from './matrixWindow';
import type { WeightNames } from './weightNames';

const LISTED = 8;
const MOST_NUMBERS = 60;

/** Rows with the largest and the smallest norm, and the norms of all in order. */
export function normsTemplate(
  { rowNorms, columnNorms }: HeadWeights,
  names: WeightNames,
  chooseRow: (row: number) => void,
): TemplateResult {
  return html`<div class="head-lists">
    ${normTemplate(names.rowsTitle, rowNorms, (row) => names.toRowName(row), chooseRow)}
    ${normTemplate(names.columnsTitle, columnNorms, (column) => names.toColumnName(column), null)}
  </div>`;
}

function normTemplate(
  title: string,
  norms: Float32Array,
  toName: (index: number) => string,
  choose: ((index: number) => void) | null,
): TemplateResult {
  const order = orderBy(norms, norms.length);
  const largest = norms[order[0]];
  const ends =
    order.length <= 2 * LISTED ? [...order] : [...order.subarray(0, LISTED), null, ...order.subarray(-LISTED)];
  return html`<div>
    <h3>${title} by norm</h3>
    <ol class="weight-list">
      ${ends.map((index) =>
        index === null
          ? html`<li class="muted weight-gap">${formatExact(order.length - 2 * LISTED)} between</li>`
          : itemTemplate(toName(index), norms[index], largest, choose === null ? null : () => choose(index)),
      )}
    </ol>
  </div>`;
}

/** A name, a bar from 0 and the value. */
function itemTemplate(name: string, value: number, largest: number, choose: (() => void) | null): TemplateResult {
  const share = Number.isFinite(value / largest) ? Math.abs(value / largest) : 0;
  return html`<li>
    ${
      choose === null
        ? html`<span class="weight-name">${name}</span>`
        : html`<button class="link-button weight-name" @click=${choose}>${name}</button>`
    }
    <svg class="scale" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="scale-bar ${value < 0 ? 'scale-negative' : ''}" width=${100 * share} height="6"></rect>
    </svg>
    <span class="weight-value">${formatNumber(value)}</span>
  </li>`;
}

/** The rows that point the same way as one, and those that point the other way. */
export function similarTemplate(
  { cosines, index }: { readonly cosines: Float32Array; readonly index: number },
  names: WeightNames,
  chooseRow: (row: number) => void,
): TemplateResult {
  const order = [...orderBy(cosines, cosines.length)].filter((row) => row !== index);
  if (order.length === 0) {
    return html`<p class="muted">There is no other ${names.row} to compare with.</p>`;
  }
  const items = (rows: readonly number[]) =>
    rows.map((row) => itemTemplate(names.toRowName(row), cosines[row], 1, () => chooseRow(row)));
  const isShort = order.length <= 2 * LISTED;
  return html`<div class="head-lists">
    <div>
      <h3>${isShort ? 'Most similar first' : 'Most similar'} (cosine)</h3>
      <ol class="weight-list">
        ${items(isShort ? order : order.slice(0, LISTED))}
      </ol>
    </div>
    ${
      isShort
        ? nothing
        : html`<div>
            <h3>Least similar (cosine)</h3>
            <ol class="weight-list">
              ${items(order.slice(-LISTED).reverse())}
            </ol>
          </div>`
    }
  </div>`;
}

/** Channels that say little, each kind with its definition. */
export function columnUseTemplate(weights: HeadWeights, names: WeightNames): TemplateResult {
  const { dead, nearlyZero, unused } = findColumnUse(weights);
  const { column, row, columnsTitle } = names;
  const kinds = [
    { title: 'Dead', of: dead, definition: `every weight of the ${column} is exactly 0` },
    { title: 'Nearly zero', of: nearlyZero, definition: 'its largest |w| is below 1 % of the largest of all' },
    {
      title: `Used by no ${row}`,
      of: unused,
      definition: `in no ${row} does its |w| reach 10 % of that ${row}’s largest`,
    },
  ];
  return html`<h3>${columnsTitle} that say little</h3>
    <dl class="definitions column-use">
      ${kinds.map(
        ({ title, of, definition }) =>
          html`<dt>${title}</dt>
            <dd>
              <b>${formatExact(of.length)}</b> of ${formatExact(weights.columns)}
              <span class="muted">(${definition})</span>
              ${
                of.length === 0
                  ? nothing
                  : html`<span class="column-numbers"
                      >${of.slice(0, MOST_NUMBERS).join(', ')}${of.length > MOST_NUMBERS ? ` and ${formatExact(of.length - MOST_NUMBERS)} more` : ''}</span
                    >`
              }
            </dd>`,
      )}
    </dl>`;
}
