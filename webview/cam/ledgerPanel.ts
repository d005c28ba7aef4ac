import { scaleLinear } from 'd3';
import { html, nothing, svg } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { Certificate } from '../../src/protocol/explanation';
import type { ScoreName } from '../../src/protocol/scoreName';
import { nameScoreOf, speakOf } from '../../src/protocol/scoreName';
import type { CamActions } from './camActions';
import { formatNumber, formatSigned } from './formatNumber';
import { summarizeLedger } from './ledger';
import type { LedgerRow } from './ledger';
import type { ShownExactMap } from './scene';

/** Channels named on each side of the sum. */
const NAMED_CHANNELS = 4;

const ROUNDING_NOTE =
  '. The model rounds between the feature map and the logit (quantised or 16-bit numbers); the map is of the sum before that.';

/** The sum that makes the logit, as a table whose rows are also the steps of a waterfall. */
export function ledgerPanel(
  shown: ShownExactMap,
  reason: string | null,
  isContrast: boolean,
  actions: CamActions,
): TemplateResult {
  const rows = summarizeLedger(shown.evidence, NAMED_CHANNELS);
  const ends = rows.flatMap(({ from, to }) => [from, to]).filter(Number.isFinite);
  const place = scaleLinear([Math.min(0, ...ends), Math.max(0, ...ends)], [0, 100]);
  const score = nameScoreOf(shown.explanation);
  const title = isContrast ? 'What makes the difference of the logits' : 'What makes the logit';
  return html`<section class="cam-panel" aria-labelledby="cam-ledger-title">
    <h2 id="cam-ledger-title">${speakOf(score, title)}</h2>
    ${certificate(shown.evidence.certificate, reason, score)}
    <table class="cam-ledger">
      <thead class="cam-hidden">
        <tr>
          <th scope="col">Term</th>
          <th scope="col">Running sum</th>
          <th scope="col">${speakOf(score, 'Logits')}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => ledgerRow({ ...row, label: speakOf(score, row.label) }, place, shown.channel, actions))}
      </tbody>
    </table>
  </section>`;
}

/** "Adds up" or not, with the numbers. */
function certificate(
  { holds, residual, value, bias, logit, aggregate, tolerance }: Certificate,
  reason: string | null,
  score: ScoreName,
): TemplateResult {
  const sum = `${aggregate} of the map ${formatNumber(value)} + bias ${formatNumber(bias)} − ${score} ${formatNumber(logit)}`;
  const within = holds && tolerance !== undefined ? ' within the model’s own rounding' : '';
  const allowed = tolerance === undefined ? '' : `, allowed ${formatNumber(tolerance)}`;
  return html`<p
    class="cam-certificate"
    data-holds=${holds}
    role="status"
    title="${sum}${tolerance === undefined ? '' : speakOf(score, ROUNDING_NOTE)}"
  >
    <span class="cam-certificate-sign" aria-hidden="true">${holds ? '✓' : '✗'}</span>
    ${holds ? 'Adds up' : 'Does not add up'}${within}: residual ${formatNumber(residual)}${allowed}
    ${holds ? nothing : html`<span class="cam-certificate-reason">${reason ?? `The ${sum} should be 0: ${explainResidual(score, tolerance !== undefined)}.`}</span>`}
  </p>`;
}

/** `isRounded`: the model computes in fewer bits, whose range ends early: quantised to 8 bits, or float16. */
function explainResidual(score: ScoreName, isRounded: boolean): string {
  const between = `something between the feature map and the ${score} is not linear`;
  return isRounded
    ? `${between}, a number is not finite, or one is beyond the range of its type and was cut off there`
    : `${between}, or a number is not finite`;
}

function ledgerRow(
  row: LedgerRow,
  place: (value: number) => number,
  selected: number | null,
  actions: CamActions,
): TemplateResult {
  const { channel } = row;
  return html`<tr
    class="cam-ledger-${row.kind}"
    aria-current=${channel !== null && channel === selected ? 'true' : nothing}
  >
    <th scope="row">
      ${
        channel === null
          ? row.label
          : html`<button
              class="cam-link"
              title="Show this channel's map"
              @click=${() => actions.choose({ selectedChannel: channel === selected ? null : channel })}
            >
              ${row.label}
            </button>`
      }
    </th>
    <td class="cam-waterfall"><svg width="100%" height="14" aria-hidden="true">${bar(row, place)}</svg></td>
    <td class="cam-figure">${formatSigned(row.value)}</td>
  </tr>`;
}

function bar({ kind, value, from, to }: LedgerRow, place: (value: number) => number): TemplateResult | typeof nothing {
  if (!Number.isFinite(from) || !Number.isFinite(to)) {
    return nothing;
  }
  const [left, right] = [place(Math.min(from, to)), place(Math.max(from, to))];
  const className = kind === 'logit' ? 'cam-bar-total' : value < 0 ? 'cam-bar-against' : 'cam-bar-for';
  return svg`<line class="cam-zero" x1="${place(0)}%" x2="${place(0)}%" y1="0" y2="14"></line>
    <rect class=${className} x="${left}%" y="2" height="10" width="${Math.max(0.4, right - left)}%"></rect>`;
}
