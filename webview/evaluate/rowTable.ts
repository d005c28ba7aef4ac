import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { EvaluationReport, EvaluationRow, MetricDescription } from '../../src/protocol/evaluation';
import { createRowScroller } from '../rowScroller';
import type { EvaluationApp, EvaluationState } from './evaluationApp';
import { nameClass, nameMethod } from './evaluationApp';
import { rowFilters } from './rowFilters';
import { arrangeRows } from './rowOrder';
import { sparklineTemplate } from './sparkline';
import { ARROWS } from './summaryTable';

const ROW_HEIGHT = 28;

/** Every method, image and class in one order; only rows in view exist. */
export function createRowTable(app: EvaluationApp): { readonly element: HTMLElement; draw(): void } {
  const element = document.createElement('section');
  element.className = 'card';
  element.setAttribute('aria-labelledby', 'evaluation-rows');
  const heading = element.appendChild(document.createElement('div'));
  heading.className = 'card-heading';
  const options = { className: 'layer-scroller evaluation-scroller', label: 'Maps', rowHeight: ROW_HEIGHT };
  const scroller = createRowScroller(options, () => drawRows());
  element.append(scroller.element);
  let rows: readonly EvaluationRow[] = [];
  let arranged: readonly unknown[] = [];

  /** Sorts again only when something of it changed: typing and progress redraw the page often. */
  function arrange({ setup, report, order, filter }: EvaluationState): void {
    const now = [setup, report?.rows, order, filter];
    if (now.some((each, index) => each !== arranged[index])) {
      arranged = now;
      rows = arrangeRows({ setup, report, order, filter });
    }
  }

  function drawRows(): void {
    const { report, order } = app.state;
    if (report === null) {
      return;
    }
    const metrics = listColumns(report);
    scroller.draw({
      rows,
      columns: 4 + metrics.length,
      rowTemplate: (row, index) => rowTemplate(app, row, metrics, index),
      tableTemplate: (body) =>
        html`<table class="layer-table evaluation-rows" aria-rowcount=${rows.length + 1}>
          ${headTemplate(app, metrics, order)} ${body}
        </table>`,
    });
  }

  return {
    element,
    draw() {
      element.hidden = app.state.report === null;
      arrange(app.state);
      render(headingTemplate(app, rows.length), heading);
      drawRows();
    },
  };
}

/** A figure of the whole set has no column among the rows. */
function listColumns({ metrics, rows }: EvaluationReport): readonly MetricDescription[] {
  return metrics.filter(({ id }) => rows.length === 0 || rows.some(({ values }) => (values[id] ?? null) !== null));
}

function headingTemplate(app: EvaluationApp, shown: number): TemplateResult {
  const all = app.state.report?.rows.length ?? 0;
  return html`<h2 id="evaluation-rows">Maps</h2>
    <span class="muted">${shown === all ? all : `${shown} of ${all}`}</span>
    ${rowFilters(app)}`;
}

function headTemplate(
  app: EvaluationApp,
  metrics: readonly MetricDescription[],
  order: EvaluationState['order'],
): TemplateResult {
  const columns = [
    { id: 'image', name: 'Image', hint: '' },
    { id: 'method', name: 'Method', hint: '' },
    { id: 'class', name: 'Class', hint: '' },
    ...metrics.map(({ id, name, formula, better }) => ({
      id,
      name: `${name}\u00a0${ARROWS[better]}`,
      hint: `${formula}.`,
    })),
  ];
  const sortBy = (column: string): void => {
    app.update({ order: { column, descending: order.column === column && !order.descending } });
  };
  return html`<thead>
    <tr>
      ${columns.map(({ id, name, hint }, index) => {
        const isSorted = order.column === id;
        const direction = isSorted ? (order.descending ? 'descending' : 'ascending') : 'none';
        return html`<th scope="col" class=${index < 3 ? '' : 'number'} aria-sort=${direction} title=${hint}>
          <button class="column" @click=${() => sortBy(id)}>
            ${name}<span aria-hidden="true">${isSorted ? (order.descending ? '\u00a0▼' : '\u00a0▲') : ''}</span>
          </button>
        </th>`;
      })}
      <th scope="col">Remark</th>
    </tr>
  </thead>`;
}

function rowTemplate(
  app: EvaluationApp,
  row: EvaluationRow,
  metrics: readonly MetricDescription[],
  position: number,
): TemplateResult {
  const { image, method, classIndex, values, curves, remark } = row;
  const show = (): void => void app.channel.request('showMap', { image, method, classIndex }).catch(() => undefined);
  return html`<tr aria-rowindex=${position + 2} @click=${show}>
    <th scope="row"><button class="link-button" title="Show this map of ${image} in the CAM view">${image}</button></th>
    <td>${nameMethod(app.state.setup, method)}</td>
    <td title="Class ${classIndex}">${nameClass(row)}</td>
    ${metrics.map(
      ({ id, name }) =>
        html`<td class="number" title=${values[id] ?? 'no value'}>
          ${id in curves ? sparklineTemplate(curves[id], name) : nothing} ${values[id]?.toFixed(3) ?? '–'}
        </td>`,
    )}
    <td class="evaluation-remark" title=${remark ?? ''}>${remark}</td>
  </tr>`;
}
