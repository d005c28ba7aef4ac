import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { ModelReport } from '../../src/protocol/modelReport';
import type { AppState, CreateView } from '../app';
import type { DetailsByLayer } from '../detailsByLayer';
import { fetchModelDetails } from '../modelDetails';
import { createCostSection } from './costSection';
import { headSectionTemplate } from './headSection';
import { createLayerTable } from './layerTable';
import { createMeasureSection } from './measureSection';
import { modelCardTemplate } from './modelCard';
import { createShapeForm } from './shapeForm';
import './summary.css';
import { totalsTemplate } from './totals';

/** The model in numbers: what it is, what it costs, and its head. */
export const createSummaryView: CreateView = (app) => {
  const element = document.createElement('section');
  element.className = 'summary-view';
  element.tabIndex = -1;
  element.setAttribute('aria-label', 'Summary');
  const costs = createCostSection(app);
  const measuring = createMeasureSection(app);
  const layers = createLayerTable(app);
  let drawn: ModelReport | null = null;
  let details: DetailsByLayer | null = null;
  let isReported = false;
  const redraw = (): void => {
    if (drawn !== null) {
      render(template(drawn), element);
    }
  };
  const form = createShapeForm(app, redraw);

  function template(report: ModelReport): TemplateResult {
    return html`<div class="summary-page">
      <h1 class="summary-title">${report.file.name}</h1>
      ${warningsTemplate(report.warnings)} ${totalsTemplate(app, report, details)}
      <div class="summary-columns">${headSectionTemplate(app, report)} ${modelCardTemplate(app, report, form)}</div>
      ${costs.element} ${measuring.element} ${layers.element}
    </div>`;
  }

  return {
    element,
    draw(state: AppState) {
      const { report, details: known, measurement } = state;
      if (report === null) {
        return;
      }
      measuring.draw(state);
      layers.draw(report, known, measurement?.status === 'measured' ? measurement.measurement : null);
      if (report === drawn && known === details) {
        return;
      }
      void fetchModelDetails(app);
      drawn = report;
      details = known;
      costs.draw(report);
      redraw();
      if (!isReported) {
        isReported = true;
        requestAnimationFrame(() => app.channel.send({ type: 'drawn', view: 'summary', elapsedMs: performance.now() }));
      }
    },
  };
};

function warningsTemplate(warnings: readonly string[]): TemplateResult | typeof nothing {
  return warnings.length === 0
    ? nothing
    : html`<ul class="warnings" aria-label="Warnings">
        ${warnings.map((warning) => html`<li>${warning}</li>`)}
      </ul>`;
}
