import { html, render, type TemplateResult } from 'lit/html.js';
import type { LayerReport, ModelReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { formatBytes, formatCount, formatExact, formatShape } from '../quantity';
import { provenanceTemplate } from './figure';
import { toSortedLayers, type ColumnName, type SortOrder } from './layerSort';

export interface LayerTable {
  readonly element: HTMLElement;
  draw(report: ModelReport): void;
}

const COLUMNS: readonly { readonly name: ColumnName; readonly title: string; readonly isNumber: boolean }[] = [
  { name: 'index', title: 'Order', isNumber: true },
  { name: 'name', title: 'Name', isNumber: false },
  { name: 'opType', title: 'Operator', isNumber: false },
  { name: 'shape', title: 'Output', isNumber: false },
  { name: 'parameters', title: 'Parameters', isNumber: true },
  { name: 'macs', title: 'MAC', isNumber: true },
  { name: 'activations', title: 'Activations', isNumber: true },
  { name: 'weights', title: 'Weights', isNumber: true },
];

const ROW_HEIGHT = 26;
/** Rows drawn above and below those in view, so that scrolling shows no gap. */
const OVERSCAN = 10;

/** All layers, sortable and filterable; only the rows in view exist, so that 20 000 of them cost no more than 40. */
export function createLayerTable(app: App): LayerTable {
  const element = document.createElement('section');
  element.className = 'card layers';
  element.setAttribute('aria-labelledby', 'layers-title');
  const heading = element.appendChild(document.createElement('div'));
  heading.className = 'card-heading';
  const scroller = element.appendChild(document.createElement('div'));
  scroller.className = 'layer-scroller';
  scroller.tabIndex = 0;
  scroller.setAttribute('role', 'group');
  scroller.setAttribute('aria-label', 'Layers, scrollable');
  let report: ModelReport | null = null;
  let order: SortOrder = { column: 'index', descending: false };
  let filter = '';
  let rows: readonly LayerReport[] = [];
  let positions: ReadonlyMap<LayerReport, number> = new Map();

  function arrange(): void {
    rows = toSortedLayers(report?.layers ?? [], filter, order);
    scroller.scrollTop = 0;
    drawHeading();
    drawRows();
  }

  function drawHeading(): void {
    const onInput = (event: Event): void => {
      filter = (event.target as HTMLInputElement).value;
      arrange();
    };
    render(
      html`<h2 id="layers-title">Layers</h2>
        ${provenanceTemplate('derived')}
        <span class="muted" role="status">${formatExact(rows.length)}</span>
        <input
          class="input"
          type="search"
          placeholder="Filter"
          aria-label="Filter layers by name or operator"
          @input=${onInput}
        />`,
      heading,
    );
  }

  function sortBy(column: ColumnName): void {
    const isNumber = COLUMNS.find(({ name }) => name === column)?.isNumber ?? false;
    // Costs are of interest largest first; a second click turns the order round.
    const descending = order.column === column ? !order.descending : isNumber && column !== 'index';
    order = { column, descending };
    arrange();
  }

  function drawRows(): void {
    const first = Math.max(0, Math.floor(scroller.scrollTop / ROW_HEIGHT) - OVERSCAN);
    const count = Math.ceil((scroller.clientHeight || 400) / ROW_HEIGHT) + 2 * OVERSCAN;
    const shown = rows.slice(first, first + count);
    const open = ({ index }: LayerReport): void => app.choose({ view: 'graph', selectedLayer: index });
    render(
      html`<table class="layer-table" aria-rowcount=${rows.length + 1}>
        ${headTemplate(order, sortBy)}
        <tbody>
          ${spacer(first)}
          ${shown.map((layer, offset) => rowTemplate(layer, positions.get(layer) ?? 0, first + offset, open))}
          ${spacer(rows.length - first - shown.length)}
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
    draw(next) {
      if (next !== report) {
        report = next;
        positions = new Map(next.layers.map((layer, position) => [layer, position]));
        arrange();
      }
    },
  };
}

/** Stands for rows that are not drawn. */
function spacer(count: number): TemplateResult {
  return html`<tr class="spacer" aria-hidden="true" ?hidden=${count <= 0}>
    <td colspan="8" data-rows=${Math.max(0, count)}></td>
  </tr>`;
}

function headTemplate(order: SortOrder, sortBy: (column: ColumnName) => void): TemplateResult {
  return html`<thead>
    <tr>
      ${COLUMNS.map(({ name, title, isNumber }) => {
        const isSorted = name === order.column;
        const direction = isSorted ? (order.descending ? 'descending' : 'ascending') : 'none';
        return html`<th scope="col" aria-sort=${direction} class=${isNumber ? 'number' : ''}>
          <button class="column" @click=${() => sortBy(name)}>
            ${title}<span aria-hidden="true">${isSorted ? (order.descending ? ' ↓' : ' ↑') : ''}</span>
          </button>
        </th>`;
      })}
    </tr>
  </thead>`;
}

function rowTemplate(
  layer: LayerReport,
  position: number,
  row: number,
  open: (layer: LayerReport) => void,
): TemplateResult {
  const { name, opType, outputs, parameters, macs, activationBytes, weightBytes } = layer;
  const number = (value: number | null, format: (value: number) => string): TemplateResult =>
    html`<td class="number" title=${value === null ? 'unknown' : formatExact(value)}>
      ${value === null ? '?' : value === 0 ? '' : format(value)}
    </td>`;
  return html`<tr aria-rowindex=${row + 2}>
    <td class="number">${position + 1}</td>
    <th scope="row">
      <button class="link-button" title="Show ${name || opType} in the graph" @click=${() => open(layer)}>
        ${name || html`<i>${opType} ${layer.index}</i>`}
      </button>
    </th>
    <td>${opType}</td>
    <td class="shape">${outputs.map(({ shape }) => formatShape(shape)).join(', ')}</td>
    ${number(parameters, formatCount)} ${number(macs, formatCount)} ${number(activationBytes, formatBytes)}
    ${number(weightBytes, formatBytes)}
  </tr>`;
}
