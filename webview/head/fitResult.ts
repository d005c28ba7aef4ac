import { html, type TemplateResult } from 'lit/html.js';
import type { HeadFit, HeadFitReport } from '../../src/protocol/headFit';
import type { App } from '../app';
import { formatCount, formatExact, formatMilliseconds, formatShare, formatSignificant } from '../quantity';
import { figureTemplate } from '../summary/figure';
import { skippedTemplate } from './skipped';
import { confusionTemplate } from './confusionMatrix';

const STATUS: Readonly<Record<HeadFit['status'], string>> = {
  converged: 'converged',
  exhausted: 'not converged: most iterations reached',
  stalled: 'as far as rounding allows',
};

/** How good the fitted heads are: accuracies as bars, figures, and which classes are taken for which. */
export function fitResultTemplate(app: App, report: HeadFitReport): TemplateResult {
  const { heads, images, classes, featureMap } = report;
  const { channels, height, width } = featureMap;
  const { skipped, computed, reused } = images;
  return html`<p>
      ${formatExact(classes.length)} classes${report.isMultiLabel ? ', several per image' : ''};
      ${formatExact(images.train)} images to fit, ${formatExact(images.validation)} held out (seed
      ${report.split.seed}); features ${channels}×${height}×${width}, ${formatExact(computed)} computed,
      ${formatExact(reused)} known from an earlier run.
    </p>
    ${skippedTemplate(skipped)} ${barsTemplate(heads)} ${figuresTemplate(app, heads)}
    <div class="confusions">${heads.map((fit) => confusionTemplate(fit, classes))}</div>`;
}

const BARS = { gap: 'fit-pooled', fc: 'fit-fc' } as const;

/** Training and validation accuracy of each head: the gap between the two bars is the overfitting. */
function barsTemplate(heads: readonly HeadFit[]): TemplateResult {
  const bar = (name: string, share: number, className: string) =>
    html`<span class="fit-bar-name">${name}</span>
      <svg class="fit-bar ${className}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect class="fit-bar-all" width="100" height="6"></rect>
        <rect class="fit-bar-share" width=${100 * share} height="6"></rect>
      </svg>
      <span class="weight-value">${formatShare(share)}</span>`;
  return html`<h3>Accuracy, to fit and held out</h3>
    <div class="fit-bars">
      ${heads.map(
        ({ kind, train, validation }) =>
          html`<div class="fit-bar-group" role="group" aria-label="${kind.toUpperCase()} head">
            <b>${kind.toUpperCase()}</b>
            ${bar('training', train.accuracy, `${BARS[kind]} fit-train`)}
            ${bar('validation', validation.accuracy, BARS[kind])}
            <span class="muted fit-gap"
              >${formatSignificant(100 * (train.accuracy - validation.accuracy), 3)} points apart</span
            >
          </div>`,
      )}
    </div>`;
}

interface Row {
  readonly label: string;
  readonly hint: string;
  readonly unit: string;
  readonly read: (fit: HeadFit) => number;
  readonly format: (value: number) => string;
  /** null: a choice, not a finding. */
  readonly provenance: 'derived' | 'measured' | null;
}

const seconds = (value: number): string => formatMilliseconds(1000 * value);
const precise = (value: number): string => formatSignificant(value, 4);

const ROWS: readonly Row[] = [
  row('Training accuracy', 'Of the images fitted to', '', ({ train }) => train.accuracy, formatShare),
  row('Validation accuracy', 'Of the images held out', '', ({ validation }) => validation.accuracy, formatShare),
  row('Training loss', 'Mean cross-entropy', 'nats', ({ train }) => train.loss, precise),
  row('Validation loss', 'Mean cross-entropy', 'nats', ({ validation }) => validation.loss, precise),
  row('Objective', 'Loss and penalty, what was minimised', 'nats', ({ objective }) => objective, precise),
  row('Parameters', 'K(C+1) or K(CHW+1)', 'parameters', ({ parameters }) => parameters, formatCount, 'derived'),
  row(
    'Parameters per image',
    'Of those fitted to',
    '',
    ({ parametersPerImage }) => parametersPerImage,
    formatCount,
    'derived',
  ),
  row('Penalty', 'scikit-learn’s 1/C', '', ({ penalty }) => penalty, precise, null),
  row(
    'Calibration error',
    'ECE on the images held out (Guo et al. 2017)',
    '',
    ({ calibration }) => calibration.error,
    formatShare,
  ),
  row('Iterations', 'Of L-BFGS', 'iterations', ({ iterations }) => iterations, formatExact),
  row('Time', 'Of the last fit', 'seconds', (fit) => fit.seconds, seconds),
];

function row(
  label: string,
  hint: string,
  unit: string,
  read: Row['read'],
  format: Row['format'],
  provenance: Row['provenance'] = 'measured',
): Row {
  return { label, hint, unit, read, format, provenance };
}

function figuresTemplate(app: App, heads: readonly HeadFit[]): TemplateResult {
  return html`<div class="head-table-scroller">
    <table class="head-table fit-table">
      <thead>
        <tr>
          <th scope="col">Fitted head</th>
          ${heads.map(({ kind, status }) => html`<th scope="col">${kind.toUpperCase()} <span class="muted">${STATUS[status]}</span></th>`)}
        </tr>
      </thead>
      <tbody>
        ${ROWS.map(
          ({ label, hint, unit, read, format, provenance }) =>
            html`<tr>
              <th scope="row">${label}<span class="head-source">${hint}</span></th>
              ${heads.map((fit) => {
                const value = read(fit);
                if (provenance === null) {
                  const origin = fit.penaltyPath === null ? 'as given' : 'by cross-validation';
                  return html`<td>${format(value)} <span class="muted">${origin}</span></td>`;
                }
                const exact = `${formatExact(value)} ${unit}`.trim();
                const name = `${label}, ${fit.kind.toUpperCase()}`;
                return html`<td>
                  ${figureTemplate(app, { label: name, text: format(value), exact, value, provenance })}
                </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
