import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { ComparisonReport, LayerStatus } from '../../src/protocol/comparison';
import type { LayerReport } from '../../src/protocol/modelReport';
import { toOperatorFamily } from '../graph/operatorFamily';
import { formatCount, formatExact, formatShape } from '../quantity';
import { createRowScroller } from '../rowScroller';
import type { ComparisonApp, ComparisonState, LayerFilter } from './comparisonApp';
import { FILTERS } from './comparisonApp';
import { layerDetailsTemplate } from './layerDetails';
import { STATUSES } from './layerStatus';
import { computeCostDifference, findShownLayers, toSides } from './shownLayers';
import type { WeightActions } from './weightActions';

const ROW_HEIGHT = 28;

export interface LayerList {
  readonly element: HTMLElement;
  draw(state: ComparisonState): void;
}

/** The layers of both models side by side in one order; only rows in view exist. Beside them, the one that is chosen. */
export function createLayerList(app: ComparisonApp, actions: WeightActions): LayerList {
  const element = document.createElement('section');
  element.className = 'card aligned';
  element.setAttribute('aria-labelledby', 'aligned-title');
  const heading = element.appendChild(document.createElement('div'));
  heading.className = 'card-heading';
  const body = element.appendChild(document.createElement('div'));
  body.className = 'aligned-body';
  const table = createRowScroller(
    {
      className: 'layer-scroller aligned-scroller',
      label: 'Layers side by side: arrow keys go from layer to layer',
      rowHeight: ROW_HEIGHT,
    },
    () => drawRows(),
    (row) => app.update({ selected: rows[row] }),
  );
  const scroller = body.appendChild(table.element);
  const details = body.appendChild(document.createElement('aside'));
  details.className = 'aligned-details';
  details.setAttribute('aria-label', 'Difference');
  let rows: readonly number[] = [];
  let drawn: Pick<ComparisonState, 'report' | 'statuses' | 'filter' | 'search'> | null = null;

  function arrange(state: ComparisonState): void {
    const { report, statuses, filter, search } = state;
    const isSame =
      drawn?.report === report && drawn.statuses === statuses && drawn.filter === filter && drawn.search === search;
    if (report !== null && !isSame) {
      const keepsPlace = drawn?.report === report && drawn.filter === filter && drawn.search === search;
      rows = findShownLayers(report, state);
      drawn = { report, statuses, filter, search };
      scroller.scrollTop = keepsPlace ? scroller.scrollTop : 0;
    }
  }

  function drawRows(): void {
    const { report, statuses, selected } = app.state;
    if (report === null) {
      return;
    }
    const at = selected === null ? -1 : rows.indexOf(selected);
    table.draw({
      rows,
      active: at < 0 ? undefined : at,
      columns: 5,
      rowTemplate: (position, row) =>
        rowTemplate(report, position, statuses[position], {
          row,
          isSelected: position === selected,
          choose: () => app.update({ selected: position === app.state.selected ? null : position }),
        }),
      tableTemplate: (body) =>
        html`<table class="layer-table aligned-table" aria-rowcount=${rows.length + 1}>
          ${headTemplate()} ${body}
        </table>`,
    });
  }

  return {
    element,
    draw(state) {
      arrange(state);
      render(headingTemplate(app, state, rows.length), heading);
      body.classList.toggle('with-details', state.selected !== null);
      details.hidden = state.selected === null;
      drawRows();
      render(layerDetailsTemplate(app, actions, state), details);
    },
  };
}

function headingTemplate(app: ComparisonApp, state: ComparisonState, shown: number): TemplateResult {
  const count = (filter: LayerFilter): number =>
    filter === 'all' ? state.statuses.length : state.statuses.filter((status) => status === filter).length;
  return html`<h2 id="aligned-title">Layers side by side</h2>
    <span class="muted" role="status">${formatExact(shown)}</span>
    <div class="segments" role="group" aria-label="Which layers to show">
      ${FILTERS.map(
        (filter) =>
          html`<button
            class="text-button"
            aria-pressed=${filter === state.filter}
            @click=${() => app.update({ filter })}
          >
            ${filter === 'all' ? 'All' : STATUSES[filter].title} ${formatExact(count(filter))}
          </button>`,
      )}
    </div>
    <input
      class="input"
      type="search"
      placeholder="Find"
      aria-label="Find layers by name, operator or output"
      .value=${state.search}
      @input=${(event: Event) => app.update({ search: (event.target as HTMLInputElement).value })}
    />`;
}

function headTemplate(): TemplateResult {
  return html`<thead>
    <tr>
      <th scope="col"><span class="visually-hidden">Status</span></th>
      <th scope="col"><span class="side-mark side-a">A</span></th>
      <th scope="col"><span class="side-mark side-b">B</span></th>
      <th scope="col" class="number" title="B − A">Δ Parameters</th>
      <th scope="col" class="number" title="B − A">Δ MAC</th>
    </tr>
  </thead>`;
}

function rowTemplate(
  report: ComparisonReport,
  position: number,
  status: LayerStatus,
  { row, isSelected, choose }: { readonly row: number; readonly isSelected: boolean; choose(): void },
): TemplateResult {
  const sides = toSides(report, position);
  const { mark, title } = STATUSES[status];
  return html`<tr
    class="aligned-row row-${status}"
    aria-rowindex=${row + 2}
    aria-selected=${isSelected}
    @click=${choose}
  >
    <td>
      <button class="status status-${status}" aria-label="${title}: ${describe(sides.a ?? sides.b)}" title=${title}>
        ${mark}
      </button>
    </td>
    <td>${sideTemplate(sides.a)}</td>
    <td>${sideTemplate(sides.b)}</td>
    ${differenceCell(computeCostDifference(sides, ({ parameters }) => parameters))}
    ${differenceCell(computeCostDifference(sides, ({ macs }) => macs))}
  </tr>`;
}

function sideTemplate(layer: LayerReport | null): TemplateResult {
  if (layer === null) {
    return html`<span class="nowhere" role="img" aria-label="not there"></span>`;
  }
  const shape = formatShape(layer.outputs[0]?.shape ?? null);
  return html`<span class="aligned-layer" title="${layer.name}, ${shape}">
    <span class="operator family-${toOperatorFamily(layer.opType)}">${layer.opType}</span>
    <span class="aligned-name"><bdi>${layer.name || html`<i>node ${layer.index}</i>`}</bdi></span>
    <span class="aligned-shape">${shape}</span>
  </span>`;
}

function differenceCell(difference: number | null): TemplateResult {
  const sign = difference !== null && difference < 0 ? '−' : '+';
  return html`<td
    class="number"
    title=${difference === null ? 'unknown' : `${sign}${formatExact(Math.abs(difference))}`}
  >
    ${difference === null ? '?' : difference === 0 ? nothing : `${sign}${formatCount(Math.abs(difference))}`}
  </td>`;
}

function describe(layer: LayerReport | null): string {
  return layer === null ? '' : `${layer.opType} ${layer.name || `node ${layer.index}`}`;
}
