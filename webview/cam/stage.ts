import { html, nothing, render } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { ImageAnswer } from '../../src/protocol/explanation';
import { findCell } from '../../src/protocol/cellPlacement';
import { boxOutline, toCellBox } from './boxRegion';
import type { BoxRegion, CellBox, PicturePoint } from './boxRegion';
import { legend } from './legend';
import { OverlayPainter } from './overlayPainter';
import type { ShownMap } from './scene';
import { cellMarks, cellReadout, mapReadout, readValue } from './stageReadout';
import type { Cell } from './stageReadout';

/** What the stage draws: a picture, and a map over it when there is one. */
export interface StageScene {
  readonly explanation: ImageAnswer | null;
  readonly shown: ShownMap | null;
  readonly title: string;
  readonly opacity: number;
  /** The box that is explained; null: no box is. */
  readonly region: BoxRegion | null;
  /** Over the picture: progress, a failure. */
  readonly cover: TemplateResult | typeof nothing;
}

const ARROWS: Readonly<Record<string, readonly [row: number, column: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The picture with the map over it; pointer or arrow keys name a cell, its value and what it sees. */
export class Stage {
  readonly element = document.createElement('div');
  readonly #canvas = document.createElement('canvas');
  readonly #painter = new OverlayPainter();
  #scene: StageScene | null = null;
  #cell: Cell | null = null;
  /** The box being drawn. */
  #drawn: CellBox | null = null;

  constructor() {
    this.element.className = 'cam-stage';
    new ResizeObserver(() => this.paint()).observe(this.#canvas);
  }

  draw(scene: StageScene): void {
    const { explanation } = scene;
    if (this.#cell && explanation && !isInside(this.#cell, explanation)) {
      this.#cell = null;
    }
    this.#scene = scene;
    this.#redraw();
    const frame = this.#canvas.parentElement;
    if (frame && explanation) {
      const { width, height } = explanation.inputPicture;
      frame.style.setProperty('--cam-ratio', String(width / height));
    }
  }

  /** Fills the canvas, which has a size only once the element is attached. */
  paint(): void {
    const context = this.#canvas.getContext('2d');
    const scene = this.#scene;
    if (!context || !scene || this.#canvas.clientWidth === 0) {
      return;
    }
    const width = Math.round(this.#canvas.clientWidth * window.devicePixelRatio);
    const height = Math.round(this.#canvas.clientHeight * window.devicePixelRatio);
    this.#canvas.width = width;
    this.#canvas.height = height;
    const area = { x: 0, y: 0, width, height };
    if (scene.shown) {
      this.#painter.draw(context, scene.shown.overlay, scene.opacity, area);
    } else if (scene.explanation) {
      this.#painter.drawPicture(context, scene.explanation.inputPicture, 'color', area);
    }
  }

  #point(cell: Cell | null): void {
    if (cell?.row !== this.#cell?.row || cell?.column !== this.#cell?.column) {
      this.#cell = cell;
      this.#redraw();
    }
  }

  #toPicture(event: PointerEvent, { inputPicture: { height, width } }: ImageAnswer): PicturePoint {
    const box = this.#canvas.getBoundingClientRect();
    return {
      y: ((event.clientY - box.top) / box.height) * height - 0.5,
      x: ((event.clientX - box.left) / box.width) * width - 0.5,
    };
  }

  readonly #onPointer = (event: PointerEvent): void => {
    const { shown, explanation } = this.#scene ?? {};
    if (shown && explanation && this.#drawn === null) {
      const { y, x } = this.#toPicture(event, explanation);
      this.#point(findCell(shown.overlay.placement, explanation.height, explanation.width, y, x));
    }
  };

  /** Until the pointer is let go, wherever that is, it draws the box that is explained next. */
  readonly #onPress = (event: PointerEvent): void => {
    const { explanation, region } = this.#scene ?? {};
    if (!explanation || !region || event.button !== 0) {
      return;
    }
    const start = this.#toPicture(event, explanation);
    const listening = new AbortController();
    const follow = (moved: PointerEvent): void => {
      this.#drawn = toCellBox(region, start, this.#toPicture(moved, explanation));
      this.#cell = null;
      this.#redraw();
    };
    const end = (): void => {
      listening.abort();
      const drawn = this.#drawn;
      this.#drawn = null;
      // A press that did not move draws nothing.
      if (drawn) {
        region.onDraw(drawn);
      }
    };
    const give = (): void => {
      listening.abort();
      this.#drawn = null;
      this.#redraw();
    };
    window.addEventListener('pointermove', follow, { signal: listening.signal });
    window.addEventListener('pointerup', end, { signal: listening.signal });
    window.addEventListener('pointercancel', give, { signal: listening.signal });
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const { shown, explanation } = this.#scene ?? {};
    if (event.key in ARROWS && shown && explanation) {
      event.preventDefault();
      this.#point(this.#step(ARROWS[event.key], explanation));
    } else if (event.key === 'Escape' && this.#cell) {
      event.stopPropagation();
      this.#point(null);
    }
  };

  /** The neighbouring cell; the middle one to begin with. */
  #step([down, right]: readonly [number, number], { height, width }: ImageAnswer): Cell {
    const cell = this.#cell;
    if (!cell) {
      return { row: Math.floor(height / 2), column: Math.floor(width / 2) };
    }
    return {
      row: Math.min(height - 1, Math.max(0, cell.row + down)),
      column: Math.min(width - 1, Math.max(0, cell.column + right)),
    };
  }

  #redraw(): void {
    if (this.#scene) {
      render(this.#template(this.#scene), this.element);
    }
  }

  #template({ explanation, shown, title, region, cover }: StageScene): TemplateResult {
    const cell = explanation && shown ? this.#cell : null;
    const leave = (): void => this.#point(null);
    return html`<div
        class="cam-frame ${region ? 'cam-drawable' : ''}"
        tabindex="0"
        role="application"
        aria-label=${shown ? `Map of ${title} over the picture. Arrow keys move from cell to cell.` : 'Picture'}
        @pointermove=${this.#onPointer}
        @pointerdown=${this.#onPress}
        @pointerleave=${leave}
        @keydown=${this.#onKey}
        @blur=${leave}
      >
        ${this.#canvas}${region && explanation ? boxOutline(region, this.#drawn ?? region.box, explanation.inputPicture) : nothing}${explanation && shown && cell ? cellMarks(explanation, shown, cell) : nothing}${cover}
      </div>
      <div class="cam-readout" aria-live="polite">
        ${explanation && shown ? (cell ? cellReadout(explanation, shown, cell) : mapReadout(shown)) : nothing}
      </div>
      ${
        shown
          ? legend(shown.overlay.scale, shown.unit, shown.scaleNote, cell && readValue(shown, cell))
          : html`<div class="cam-legend"></div>`
      }`;
  }
}

function isInside(cell: Cell, { height, width }: ImageAnswer): boolean {
  return cell.row < height && cell.column < width;
}
