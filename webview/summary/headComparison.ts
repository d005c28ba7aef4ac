import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { HeadCost, HeadReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { formatBytes, formatCount, formatExact, formatSignificant } from '../quantity';
import { figureTemplate } from './figure';
import { toOwnVariant } from './headText';

/** One column of the comparison. */
export interface Variant {
  readonly name: 'gap' | 'fc' | 'current';
  readonly title: string;
  readonly cost: HeadCost;
  readonly isOwn: boolean;
}

/** GAP and FC, and the head as it is where that is neither of them. */
export function toVariants({ kind, gap, fc, current }: HeadReport): Variant[] {
  const own = toOwnVariant(kind);
  const variants: (Variant | null)[] = [
    own === null && current !== null ? { name: 'current', title: 'As it is', cost: current, isOwn: true } : null,
    gap && { name: 'gap', title: 'GAP', cost: gap, isOwn: own === 'gap' },
    fc && { name: 'fc', title: 'FC', cost: fc, isOwn: own === 'fc' },
  ];
  return variants.filter((variant) => variant !== null);
}

interface Row {
  readonly label: string;
  readonly explanation: string;
  readonly of: (cost: HeadCost) => number | null;
  readonly format: (value: number) => string;
  readonly unit: string;
}

const ROWS: readonly Row[] = [
  {
    label: 'Parameters',
    explanation: 'GAP: K(C + 1). FC: K(CHW + 1). Weights and biases.',
    of: ({ parameters }) => parameters,
    format: formatCount,
    unit: 'parameters',
  },
  {
    label: 'Memory',
    explanation: 'Bytes of the parameters as the file stores them.',
    of: ({ bytes }) => bytes,
    format: formatBytes,
    unit: 'bytes',
  },
  {
    label: 'MAC per image',
    explanation: 'Multiply-accumulates of the linear layers. GAP: K·C. FC: K·C·H·W.',
    of: ({ macs }) => macs,
    format: formatCount,
    unit: 'MAC',
  },
  {
    label: 'FLOP per image',
    explanation: 'Two for each multiply-accumulate, plus the adds and divides of pooling.',
    of: ({ flops }) => flops,
    format: formatCount,
    unit: 'FLOP',
  },
  {
    label: 'Arithmetic intensity',
    explanation: 'FLOP per byte moved at batch 1: weights, input and output once. Below about 10, memory is the limit.',
    of: ({ arithmeticIntensity }) => arithmeticIntensity,
    format: (value) => `${formatSignificant(value, 3)} FLOP/B`,
    unit: 'FLOP per byte',
  },
  {
    label: 'VC dimension',
    explanation: "Of one class's half-space with the trunk frozen. GAP: C + 1. FC: CHW + 1.",
    of: ({ vcDimension }) => vcDimension,
    format: formatCount,
    unit: '(one class, trunk frozen)',
  },
];

/** The variants side by side; bars of one row share a scale that starts at 0. */
export function comparisonTemplate(app: App, variants: readonly Variant[]): TemplateResult {
  return html`<table class="comparison">
    <thead>
      <tr>
        <td></td>
        ${variants.map(
          ({ title, isOwn }) =>
            html`<th scope="col">${title} ${isOwn ? html`<span class="own">your model</span>` : nothing}</th>`,
        )}
      </tr>
    </thead>
    <tbody>
      ${ROWS.map((row) => rowTemplate(app, row, variants))}
    </tbody>
  </table>`;
}

function rowTemplate(app: App, row: Row, variants: readonly Variant[]): TemplateResult {
  const most = Math.max(...variants.map(({ cost }) => row.of(cost) ?? 0));
  return html`<tr>
    <th scope="row" title=${row.explanation}>${row.label}<span class="visually-hidden">: ${row.explanation}</span></th>
    ${variants.map(({ name, title, cost, isOwn }) => {
      const value = row.of(cost);
      return html`<td>
        ${
          value === null
            ? html`<span class="muted" title="Defined for linear heads only">not linear</span>`
            : html`${figureTemplate(app, {
                label: `${row.label}, ${title}`,
                text: row.format(value),
                exact: `${formatExact(value)} ${row.unit}`,
                value,
                provenance: 'derived',
              })}
              ${bar(value / most, `scale-bar scale-${name}${isOwn ? ' scale-own' : ''}`)}`
        }
      </td>`;
    })}
  </tr>`;
}

/** `share` of the row's largest value, as a length. */
function bar(share: number, className: string): TemplateResult {
  const width = Number.isFinite(share) ? Math.max(0.4, share * 100) : 0;
  return html`<svg class="scale" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
    <rect class=${className} width=${width} height="6"></rect>
  </svg>`;
}
