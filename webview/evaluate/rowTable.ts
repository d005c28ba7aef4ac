import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { EvaluationRow, MetricDescription } from '../../src/protocol/evaluation';
import { toEvaluationCsv } from '../../src/protocol/evaluationCsv';
import type { EvaluationApp } from './evaluationApp';
import { arrangeRows } from './evaluationApp';
import { sparklineTemplate } from './sparkline';

const ROW_HEIGHT = 28;
/** Rows drawn above and below those in view. */
const OVERSCAN = 10;

/** Every method, image and class in one order; only rows in view exist. */
export function createRowTable(app: EvaluationApp): { readonly element: HTMLElement; draw(): void } {
  const element = document.createElement('section');
  element.className = 'card';
  element.setAttribute('aria-labelledby', 'evaluation-rows');
  const heading = element.appendChild(document.createElement('div'));
  heading.className = 'card-heading';
  const scroller = element.appendChild(document.createElement('div'));
  scroller.className = 'layer-scroller evaluation-scroller';
  scroller.tabIndex = 0;
  scroller.setAttribute('role', 'group');
  scroller.setAttribute('aria-label', 'Maps');
  let rows: readonly EvaluationRow[] = [];

  function drawRows(): void {
    const { report, order } = app.state;
    if (report === null) {
      return;
    }
    const first = Math.max(0, Math.floor(scroller.scrollTop / ROW_HEIGHT) - OVERSCAN);
    const shown = rows.slice(first, first + Math.ceil((scroller.clientHeight || 400) / ROW_HEIGHT) + 2 * OVERSCAN);
    const columns = 4 + report.metrics.length;
    render(
      html`<table class="layer-table" aria-rowcount=${rows.length + 1}>
        ${headTemplate(app, report.metrics, order)}
        <tbody>
          ${spacer(first, columns)} ${shown.map((row, offset) => rowTemplate(row, report.metrics, first + offset))}
          ${spacer(rows.length - first - shown.length, columns)}
        </tbody>
      </table>`,
      scroller,
    );
    for (const space of scroller.querySelectorAll<HTMLElement>('.spacer > td')) {
      space.style.height = `${Number(space.dataset['rows']) * ROW_HEIGHT}px`;
    }
  }

  let frame = 0;
  scroller.addEventListener('scroll', () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(drawRows);
  });
  return {
    element,
    draw() {
      element.hidden = app.state.report === null;
      rows = arrangeRows(app.state);
      render(headingTemplate(app, rows.length), heading);
      drawRows();
    },
  };
}

function headingTemplate(app: EvaluationApp, shown: number): TemplateResult {
  const save = (kind: 'csv' | 'json'): void => {
    const { report, setup } = app.state;
    if (report !== null) {
      const text = kind === 'csv' ? toEvaluationCsv(report) : JSON.stringify(report);
      const name = `${(setup?.model ?? 'model').replace(/\.onnx$/i, '')}-evaluation.${kind}`;
      void app.channel.request('saveFile', { name, bytes: new TextEncoder().encode(text) });
    }
  };
  return html`<h2 id="evaluation-rows">Maps</h2>
    <span class="muted" role="status">${shown}</span>
    <input
      class="input"
      type="search"
      placeholder="Find"
      aria-label="Find maps by image, method or class"
      .value=${app.state.search}
      @input=${(event: Event) => app.update({ search: (event.target as HTMLInputElement).value })}
    />
    <button class="text-button" @click=${() => save('csv')}>Save CSV…</button>
    <button class="text-button" @click=${() => save('json')}>Save JSON…</button>`;
}

function headTemplate(
  app: EvaluationApp,
  metrics: readonly MetricDescription[],
  order: EvaluationApp['state']['order'],
): TemplateResult {
  const columns = [
    { id: 'image', name: 'Image' },
    { id: 'method', name: 'Method' },
    { id: 'class', name: 'Class' },
    ...metrics,
  ];
  const sortBy = (column: string): void => {
    const isSame = order.column === column;
    app.update({ order: { column, descending: isSame ? !order.descending : false } });
  };
  return html`<thead>
    <tr>
      ${columns.map(({ id, name }) => {
        const isSorted = order.column === id;
        const direction = isSorted ? (order.descending ? 'descending' : 'ascending') : 'none';
        return html`<th scope="col" aria-sort=${direction}>
          <button class="column" @click=${() => sortBy(id)}>
            ${name}<span aria-hidden="true">${isSorted ? (order.descending ? ' ↓' : ' ↑') : ''}</span>
          </button>
        </th>`;
      })}
      <th scope="col">Remark</th>
    </tr>
  </thead>`;
}

function rowTemplate(row: EvaluationRow, metrics: readonly MetricDescription[], position: number): TemplateResult {
  const { image, method, classIndex, label, values, curves, remark } = row;
  return html`<tr aria-rowindex=${position + 2}>
    <th scope="row">${image}</th>
    <td>${method}</td>
    <td>${label === null ? classIndex : `${label} (${classIndex})`}</td>
    ${metrics.map(
      ({ id, name }) =>
        html`<td class="number" title=${values[id] ?? 'no value'}>
          ${id in curves ? sparklineTemplate(curves[id], name) : nothing} ${values[id]?.toFixed(3) ?? '–'}
        </td>`,
    )}
    <td title=${remark ?? ''}>${remark === null ? nothing : 'ⓘ'}<span class="visually-hidden">${remark}</span></td>
  </tr>`;
}

/** Stands for rows that are not drawn. */
function spacer(count: number, columns: number): TemplateResult {
  return html`<tr class="spacer" aria-hidden="true" ?hidden=${count <= 0}>
    <td colspan=${columns} data-rows=${Math.max(0, count)}></td>
  </tr>`;
}
