import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { HeadDesign } from '../../src/protocol/headFormulas';
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

/** A figure of both heads. */
interface CostRow {
  readonly label: string;
  readonly explanation: string;
  /** Per image and head. */
  readonly formulas: Readonly<Record<HeadDesign, string>>;
  /** Where the formula or the convention stands. */
  readonly source: string;
  readonly of: (cost: HeadCost) => number | null;
  readonly format: (value: number) => string;
  readonly unit: string;
}

export const COST_ROWS: readonly CostRow[] = [
  {
    label: 'Parameters',
    explanation: 'GAP: K(C + 1). FC: K(CHW + 1). Weights and biases.',
    formulas: { gap: 'K(C + 1)', fc: 'K(CHW + 1)' },
    source: 'Lin, Chen and Yan 2014, arXiv 1312.4400, section 3.2',
    of: ({ parameters }) => parameters,
    format: formatCount,
    unit: 'parameters',
  },
  {
    label: 'Memory',
    explanation: 'Bytes of the parameters as the file stores them.',
    formulas: { gap: 'bytes per weight · K(C + 1)', fc: 'bytes per weight · K(CHW + 1)' },
    source: 'element type of the stored weights',
    of: ({ bytes }) => bytes,
    format: formatBytes,
    unit: 'bytes',
  },
  {
    label: 'MAC per image',
    explanation: 'Multiply-accumulates of the linear layers. GAP: K·C. FC: K·C·H·W.',
    formulas: { gap: 'K·C', fc: 'K·C·H·W' },
    source: 'one for each weight',
    of: ({ macs }) => macs,
    format: formatCount,
    unit: 'MAC',
  },
  {
    label: 'FLOP per image',
    explanation: 'Two for each multiply-accumulate, plus the adds and divides of pooling.',
    formulas: { gap: '2KC + (CHW − C) + C', fc: '2KCHW' },
    source: 'two for each MAC, plus the adds and divides of pooling',
    of: ({ flops }) => flops,
    format: formatCount,
    unit: 'FLOP',
  },
  {
    label: 'Arithmetic intensity',
    explanation: 'FLOP per byte moved at batch 1: weights, input and output once. Below about 10, memory is the limit.',
    formulas: { gap: 'b·FLOP / bytes moved', fc: 'b·FLOP / bytes moved' },
    source: 'Williams, Waterman and Patterson, CACM 2009: weights, input and output moved once',
    of: ({ arithmeticIntensity }) => arithmeticIntensity,
    format: (value) => `${formatSignificant(value, 3)} FLOP/B`,
    unit: 'FLOP per byte',
  },
  {
    label: 'VC dimension',
    explanation: "Of one class's half-space with the trunk frozen. GAP: C + 1. FC: CHW + 1.",
    formulas: { gap: 'C + 1', fc: 'CHW + 1' },
    source: 'one class against the rest, trunk frozen: Shalev-Shwartz and Ben-David 2014, theorem 9.3',
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
      ${COST_ROWS.map((row) => rowTemplate(app, row, variants))}
    </tbody>
  </table>`;
}

function rowTemplate(app: App, row: CostRow, variants: readonly Variant[]): TemplateResult {
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
