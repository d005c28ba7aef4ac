import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { LayerMeasurement } from '../../src/protocol/measurement';
import type { LayerReport, ModelReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { formatBytes, formatCount, formatExact, formatMilliseconds, formatShape, formatSignificant } from '../quantity';
import { toLayerFigures, type LayerFigures } from '../layerFigures';
import { createRowScroller } from '../rowScroller';
import type { DetailsByLayer } from '../detailsByLayer';
import { provenanceTemplate } from './figure';
import { toSortedLayers, type ColumnName, type SortOrder } from './layerSort';

export interface LayerTable {
  readonly element: HTMLElement;
  draw(report: ModelReport, details: DetailsByLayer | null, measurement: LayerMeasurement | null): void;
}

interface Column {
  readonly name: ColumnName;
  readonly title: string;
  readonly isNumber: boolean;
}

const COLUMNS: readonly Column[] = [
  { name: 'index', title: 'Order', isNumber: true },
  { name: 'name', title: 'Name', isNumber: false },
  { name: 'opType', title: 'Operator', isNumber: false },
  { name: 'shape', title: 'Output', isNumber: false },
  { name: 'parameters', title: 'Parameters', isNumber: true },
  { name: 'macs', title: 'MAC', isNumber: true },
  { name: 'activations', title: 'Activations', isNumber: true },
  { name: 'weights', title: 'Weights', isNumber: true },
  { name: 'memory', title: 'Live memory', isNumber: true },
  { name: 'intensity', title: 'FLOP/B', isNumber: true },
];
/** Shown once there are times. */
const TIME_COLUMN: Column = { name: 'time', title: 'Time', isNumber: true };

const ROW_HEIGHT = 26;
/** All layers, sortable and filterable; only the rows in view exist, so that 20 000 of them cost no more than 40. */
export function createLayerTable(app: App): LayerTable {
  const element = document.createElement('section');
  element.className = 'card layers';
  element.setAttribute('aria-labelledby', 'layers-title');
  const heading = element.appendChild(document.createElement('div'));
  heading.className = 'card-heading';
  const options = { className: 'layer-scroller', label: 'Layers, scrollable', rowHeight: ROW_HEIGHT };
  const scroller = createRowScroller(options, () => drawRows());
  element.append(scroller.element);
  let report: ModelReport | null = null;
  let order: SortOrder = { column: 'index', descending: false };
  let filter = '';
  let rows: readonly LayerReport[] = [];
  let positions: ReadonlyMap<LayerReport, number> = new Map();
  let measured: LayerMeasurement | null = null;
  let worked: DetailsByLayer | null = null;
  let more = toLayerFigures(null, null);

  function arrange(): void {
    rows = toSortedLayers(report?.layers ?? [], filter, order, more);
    scroller.element.scrollTop = 0;
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
        ${provenanceTemplate('derived')} ${measured === null ? nothing : provenanceTemplate('measured')}
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
    const isNumber = column === 'time' || (COLUMNS.find(({ name }) => name === column)?.isNumber ?? false);
    // Costs are of interest largest first; a second click turns the order round.
    const descending = order.column === column ? !order.descending : isNumber && column !== 'index';
    order = { column, descending };
    arrange();
  }

  function drawRows(): void {
    const open = ({ index }: LayerReport): void => app.choose({ view: 'graph', selectedLayer: index });
    const columns = measured === null ? COLUMNS : [...COLUMNS, TIME_COLUMN];
    scroller.draw({
      rows,
      columns: columns.length,
      rowTemplate: (layer, row) =>
        rowTemplate(layer, { position: positions.get(layer) ?? 0, row, more, isTimed: measured !== null }, open),
      tableTemplate: (body) =>
        html`<table class="layer-table" aria-rowcount=${rows.length + 1}>
          ${headTemplate(columns, order, sortBy)} ${body}
        </table>`,
    });
  }

  return {
    element,
    draw(next, details, measurement) {
      if (next !== report || details !== worked || measurement !== measured) {
        measured = measurement;
        worked = details;
        more = toLayerFigures(details, measurement);
        report = next;
        positions = new Map(next.layers.map((layer, position) => [layer, position]));
        arrange();
      }
    },
  };
}

function headTemplate(
  columns: readonly Column[],
  order: SortOrder,
  sortBy: (column: ColumnName) => void,
): TemplateResult {
  return html`<thead>
    <tr>
      ${columns.map(({ name, title, isNumber }) => {
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

interface TableRow {
  /** In the order of execution. */
  readonly position: number;
  readonly row: number;
  readonly more: LayerFigures;
  readonly isTimed: boolean;
}

function rowTemplate(
  layer: LayerReport,
  { position, row, more, isTimed }: TableRow,
  open: (layer: LayerReport) => void,
): TemplateResult {
  const { index, name, opType, outputs, parameters, macs, activationBytes, weightBytes } = layer;
  const details = more.details.get(index);
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
    <td class="shape">
      ${outputs.map(({ shape }) => formatShape(shape)).join(', ')}
      ${outputs.some(({ shapeProvenance }) => shapeProvenance === 'measured') ? provenanceTemplate('measured') : nothing}
    </td>
    ${number(parameters, formatCount)} ${number(macs, formatCount)} ${number(activationBytes, formatBytes)}
    ${number(weightBytes, formatBytes)}
    ${
      details === undefined
        ? html`<td></td>
            <td></td>`
        : html`${number(details.liveBytes, formatBytes)}
          ${number(details.arithmeticIntensity, (value) => formatSignificant(value, 3))}`
    }
    ${isTimed ? timeTemplate(more.times.get(index)) : nothing}
  </tr>`;
}

/** Blank for a layer that has no kernel of its own. */
function timeTemplate(ms: number | undefined): TemplateResult {
  return html`<td
    class="number"
    title=${ms === undefined ? 'part of another layer, or computed when loading' : `${ms} ms`}
  >
    ${ms === undefined ? '' : formatMilliseconds(ms)}
  </td>`;
}
