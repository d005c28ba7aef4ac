import { html, type TemplateResult } from 'lit/html.js';
import type { ComparisonReport } from '../../src/protocol/comparison';
import type { HeadReport } from '../../src/protocol/modelReport';
import { formatBytes, formatCount, formatExact, formatSignificant } from '../quantity';
import { HEAD_TITLES } from '../summary/headText';

interface Row {
  readonly label: string;
  readonly of: (head: HeadReport) => string | null;
  /** Every digit, where `of` shortens. */
  readonly exact?: (head: HeadReport) => number | null | undefined;
}

const count = (value: number | null | undefined): string | null =>
  value === null || value === undefined ? null : formatCount(value);

const ROWS: readonly Row[] = [
  { label: 'Kind', of: ({ kind }) => HEAD_TITLES[kind] },
  { label: 'Maps add up to the logit', of: ({ exact, kind }) => (kind === 'none' ? null : exact ? 'yes' : 'no') },
  { label: 'Feature map C × H × W', of: describeMap },
  { label: 'Classes K', of: ({ classes }) => count(classes) },
  { label: 'Activation', of: ({ activation }) => activation ?? 'none' },
  { label: 'Parameters', of: ({ parameters }) => count(parameters), exact: ({ parameters }) => parameters },
  { label: 'MAC per image', of: ({ current }) => count(current?.macs), exact: ({ current }) => current?.macs },
  {
    label: 'Memory of the parameters',
    of: ({ current }) => (current === null ? null : formatBytes(current.bytes)),
    exact: ({ current }) => current?.bytes,
  },
  {
    label: 'Arithmetic intensity',
    of: ({ current }) => (current === null ? null : `${formatSignificant(current.arithmeticIntensity, 3)} FLOP/B`),
  },
  {
    label: 'VC dimension (one class)',
    of: ({ current }) => count(current?.vcDimension),
    exact: ({ current }) => current?.vcDimension,
  },
  { label: 'As GAP, K(C + 1)', of: ({ gap }) => count(gap?.parameters), exact: ({ gap }) => gap?.parameters },
  { label: 'As FC, K(CHW + 1)', of: ({ fc }) => count(fc?.parameters), exact: ({ fc }) => fc?.parameters },
  { label: 'FC : GAP', of: ({ ratio }) => (ratio === null ? null : `${formatSignificant(ratio, 4)} : 1`) },
];

/** The main head of each model, fact by fact; what differs is marked. */
export function headsTemplate({ a, b }: ComparisonReport): TemplateResult {
  const pairs = Array.from({ length: Math.max(a.heads.length, b.heads.length) }, (_, index) => index);
  return html`<section class="card" aria-labelledby="heads-title">
    <h2 id="heads-title">Heads</h2>
    ${pairs.map((index) => pairTemplate(a.heads[index] ?? null, b.heads[index] ?? null))}
  </section>`;
}

function pairTemplate(a: HeadReport | null, b: HeadReport | null): TemplateResult {
  return html`<table class="values heads-table">
    <thead>
      <tr>
        <th scope="col"><span class="visually-hidden">Fact</span></th>
        <th scope="col"><span class="side-mark side-a">A</span></th>
        <th scope="col"><span class="side-mark side-b">B</span></th>
      </tr>
    </thead>
    <tbody>
      ${ROWS.map((row) => rowTemplate(row, a, b))}
    </tbody>
  </table>`;
}

function rowTemplate(row: Row, a: HeadReport | null, b: HeadReport | null): TemplateResult {
  const [one, other] = [a, b].map((head) => (head === null ? null : row.of(head)));
  const cell = (head: HeadReport | null, text: string | null): TemplateResult => {
    const exact = (head === null ? null : row.exact?.(head)) ?? null;
    return html`<td title=${exact === null ? '' : formatExact(exact)}>
      ${text ?? html`<span class="muted">–</span>`}
    </td>`;
  };
  const differs = one !== other;
  return html`<tr class=${differs ? 'differs' : ''}>
    <th scope="row">
      ${row.label}${differs ? html`<span class="status status-changed" title="differs">~</span>` : ''}
    </th>
    ${cell(a, one)} ${cell(b, other)}
  </tr>`;
}

function describeMap({ channels, height, width }: HeadReport): string | null {
  return channels === null ? null : `${channels} × ${height ?? '?'} × ${width ?? '?'}`;
}
