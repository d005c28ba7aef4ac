import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { HeadReport, ModelReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { formatExact, formatSignificant } from '../quantity';
import { figureTemplate } from './figure';
import { comparisonTemplate, toVariants } from './headComparison';
import { headDiagram, type HeadSize } from './headDiagram';
import { formulaTemplate } from './headFormula';
import { HEAD_TITLES, toOwnVariant } from './headText';

/** The head: what it is, what it would be with the other pooling, and what both cost. */
export function headSectionTemplate(app: App, report: ModelReport): TemplateResult {
  const [head, ...others] = report.heads;
  return html`<section class="card head" aria-labelledby="head-title">
    <div class="card-heading">
      <h2 id="head-title">Classification head</h2>
      ${head === undefined ? nothing : exactnessTemplate(head)}
      ${
        head === undefined || head.nodes.length === 0
          ? nothing
          : html`<button class="text-button" @click=${() => showInGraph(app, head)}>Show in Graph</button>`
      }
    </div>
    ${head === undefined ? html`<p>${HEAD_TITLES.none}</p>` : mainHeadTemplate(app, head)}
    ${others.length === 0 ? nothing : othersTemplate(app, others)}
  </section>`;
}

function showInGraph(app: App, { nodes }: HeadReport): void {
  app.choose({ view: 'graph', selectedLayer: nodes[0] ?? null });
}

function exactnessTemplate({ kind, exact }: HeadReport): TemplateResult | typeof nothing {
  if (kind === 'none') {
    return nothing;
  }
  return exact
    ? html`<span class="exact" title="The class activation map adds up to the logit">exact maps</span>`
    : html`<span class="inexact" title="The class activation map does not add up to the logit">approximate maps</span>`;
}

function mainHeadTemplate(app: App, head: HeadReport): TemplateResult {
  const size = toSize(head);
  const variants = toVariants(head);
  return html`<p class="head-kind">${HEAD_TITLES[head.kind]}${activationText(head)}</p>
    ${head.reason === null ? nothing : html`<p class="note">${head.reason}</p>`} ${formulaTemplate(head.kind)}
    ${size === null || head.gap === null || head.fc === null ? nothing : diagramsTemplate(app, head, size)}
    ${variants.length === 0 ? nothing : comparisonTemplate(app, variants)}
    ${
      head.featureMap === null
        ? nothing
        : html`<p class="muted">
            Feature map
            <code>${head.featureMap}</code>${head.logits === null ? '' : html`, logits <code>${head.logits}</code>`}
          </p>`
    }`;
}

function activationText({ activation }: HeadReport): string {
  return activation === null ? '' : `, followed by ${activation === 'logsoftmax' ? 'log-softmax' : activation}`;
}

function toSize({ channels, height, width, classes }: HeadReport): HeadSize | null {
  return channels === null || height === null || width === null || classes === null
    ? null
    : { channels, height, width, classes };
}

function diagramsTemplate(app: App, head: HeadReport, size: HeadSize): TemplateResult {
  const { channels: C, height: H, width: W, classes: K } = size;
  const own = toOwnVariant(head.kind);
  const product = `${formatExact(K)} · (${formatExact(C)}·${H}·${W} + 1)`;
  return html`<div class="head-pictures">
      ${pictureTemplate('gap', 'Global average pooling', own === 'gap', size, html`K(C + 1) = ${formatExact(K)} · (${formatExact(C)} + 1) = <b>${formatExact(K * (C + 1))}</b>`)}
      ${pictureTemplate('fc', 'Fully connected', own === 'fc', size, html`K(CHW + 1) = ${product} = <b>${formatExact(K * (C * H * W + 1))}</b>`)}
    </div>
    ${
      head.ratio === null
        ? nothing
        : html`<p class="ratio">
            The FC head has
            ${figureTemplate(app, {
              label: 'Parameters of FC over parameters of GAP',
              text: `${formatSignificant(head.ratio, 4)} times`,
              exact: `(CHW + 1) / (C + 1) = ${formatExact(head.ratio)}`,
              value: head.ratio,
              provenance: 'derived',
            })}
            the parameters of the GAP head: (CHW + 1) / (C + 1).
          </p>`
    }`;
}

function pictureTemplate(
  variant: 'gap' | 'fc',
  title: string,
  isOwn: boolean,
  size: HeadSize,
  parameters: TemplateResult,
): TemplateResult {
  return html`<figure class="head-picture ${isOwn ? 'head-own' : ''}">
    <figcaption>
      <b>${title}</b>
      ${isOwn ? html`<span class="own">your model</span>` : html`<span class="muted">for comparison</span>`}
    </figcaption>
    ${headDiagram(variant, size)}
    <p class="head-parameters">${parameters} <span class="muted">parameters</span></p>
  </figure>`;
}

function othersTemplate(app: App, heads: readonly HeadReport[]): TemplateResult {
  return html`<h3>Other heads</h3>
    <ul class="other-heads">
      ${heads.map(
        (head) =>
          html`<li>
            <button class="link-button" @click=${() => showInGraph(app, head)}>${HEAD_TITLES[head.kind]}</button>
            <span class="muted">
              ${[
                head.classes === null ? '' : `${formatExact(head.classes)} ${head.classes === 1 ? 'class' : 'classes'}`,
                head.channels === null ? '' : `C×H×W ${head.channels}×${head.height ?? '?'}×${head.width ?? '?'}`,
                head.exact ? 'exact' : (head.reason ?? ''),
              ]
                .filter(Boolean)
                .join(', ')}
            </span>
          </li>`,
      )}
    </ul>`;
}
