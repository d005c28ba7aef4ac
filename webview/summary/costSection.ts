import { html, render } from 'lit/html.js';
import type { ModelReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { formatExact, formatShare } from '../quantity';
import { findHeadLayers, METRICS, toCostByDepth, toCostByType, type MetricName, type TypeCost } from './cost';
import { drawDepthChart } from './depthChart';
import { provenanceTemplate } from './figure';
import { createTooltip } from './tooltip';
import { drawTypeChart } from './typeChart';
import { metricSegments } from './metricSegments';

export interface CostSection {
  readonly element: HTMLElement;
  draw(report: ModelReport): void;
}

/** Where the cost is: by kind of layer, and by depth. */
export function createCostSection(app: App): CostSection {
  const element = document.createElement('section');
  element.className = 'card costs';
  element.setAttribute('aria-label', 'Costs');
  const heading = element.appendChild(document.createElement('div'));
  heading.className = 'card-heading';
  const charts = element.appendChild(document.createElement('div'));
  charts.className = 'charts';
  const table = element.appendChild(document.createElement('div'));
  const typeSvg = createChart(charts, 'By layer type');
  const depthSvg = createChart(charts, 'By depth');
  const tip = createTooltip(charts);
  let metric: MetricName = 'macs';
  let shown: ModelReport | null = null;

  function redraw(report: ModelReport): void {
    const head = findHeadLayers(report);
    const byType = toCostByType(report.layers, metric);
    drawTypeChart(typeSvg, byType, metric, tip);
    drawDepthChart(depthSvg, toCostByDepth(report.layers, head, metric), metric, tip, ({ first }) => {
      app.choose({ view: 'graph', selectedLayer: first.index });
    });
    render(tableTemplate(byType, metric), table);
    render(
      html`<h2>Costs</h2>
        ${provenanceTemplate('derived')}
        ${metricSegments(METRICS, metric, (name) => {
          metric = name;
          redraw(report);
        })}`,
      heading,
    );
  }
  return {
    element,
    draw(report) {
      if (report !== shown) {
        shown = report;
        redraw(report);
      }
    },
  };
}

function createChart(parent: HTMLElement, title: string): SVGSVGElement {
  const figure = parent.appendChild(document.createElement('figure'));
  figure.className = 'chart';
  const caption = figure.appendChild(document.createElement('figcaption'));
  caption.textContent = title;
  return figure.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
}

function tableTemplate(costs: readonly TypeCost[], metric: MetricName): unknown {
  return html`<details class="details">
    <summary>Costs by layer type as a table</summary>
    <table class="values">
      <thead>
        <tr>
          <th scope="col">Operator</th>
          <th scope="col">Layers</th>
          <th scope="col">${METRICS[metric].title}</th>
          <th scope="col">Share</th>
        </tr>
      </thead>
      <tbody>
        ${costs.map(
          ({ opType, layers, cost, share }) =>
            html`<tr>
              <th scope="row">${opType}</th>
              <td class="number">${formatExact(layers)}</td>
              <td class="number">${formatExact(cost)}</td>
              <td class="number">${formatShare(share)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}
