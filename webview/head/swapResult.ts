import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { SwapImage, SwapProposal, SwapSide } from '../../src/protocol/headSwap';
import type { App } from '../app';
import { toClassLabel } from '../cam/classLabels';
import { formatNumber } from '../cam/formatNumber';
import { formatBytes, formatCount, formatExact, formatShare, formatSignificant } from '../quantity';
import { figureTemplate } from '../summary/figure';
import { skippedTemplate } from './skipped';
import { HEAD_TITLES } from '../summary/headText';

/** Of all images compared, so many are listed, the worst first. */
const LISTED = 20;

/** What a swap would change: cost before and after, and how the logits agree. */
export function swapResultTemplate(app: App, proposal: SwapProposal, labels: readonly string[] | null): TemplateResult {
  const { notes, errors, images } = proposal;
  return html`${costTemplate(app, proposal)} ${agreementTemplate(app, proposal)}
  ${notes.map((note) => html`<p class="note">${note}</p>`)} ${skippedTemplate(errors)}
  ${images.length === 0 ? nothing : imagesTemplate(images, labels)}`;
}

function costTemplate(app: App, { before, after }: SwapProposal): TemplateResult {
  const row = (
    label: string,
    read: (side: SwapSide) => number | null,
    format: (value: number) => string,
    unit: string,
  ) => {
    const cell = (side: SwapSide, which: string) => {
      const value = read(side);
      return value === null
        ? '—'
        : figureTemplate(app, {
            label: `${label} ${which}`,
            text: format(value),
            exact: `${formatExact(value)} ${unit}`,
            value,
            provenance: 'derived',
          });
    };
    return html`<tr>
      <th scope="row">${label}</th>
      <td>${cell(before, 'before')}</td>
      <td>${cell(after, 'after')}</td>
    </tr>`;
  };
  return html`<div class="head-table-scroller">
    <table class="head-table swap-table">
      <thead>
        <tr>
          <th scope="col">Head</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">Kind</th>
          <td>${HEAD_TITLES[before.kind]}</td>
          <td>${HEAD_TITLES[after.kind]}</td>
        </tr>
        ${row('Classes', ({ classes }) => classes, formatExact, 'classes')}
        ${row('Parameters', ({ parameters }) => parameters, formatCount, 'parameters')}
        ${row('Bytes', ({ bytes }) => bytes, formatBytes, 'bytes')}
        ${row('MAC per image', ({ macs }) => macs, formatCount, 'MAC')}
      </tbody>
    </table>
  </div>`;
}

function agreementTemplate(app: App, { agreement, residual, ridge }: SwapProposal): TemplateResult {
  const fact = (
    label: string,
    hint: string,
    text: string,
    value: number,
    provenance: 'derived' | 'measured' | 'estimated',
  ) =>
    html`<div>
      <dt title=${hint}>${label}</dt>
      <dd>${figureTemplate(app, { label, text, exact: formatExact(value), value, provenance })}</dd>
    </div>`;
  return html`<dl class="measured-facts">
      ${residual === null ? nothing : fact('Residual ‖W − V‖/‖W‖', 'Between old and new weights in fully connected form', formatSignificant(residual, 4), residual, 'derived')}
      ${ridge === null ? nothing : fact('Ridge', 'Chosen by leave-one-out', formatSignificant(ridge, 4), ridge, 'estimated')}
      ${
        agreement === null
          ? nothing
          : html`${fact('Top-1 agreement', 'Share of the images whose first class stays', formatShare(agreement.top1), agreement.top1, agreement.provenance)}
            ${agreement.meanCorrelation === null ? nothing : fact('Logit correlation', 'Pearson’s r over the classes, mean over the images', formatSignificant(agreement.meanCorrelation, 5), agreement.meanCorrelation, agreement.provenance)}
            ${fact('Largest logit difference', 'Over all images and classes', formatSignificant(agreement.maxAbsLogitDifference, 4), agreement.maxAbsLogitDifference, agreement.provenance)}`
      }
    </dl>
    <p class="muted">
      ${
        agreement === null
          ? 'Not compared on images: add some in the CAM view or choose a folder to see how the logits agree.'
          : `On ${formatExact(agreement.images)} ${agreement.images === 1 ? 'image' : 'images'}, ${agreement.provenance === 'estimated' ? 'each judged by a head that was fitted without it (leave-one-out).' : 'each run through the model with both heads.'}`
      }
    </p>`;
}

function imagesTemplate(images: readonly SwapImage[], labels: readonly string[] | null): TemplateResult {
  const left = images.length - LISTED;
  return html`<h3>Images, the worst first</h3>
    <div class="head-table-scroller" tabindex="0" role="group" aria-label="Images, the worst first">
      <table class="head-table swap-images">
        <thead>
          <tr>
            <th scope="col">Image</th>
            <th scope="col">Top-1 before</th>
            <th scope="col">Top-1 after</th>
            <th scope="col" class="number">Largest difference</th>
            <th scope="col" class="number">Correlation</th>
          </tr>
        </thead>
        <tbody>
          ${images.slice(0, LISTED).map(
            ({ image, top1Before, top1After, maxAbsLogitDifference, correlation }) =>
              html`<tr class=${top1Before === top1After ? '' : 'changed'}>
                <th scope="row" title=${image}>${toFileName(image)}</th>
                <td>${toClassLabel(labels, top1Before)}</td>
                <td>${toClassLabel(labels, top1After)}${top1Before === top1After ? '' : html` <b>changed</b>`}</td>
                <td class="number">${formatNumber(maxAbsLogitDifference)}</td>
                <td class="number">${correlation === null ? '—' : formatNumber(correlation)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${left > 0 ? html`<p class="muted">${formatExact(left)} more differ less.</p>` : nothing}`;
}

/** Of a path of either kind of system. */
export function toFileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
