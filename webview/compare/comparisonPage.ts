import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { ComparisonReport } from '../../src/protocol/comparison';
import type { Failure } from '../../src/protocol/messages';
import type { ComparisonApp, ComparisonState } from './comparisonApp';
import { createCostComparison } from './costComparison';
import { fieldsTemplate } from './fieldsSection';
import { headsTemplate } from './headsSection';
import { createLayerList } from './layerList';
import { totalsTemplate } from './totalsSection';
import type { WeightActions } from './weightActions';
import { weightsTemplate } from './weightsSection';

/** The page of a comparison: both models' figures, their layers side by side, heads, costs, and what the files say. */
export function createComparisonPage(
  app: ComparisonApp,
  actions: WeightActions,
  root: HTMLElement,
): { draw(state: ComparisonState): void } {
  root.className = 'comparison-root';
  const layers = createLayerList(app, actions);
  const costs = createCostComparison();
  let drawn: ComparisonReport | null = null;

  function pageTemplate(report: ComparisonReport, state: ComparisonState): TemplateResult {
    return html`<main class="summary-view comparison-view" aria-label="Comparison">
      <div class="summary-page comparison-page">
        ${titleTemplate(app, report)} ${totalsTemplate(app, report, state)} ${weightsTemplate(state, actions)}
        ${layers.element} ${headsTemplate(report)} ${costs.element} ${fieldsTemplate(report)}
        ${warningsTemplate(report)}
      </div>
    </main>`;
  }

  return {
    draw(state) {
      const { report, failure } = state;
      if (report === null) {
        render(failure === null ? waitingTemplate() : failureTemplate(app, failure), root);
        return;
      }
      render(pageTemplate(report, state), root);
      layers.draw(state);
      if (report !== drawn) {
        drawn = report;
        costs.draw(report);
        requestAnimationFrame(() => app.channel.send({ type: 'drawn', elapsedMs: performance.now() }));
      }
    },
  };
}

function titleTemplate(app: ComparisonApp, { a, b }: ComparisonReport): TemplateResult {
  const side = (model: 'a' | 'b', { file }: ComparisonReport['a']): TemplateResult =>
    html`<span class="side">
      <span class="side-mark side-${model}">${model.toUpperCase()}</span>
      <button
        class="link-button side-name"
        title="Open ${file.path}"
        @click=${() => void app.channel.request('openModel', { model })}
      >
        ${file.name}
      </button>
    </span>`;
  return html`<header class="comparison-title">
    <h1 class="visually-hidden">${a.file.name} compared with ${b.file.name}</h1>
    ${side('a', a)} <span aria-hidden="true">↔</span> ${side('b', b)}
    <button class="text-button" title="Let A and B change places" @click=${() => void app.channel.request('swap', {})}>
      Swap
    </button>
  </header>`;
}

function waitingTemplate(): TemplateResult {
  return html`<div class="message-page" role="status">
    <vscode-progress-ring></vscode-progress-ring>
    <p class="message-text">Reading both models…</p>
  </div>`;
}

function failureTemplate(app: ComparisonApp, failure: Failure): TemplateResult {
  return html`<section class="message-page" role="alert">
    <h1>These models could not be compared</h1>
    <p class="message-text">${failure.message}</p>
    <div class="message-actions">
      <vscode-button @click=${() => retry(app)}>Try Again</vscode-button>
      <vscode-button appearance="secondary" @click=${() => void app.channel.request('showLog', {})}>
        Show Log
      </vscode-button>
    </div>
  </section>`;
}

function retry(app: ComparisonApp): void {
  app.update({ failure: null });
  void app.channel.request('reload', {});
}

function warningsTemplate({ a, b }: ComparisonReport): TemplateResult | typeof nothing {
  const warnings = [a, b].flatMap(({ file, warnings }) => warnings.map((text) => `${file.name}: ${text}`));
  return warnings.length === 0
    ? nothing
    : html`<ul class="warnings" aria-label="Warnings">
        ${warnings.map((text) => html`<li>${text}</li>`)}
      </ul>`;
}
