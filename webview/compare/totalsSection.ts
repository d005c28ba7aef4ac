import { html, type TemplateResult } from 'lit/html.js';
import type { ComparisonReport, LayerStatus } from '../../src/protocol/comparison';
import { describeCostBasis } from '../../src/protocol/costBasis';
import type { ModelReport } from '../../src/protocol/modelReport';
import { formatBytes, formatCount, formatExact, formatShare } from '../quantity';
import { figureTemplate } from '../summary/figure';
import type { ComparisonApp, ComparisonState } from './comparisonApp';
import { STATUSES } from './layerStatus';

interface Row {
  readonly label: string;
  readonly unit: (model: ModelReport) => string;
  readonly of: (model: ModelReport) => number;
  readonly format: (value: number) => string;
}

const ROWS: readonly Row[] = [
  { label: 'Parameters', unit: () => 'parameters', of: ({ totals }) => totals.parameters, format: formatCount },
  {
    label: 'Multiply-accumulates',
    unit: ({ inputs }) => `MAC ${describeCostBasis(inputs)}`,
    of: ({ totals }) => totals.macs,
    format: formatCount,
  },
  { label: 'Weights', unit: () => 'bytes', of: ({ totals }) => totals.weightBytes, format: formatBytes },
  { label: 'Activations', unit: () => 'bytes', of: ({ totals }) => totals.activationBytes, format: formatBytes },
  { label: 'Nodes', unit: () => 'nodes', of: ({ totals }) => totals.nodes, format: formatCount },
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
  const figure = (side: 'A' | 'B', value: number): TemplateResult =>
    figureTemplate(app, {
      label: `${row.label} of ${side}`,
      text: row.format(value),
      exact: `${formatExact(value)} ${row.unit(side === 'A' ? a : b)}`,
      value,
      provenance: 'derived',
    });
  return html`<div class="total">
    <div class="total-label">${row.label}</div>
    <div class="total-pair">
      <span class="side-mark side-a">A</span> ${figure('A', one)}
      <span class="side-mark side-b">B</span> ${figure('B', other)}
    </div>
    <div class="difference">${describeDifference(one, other, row.format)}</div>
  </div>`;
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
