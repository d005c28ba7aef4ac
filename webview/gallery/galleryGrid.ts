import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import type { GalleryRow } from '../../src/protocol/gallery';
import { formatNumber, formatPercent } from '../cam/formatNumber';
import type { GallerySort } from './galleryOrder';
import { readSortValue } from './galleryOrder';
import type { VisibleCells } from './visibleCells';

const CELL_WIDTH = 136;
/** With two maps and their difference. */
const COMPARED_WIDTH = 384;
export const CELL_HEIGHT = 200;

/** Three pictures beside each other get smaller in a narrow editor: what makes them comparable is that all are in view. */
export function toCellWidth(isCompared: boolean, viewWidth: number): number {
  return isCompared ? Math.max(CELL_WIDTH, Math.min(COMPARED_WIDTH, viewWidth)) : CELL_WIDTH;
}

export interface GridScene {
  readonly rows: readonly GalleryRow[];
  readonly visible: VisibleCells;
  readonly cellWidth: number;
  readonly sort: GallerySort;
  /** Index of the cell that has the focus among all rows. */
  readonly focused: number;
  /** Rows of the series compared with, by image. */
  readonly other: ReadonlyMap<string, GalleryRow>;
  readonly pictures: (row: GalleryRow) => TemplateResult;
  readonly open: (id: string) => void;
  readonly focus: (index: number) => void;
}

/** The cells in view, each in its place; a list to screen readers, with the arrow keys as in a grid. */
export function galleryGrid(scene: GridScene): TemplateResult {
  const { rows, visible, cellWidth } = scene;
  const shown = rows.slice(visible.first, visible.end);
  return html`<div
    class="gallery-cells"
    role="listbox"
    aria-label="Images"
    .style=${`height: ${visible.height}px`}
    @keydown=${(event: KeyboardEvent) => onKey(event, scene)}
  >
    ${repeat(
      shown,
      ({ id }) => id,
      (row, position) => {
        const index = visible.first + position;
        const left = (index % visible.columns) * cellWidth;
        const top = Math.floor(index / visible.columns) * CELL_HEIGHT;
        return galleryCell(row, index, `left: ${left}px; top: ${top}px; width: ${cellWidth - 8}px`, scene);
      },
    )}
  </div>`;
}

function galleryCell(row: GalleryRow, index: number, place: string, scene: GridScene): TemplateResult {
  const { id, message, correct, trueLabel } = row;
  const isWrong = correct === false;
  const description = message ?? `${describeClass(row)}${isWrong ? `, but the folder says ${trueLabel ?? ''}` : ''}`;
  const second = scene.other.get(id);
  const figure = scene.sort === 'order' || scene.sort === 'probability' ? null : readSortValue(row, scene.sort);
  return html`<div
    class="gallery-cell ${message === null ? '' : 'failed'}"
    .style=${place}
    role="option"
    aria-selected=${index === scene.focused}
    aria-setsize=${scene.rows.length}
    aria-posinset=${index + 1}
    aria-label="${id}: ${description}"
    tabindex=${index === scene.focused ? 0 : -1}
    data-index=${index}
    title="${id}
${description}"
    @click=${() => {
      scene.focus(index);
      scene.open(id);
    }}
  >
    ${message === null ? scene.pictures(row) : html`<div class="gallery-canvas gallery-failed">!</div>`}
    <span class="gallery-label ${isWrong ? 'wrong' : ''}"
      >${message === null ? (row.label ?? `Class ${row.classIndex ?? '?'}`) : 'Failed'}</span
    >
    <span class="gallery-figure"
      >${row.probability === null ? nothing : formatPercent(row.probability)}
      ${figure === null ? nothing : html`<span>· ${formatNumber(figure)}</span>`}
      ${row.holds === false ? html`<span title="The map does not add up">≠</span>` : nothing}</span
    >
    ${second === undefined ? nothing : html`<span class="gallery-figure">B: ${second.message === null ? describeClass(second) : 'failed'}</span>`}
    <span class="gallery-name">${id}</span>
  </div>`;
}

function describeClass({ label, classIndex, probability }: GalleryRow): string {
  const name = label ?? `class ${classIndex ?? '?'}`;
  return probability === null ? name : `${name} ${formatPercent(probability)}`;
}

function onKey(event: KeyboardEvent, { rows, visible, focused, open, focus }: GridScene): void {
  const steps: Partial<Record<string, number>> = {
    ArrowRight: focused + 1,
    ArrowLeft: focused - 1,
    ArrowDown: focused + visible.columns,
    ArrowUp: focused - visible.columns,
    Home: 0,
    End: rows.length - 1,
  };
  const next = steps[event.key];
  if ((event.key === 'Enter' || event.key === ' ') && rows[focused] !== undefined) {
    event.preventDefault();
    open(rows[focused].id);
  } else if (next !== undefined && rows[next] !== undefined) {
    event.preventDefault();
    focus(next);
  }
}
