import * as d3 from 'd3';
import { html, render } from 'lit/html.js';
import type { HeadWeights } from '../../src/protocol/headWeights';
import { choice, type Options } from '../cam/choice';
import { findColorMap } from '../cam/colorMaps';
import { createColorScale, type ColorScale } from '../cam/colorScale';
import { formatSigned } from '../cam/formatNumber';
import { legend } from '../cam/legend';
import { paintValues } from '../cam/paintValues';
import { putPixels } from '../cam/rasters';
import { formatExact } from '../quantity';
import {
  orderBy,
  panWindow,
  revealCell,
  sampleWindow,
  toWholeWindow,
  zoomWindow,
  type MatrixWindow,
} from './matrixWindow';
import type { WeightNames } from './weightNames';

type Order = 'index' | 'norm';

const HEIGHT = 380;
const ZOOM_STEP = 1.5;

/** What is drawn, and how. */
interface Shown {
  readonly weights: HeadWeights & { readonly matrix: Float32Array };
  readonly names: WeightNames;
  readonly scale: ColorScale;
  readonly order: { readonly rows: Int32Array; readonly columns: Int32Array };
}

/** The weights as a picture: rows down, columns across; zoom by wheel, buttons or keys, read off any cell. */
export class MatrixView {
  readonly element = document.createElement('div');
  readonly #controls = this.element.appendChild(document.createElement('div'));
  readonly #canvas = this.element.appendChild(document.createElement('canvas'));
  readonly #readout = this.element.appendChild(document.createElement('p'));
  readonly #legend = this.element.appendChild(document.createElement('div'));
  #shown: Shown | null = null;
  #window: MatrixWindow = { top: 0, left: 0, down: 1, across: 1 };
  /** Places in the order shown; null: nothing is pointed at. */
  #cursor: { readonly row: number; readonly column: number } | null = null;
  #orders: { readonly rows: Order; readonly columns: Order } = { rows: 'index', columns: 'index' };
  #isDrawing = false;

