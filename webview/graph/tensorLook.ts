import * as d3 from 'd3';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { BodyPath } from '../../src/protocol/layerBodies';
import type { InitializerReport } from '../../src/protocol/modelReport';
import { formatExact, formatSignificant } from '../quantity';
import { toCells, toPageRange, toPictureGrid, type PictureGrid } from './kernelGrid';
import type { TensorPages } from './tensorPages';

/** Which tensors are open to look at, and at which page. */
export interface TensorLook {
  template(initializer: InitializerReport): TemplateResult;
  clear(path: BodyPath): void;
}

const WIDTH = 290;
const MOST_CELL = 14;
const NUMBERS_PER_PAGE = 256;

/** A look at the elements of stored tensors: kernels and matrices as pictures, the rest as numbers; page by page. */
export function createTensorLook(pages: TensorPages, changed: () => void): TensorLook {
  const open = new Map<string, number>();
  const failures = new Map<string, string>();
  const save = async (name: string): Promise<void> => {
    const failure = await pages.save(name);
    failures.delete(name);
    if (failure !== null) {
      failures.set(name, failure);
    }
    changed();
  };
  const turn = (name: string, page: number | null): void => {
    if (page === null) {
      open.delete(name);
    } else {
      open.set(name, page);
    }
    changed();
  };
  return {
    clear: (path) => {
      open.clear();
      failures.clear();
      pages.clear(path);
    },
    template(initializer) {
      const { name, storage } = initializer;
      const page = open.get(name);
      const failure = failures.get(name);
      return html`${
        storage === 'node'
          ? nothing
          : html`<button
                class="text-button"
                @click=${() => turn(name, page === undefined ? 0 : null)}
                aria-expanded=${page !== undefined}
              >
                ${page === undefined ? 'Values' : 'Hide Values'}
              </button>
              <button class="text-button" title="Save as a NumPy file" @click=${() => void save(name)}>
                Save .npy
              </button>`
      }
      ${failure === undefined ? nothing : html`<p class="inline-error" role="alert">${failure}</p>`}
      ${page === undefined ? nothing : pageTemplate(pages, initializer, page, (to) => turn(name, to))}`;
    },
  };
}

function pageTemplate(
  pages: TensorPages,
  { name, shape }: InitializerReport,
  page: number,
  turn: (page: number) => void,
): TemplateResult {
  const total = shape.reduce((product, size) => product * size, 1);
  const grid = toPictureGrid(shape);
  const { offset, count } =
    grid === null
      ? { offset: page * NUMBERS_PER_PAGE, count: Math.min(NUMBERS_PER_PAGE, total - page * NUMBERS_PER_PAGE) }
      : toPageRange(grid, page, total);
  const content = pages.read(name, offset, count);
  const last = (grid?.pages ?? Math.ceil(total / NUMBERS_PER_PAGE)) - 1;
  const label =
    grid?.kind === 'kernels'
      ? `Output channel ${page} of ${grid.pages}`
      : `Elements ${formatExact(offset)} to ${formatExact(offset + count - 1)}`;
  return html`<div class="tensor-look">
    <div class="tensor-pages">
      <button class="text-button" ?disabled=${page === 0} aria-label="Page before" @click=${() => turn(page - 1)}>
        ‹
      </button>
      <label class="tensor-page">
        <span>${label}</span>
        ${
          last > 0
            ? html`<input
                type="range"
                min="0"
                max=${last}
                .value=${String(page)}
                aria-label="Page"
                @change=${(event: Event) => turn(Number((event.target as HTMLInputElement).value))}
              />`
            : nothing
        }
      </label>
      <button class="text-button" ?disabled=${page >= last} aria-label="Page after" @click=${() => turn(page + 1)}>
        ›
      </button>
    </div>
    ${contentTemplate(content, grid, offset)}
  </div>`;
}

function contentTemplate(
  content: ReturnType<TensorPages['read']>,
  grid: PictureGrid | null,
  offset: number,
): TemplateResult {
  if (content === 'loading') {
    return html`<p role="status">Reading…</p>`;
  }
  if ('message' in content) {
    return html`<p class="inline-error" role="alert">${content.message}</p>`;
  }
  const { values } = content;
  return grid !== null && values instanceof Float64Array
    ? pictureTemplate(values, grid)
    : numbersTemplate(values, offset);
}

function numbersTemplate(values: ArrayLike<number | string>, offset: number): TemplateResult {
  const texts = Array.from(values as ArrayLike<unknown>, (value) =>
    typeof value === 'number' ? formatSignificant(value, 6) : String(value),
  );
  return html`<ol class="tensor-numbers" start=${offset} tabindex="0" aria-label="Elements">
    ${texts.map((text, index) => html`<li><span class="tensor-index">${offset + index}</span> ${text}</li>`)}
  </ol>`;
}

function pictureTemplate(values: Float64Array, grid: PictureGrid): TemplateResult {
  const extreme = d3.max(values.filter(Number.isFinite), Math.abs) ?? 0;
  const bar = d3.range(13).map((stop) => toColor(stop / 12));
  const what =
    grid.kind === 'kernels'
      ? `${grid.pictures} kernels of ${grid.height}×${grid.width}, one for each input channel`
      : `${values.length / grid.width} rows of ${grid.width}`;
  return html`${drawCells(values, grid, extreme, what)}
    <div
      class="legend-bar"
      .style=${`background: linear-gradient(to right, ${bar.join(', ')})`}
      aria-hidden="true"
    ></div>
    <div class="legend-ticks">
      <span>${formatSignificant(-extreme, 3)}</span><span>0</span><span>${formatSignificant(extreme, 3)}</span>
    </div>
    <p class="legend-note">${what}. Grey: not finite.</p>`;
}

/** Purple below zero, orange above: Brewer's PuOr, told apart by colour-blind readers. */
function toColor(position: number): string {
  return d3.interpolatePuOr(position);
}

/** One row where it fits, else about as wide as high. */
function chooseColumns({ pictures, width, height }: PictureGrid): number {
  const fitting = Math.floor((WIDTH / MOST_CELL + 1) / (width + 1));
  const square = Math.round(Math.sqrt((pictures * (height + 1)) / (width + 1)));
  return Math.max(1, Math.min(pictures, Math.max(fitting, square)));
}

function drawCells(values: Float64Array, grid: PictureGrid, extreme: number, label: string): HTMLCanvasElement {
  const columns = grid.kind === 'matrix' ? 1 : chooseColumns(grid);
  const rows = Math.ceil(grid.pictures / columns);
  const [across, down] = [
    columns * (grid.width + 1) - 1,
    grid.kind === 'matrix' ? values.length / grid.width : rows * (grid.height + 1) - 1,
  ];
  const size = Math.min(MOST_CELL, Math.max(WIDTH / across, 0.5));
  const canvas = document.createElement('canvas');
  const ratio = Math.max(1, window.devicePixelRatio);
  canvas.width = Math.ceil(across * size * ratio);
  canvas.height = Math.ceil(down * size * ratio);
  canvas.style.width = `${Math.min(WIDTH, across * size)}px`;
  canvas.className = 'tensor-picture';
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  const context = canvas.getContext('2d');
  context?.scale(ratio, ratio);
  for (const { x, y, value } of toCells(values, grid, columns)) {
    if (context !== null) {
      context.fillStyle = Number.isFinite(value) ? toColor(extreme === 0 ? 0.5 : (value / extreme + 1) / 2) : '#808080';
      context.fillRect(x * size, y * size, size, size);
    }
  }
  return canvas;
}
