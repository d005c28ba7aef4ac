import { html, type TemplateResult } from 'lit/html.js';
import type { ComparisonReport, LayerStatus } from '../../src/protocol/comparison';
import { describeCostBasis } from '../../src/protocol/costBasis';
import { sumActivations, sumMacs, toKnownSum, type KnownSum } from '../../src/protocol/knownSum';
import type { ModelReport } from '../../src/protocol/modelReport';
import { formatBytes, formatCount, formatExact, formatShare } from '../quantity';
import { figureTemplate } from '../summary/figure';
import { toSum } from '../summary/totals';
import type { ComparisonApp, ComparisonState } from './comparisonApp';
import { STATUSES } from './layerStatus';

interface Row {
  readonly label: string;
  readonly unit: (model: ModelReport) => string;
  readonly of: (model: ModelReport) => KnownSum;
  readonly format: (value: number) => string;
}

const known = (value: number): KnownSum => toKnownSum(value, 0);

const ROWS: readonly Row[] = [
  { label: 'Parameters', unit: () => 'parameters', of: ({ totals }) => known(totals.parameters), format: formatCount },
  {
    label: 'Multiply-accumulates',
    unit: ({ inputs }) => `MAC ${describeCostBasis(inputs)}`,
    of: sumMacs,
    format: formatCount,
  },
  { label: 'Weights', unit: () => 'bytes', of: ({ totals }) => known(totals.weightBytes), format: formatBytes },
  { label: 'Activations', unit: () => 'bytes', of: sumActivations, format: formatBytes },
  { label: 'Nodes', unit: () => 'nodes', of: ({ totals }) => known(totals.nodes), format: formatCount },
];

/** How many layers differ, and the five numbers of both models with their differences. */
export function totalsTemplate(app: ComparisonApp, report: ComparisonReport, state: ComparisonState): TemplateResult {
  return html`<section class="totals" aria-label="Differences">
    ${layersCard(state.statuses)} ${ROWS.map((row) => card(app, row, report))}
  </section>`;
}

function layersCard(statuses: readonly LayerStatus[]): TemplateResult {
  const count = (wanted: LayerStatus): number => statuses.filter((status) => status === wanted).length;
  return html`<div class="total">
    <div class="total-label">Layers</div>
    <ul class="status-counts">
      ${(['equal', 'changed', 'added', 'removed'] as const).map(
        (status) =>
          html`<li>
            <span class="status status-${status}" aria-hidden="true">${STATUSES[status].mark}</span>
            ${formatExact(count(status))} ${STATUSES[status].plural}
          </li>`,
      )}
    </ul>
  </div>`;
}

function card(app: ComparisonApp, row: Row, { a, b }: ComparisonReport): TemplateResult {
  const [one, other] = [row.of(a), row.of(b)];
  const figure = (side: 'A' | 'B', sum: KnownSum): TemplateResult => {
    const shown = toSum(`${row.label} of ${side}`, sum, row.format, row.unit(side === 'A' ? a : b));
    return 'value' in shown ? figureTemplate(app, shown) : html`<span>${shown.text}</span>`;
  };
  return html`<div class="total">
    <div class="total-label">${row.label}</div>
    <div class="total-pair">
      <span class="side-mark side-a">A</span> ${figure('A', one)}
      <span class="side-mark side-b">B</span> ${figure('B', other)}
    </div>
    <div class="difference">${describeSums(one, other, row.format)}</div>
  </div>`;
}

/** Two sums of which a part may be unknown are equal, or apart, only as far as they are known. */
export function describeSums(one: KnownSum, other: KnownSum, format: (value: number) => string): string {
  if (one.value === null || other.value === null) {
    return 'unknown';
  }
  const difference = describeDifference(one.value, other.value, format);
  return one.unknown + other.unknown === 0 ? difference : `${difference}, as far as known`;
}

/** `+12.3 M (+4.1 %)`, not broken before the sign; equal figures say so. */
export function describeDifference(one: number, other: number, format: (value: number) => string): string {
  if (one === other) {
    return 'equal';
  }
  const sign = other > one ? '+' : '−';
  const difference = `${sign}${format(Math.abs(other - one))}`;
  return one === 0
    ? difference
    : `${difference} (${sign}${formatShare(Math.abs(other - one) / one).replace(' ', '\u00a0')})`;
}