  constructor(private readonly choose: (row: number) => void) {
    this.#controls.className = 'matrix-controls';
    this.#canvas.className = 'matrix-canvas';
    this.#canvas.tabIndex = 0;
    // Arrow keys belong to the picture, not to the reader's virtual cursor.
    this.#canvas.setAttribute('role', 'application');
    this.#readout.className = 'matrix-readout';
    this.#readout.setAttribute('aria-live', 'polite');
    this.#listen();
    if (typeof ResizeObserver !== 'undefined') {
      new ResizeObserver(() => this.#redraw()).observe(this.#canvas);
    }
  }

  draw(weights: Shown['weights'], names: WeightNames, colorMap: string): void {
    const map = findColorMap(colorMap);
    const signed = map.kind === 'diverging' ? map : findColorMap('blue-orange');
    const isNew = this.#shown?.weights.matrix !== weights.matrix;
    const [minimum, maximum] = d3.extent(weights.matrix);
    const range = minimum === undefined ? null : { minimum, maximum };
    this.#shown = {
      weights,
      names,
      scale: createColorScale(signed, 'signed', range),
      order: this.#toOrder(weights),
    };
    if (isNew) {
      this.#window = toWholeWindow(weights);
      this.#cursor = null;
    }
    this.#canvas.setAttribute(
      'aria-label',
      `Weights: ${formatExact(weights.rows)} ${weights.rowKind} by ${formatExact(weights.columns)} ${weights.columnKind}. ` +
        'Arrow keys move from weight to weight, plus and minus zoom, 0 shows everything.',
    );
    this.#redraw();
  }

  #toOrder({ rowNorms, columnNorms, rows, columns }: HeadWeights): Shown['order'] {
    return {
      rows: orderBy(this.#orders.rows === 'norm' ? rowNorms : null, rows),
      columns: orderBy(this.#orders.columns === 'norm' ? columnNorms : null, columns),
    };
  }

  /** At most one picture for each frame. */
  #redraw(): void {
    if (!this.#isDrawing && this.#shown !== null) {
      this.#isDrawing = true;
      requestAnimationFrame(() => {
        this.#isDrawing = false;
        if (this.#shown !== null) {
          this.#render(this.#shown);
        }
      });
    }
  }

  #render(shown: Shown): void {
    const { weights, names, scale, order } = shown;
    render(this.#controlsTemplate(shown), this.#controls);
    const width = Math.max(1, Math.round(this.#canvas.clientWidth));
    const picture = { width, height: HEIGHT };
    const values = sampleWindow(weights.matrix, weights.columns, order, this.#window, picture);
    putPixels(this.#canvas, paintValues(values, scale), HEIGHT, width);
    this.#drawCursor(width);
    const { rows, columns, matrix } = weights;
    const note = `${formatExact(Math.round(this.#window.down))} of ${formatExact(rows)} rows, ${formatExact(Math.round(this.#window.across))} of ${formatExact(columns)} columns; each pixel shows the strongest weight under it`;
    render(legend(scale, 'weight', note, null), this.#legend);
    if (this.#cursor === null) {
      this.#readout.textContent = 'Point at a weight, or move with the arrow keys.';
      return;
    }
    const [row, column] = [order.rows[this.#cursor.row], order.columns[this.#cursor.column]];
    this.#readout.textContent = `${names.toRowName(row)}, ${names.toColumnName(column)}: ${formatSigned(matrix[row * columns + column])}`;
  }

  #drawCursor(width: number): void {
    const context = this.#canvas.getContext('2d');
    if (this.#cursor === null || context === null) {
      return;
    }
    const { top, left, down, across } = this.#window;
    const [cellWidth, cellHeight] = [width / across, HEIGHT / down];
    const [x, y] = [(this.#cursor.column - left) * cellWidth, (this.#cursor.row - top) * cellHeight];
    const [w, h] = [Math.max(3, cellWidth), Math.max(3, cellHeight)];
    // Dark on light: seen on every colour.
    context.lineWidth = 3;
    context.strokeStyle = '#ffffff';
    context.strokeRect(x, y, w, h);
    context.lineWidth = 1;
    context.strokeStyle = '#000000';
    context.strokeRect(x, y, w, h);
  }

  #controlsTemplate({ weights, names }: Shown) {
    const sort = (axis: 'rows' | 'columns') => (order: Order) => {
      this.#orders = { ...this.#orders, [axis]: order };
      if (this.#shown !== null) {
        this.#shown = { ...this.#shown, order: this.#toOrder(weights) };
      }
      this.#cursor = null;
      this.#redraw();
    };
    const toOptions = (what: string): Options<Order> => [
      { value: 'index', label: 'by number', title: `${what} in the model’s order` },
      { value: 'norm', label: 'by norm', title: `${what} with the largest ℓ2 norm first` },
    ];
    const zoom = (factor: number) => () => this.#zoom(factor, [0.5, 0.5]);
    return html`${choice(names.rowsTitle, toOptions(names.rowsTitle), this.#orders.rows, sort('rows'))}
      ${choice(names.columnsTitle, toOptions(names.columnsTitle), this.#orders.columns, sort('columns'))}
      <span class="actions">
        <button class="text-button" aria-label="Zoom in" @click=${zoom(ZOOM_STEP)}>+</button>
        <button class="text-button" aria-label="Zoom out" @click=${zoom(1 / ZOOM_STEP)}>−</button>
        <button class="text-button" @click=${() => this.#reset()}>Whole Matrix</button>
      </span>`;
  }

  #reset(): void {
    if (this.#shown !== null) {
      this.#window = toWholeWindow(this.#shown.weights);
      this.#redraw();
    }
  }

  #zoom(factor: number, at: readonly [number, number]): void {
    if (this.#shown !== null) {
      this.#window = zoomWindow(this.#window, factor, at, this.#shown.weights);
      this.#redraw();
    }
  }

  #listen(): void {
    const canvas = this.#canvas;
    let grabbed: PointerEvent | null = null;
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.#zoom(2 ** (-event.deltaY / (event.deltaMode === 0 ? 300 : 10)), this.#toShare(event));
    });
    canvas.addEventListener('pointerdown', (event) => {
      grabbed = event;
      canvas.setPointerCapture?.(event.pointerId);
    });
    canvas.addEventListener('pointerup', () => (grabbed = null));
    canvas.addEventListener('pointercancel', () => (grabbed = null));
    canvas.addEventListener('pointermove', (event) => {
      if (grabbed !== null && this.#shown !== null) {
        const [dx, dy] = [grabbed.clientX - event.clientX, grabbed.clientY - event.clientY];
        const { clientWidth, clientHeight } = canvas;
        this.#window = panWindow(this.#window, dx / clientWidth, dy / clientHeight, this.#shown.weights);
        grabbed = event;
      }
      this.#point(this.#toShare(event));
    });
    canvas.addEventListener('pointerleave', () => {
      this.#cursor = null;
      this.#redraw();
    });
    canvas.addEventListener('dblclick', () => this.#chooseRow());
    canvas.addEventListener('keydown', (event) => this.#onKey(event));
  }

  #toShare(event: MouseEvent): readonly [number, number] {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return [(event.clientX - left) / Math.max(1, width), (event.clientY - top) / Math.max(1, height)];
  }

  #point([x, y]: readonly [number, number]): void {
    if (this.#shown !== null) {
      const { rows, columns } = this.#shown.weights;
      const { top, left, down, across } = this.#window;
      const clamp = (place: number, count: number) => Math.min(count - 1, Math.max(0, Math.floor(place)));
      this.#cursor = { row: clamp(top + y * down, rows), column: clamp(left + x * across, columns) };
      this.#redraw();
    }
  }

  #chooseRow(): void {
    if (this.#shown !== null && this.#cursor !== null) {
      this.choose(this.#shown.order.rows[this.#cursor.row]);
    }
  }

  #onKey(event: KeyboardEvent): void {
    const shown = this.#shown;
    if (shown === null || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const { weights } = shown;
    const { top, left, down, across } = this.#window;
    const cursor = this.#cursor ?? { row: Math.floor(top), column: Math.floor(left) };
    const moves: Partial<Record<string, readonly [number, number]>> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    const move = moves[event.key];
    const at = [(cursor.column + 0.5 - left) / across, (cursor.row + 0.5 - top) / down] as const;
    if (move !== undefined) {
      const row = Math.min(weights.rows - 1, Math.max(0, cursor.row + move[0]));
      const column = Math.min(weights.columns - 1, Math.max(0, cursor.column + move[1]));
      this.#cursor = { row, column };
      this.#window = revealCell(this.#window, row, column, weights);
    } else if (event.key === '+' || event.key === '=') {
      this.#zoom(ZOOM_STEP, at);
    } else if (event.key === '-') {
      this.#zoom(1 / ZOOM_STEP, at);
    } else if (event.key === '0') {
      this.#reset();
    } else if (event.key === 'Enter') {
      this.#chooseRow();
    } else {
      return;
    }
    event.preventDefault();
    this.#redraw();
  }
}
