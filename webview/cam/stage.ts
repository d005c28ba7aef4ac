import { html, nothing, render, svg } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { Explanation } from '../../src/protocol/explanation';
import { computeCellRectangle, computeFieldRectangle, findCell } from './cellPlacement';
import type { PixelRectangle } from './cellPlacement';
import { formatNumber, formatSigned } from './formatNumber';
import { legend } from './legend';
import { OverlayPainter } from './overlayPainter';
import type { ShownMap } from './scene';

interface Cell {
  readonly row: number;
  readonly column: number;
}

/** What the stage draws: a picture, and a map over it when there is one. */
export interface StageScene {
  readonly explanation: Explanation | null;
  readonly shown: ShownMap | null;
  readonly title: string;
  readonly opacity: number;
  /** Over the picture: progress, a failure. */
  readonly cover: TemplateResult | typeof nothing;
}

/** The picture with the map over it; pointer or arrow keys name a cell, its value and what it sees. */
export function createStage(): {
  readonly element: HTMLElement;
  draw(scene: StageScene): void;
  /** Fills the canvas, which has a size only once the element is attached. */
  paint(): void;
} {
  const element = document.createElement('div');
  element.className = 'cam-stage';
  const canvas = document.createElement('canvas');
  const painter = new OverlayPainter();
  let scene: StageScene | null = null;
  let cell: Cell | null = null;

  function paint(): void {
    const context = canvas.getContext('2d');
    const picture = scene?.explanation?.inputPicture;
    if (!context || !scene || canvas.clientWidth === 0) {
      return;
    }
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
    canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
    const area = { x: 0, y: 0, width: canvas.width, height: canvas.height };
    if (scene.shown) {
      painter.draw(context, scene.shown.overlay, scene.opacity, area);
    } else if (picture) {
      painter.drawPicture(context, picture, area);
    }
  }

  function point(next: Cell | null): void {
    if (next?.row !== cell?.row || next?.column !== cell?.column) {
      cell = next;
      drawParts();
    }
  }

  function onPointer(event: PointerEvent): void {
    const { shown, explanation } = scene ?? {};
    if (shown && explanation) {
      const box = canvas.getBoundingClientRect();
      const { height, width } = explanation.inputPicture;
      const y = ((event.clientY - box.top) / box.height) * height - 0.5;
      const x = ((event.clientX - box.left) / box.width) * width - 0.5;
      point(findCell(shown.overlay.placement, explanation.height, explanation.width, y, x));
    }
  }

  function onKey(event: KeyboardEvent): void {
    const step = ARROWS[event.key];
    const explanation = scene?.explanation;
    if (step && explanation && scene?.shown) {
      event.preventDefault();
      const from = cell ?? { row: Math.floor(explanation.height / 2), column: Math.floor(explanation.width / 2) };
      point({
        row: Math.min(explanation.height - 1, Math.max(0, from.row + (cell ? step[0] : 0))),
        column: Math.min(explanation.width - 1, Math.max(0, from.column + (cell ? step[1] : 0))),
      });
    } else if (event.key === 'Escape' && cell) {
      event.stopPropagation();
      point(null);
    }
  }

  function drawParts(): void {
    if (scene) {
      render(template(scene, cell, canvas, { onPointer, onKey, leave: () => point(null) }), element);
    }
  }

  new ResizeObserver(paint).observe(canvas);
  return {
    element,
    draw(next) {
      const { explanation } = next;
      if (cell && explanation && (cell.row >= explanation.height || cell.column >= explanation.width)) {
        cell = null;
      }
      scene = next;
      drawParts();
      const frame = canvas.parentElement;
      if (frame && explanation) {
        frame.style.aspectRatio = `${explanation.inputPicture.width} / ${explanation.inputPicture.height}`;
      }
    },
    paint,
  };
}

const ARROWS: Readonly<Record<string, readonly [row: number, column: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface StageHandlers {
  onPointer(event: PointerEvent): void;
  onKey(event: KeyboardEvent): void;
  leave(): void;
}

function template(
  scene: StageScene,
  cell: Cell | null,
  canvas: HTMLCanvasElement,
  handlers: StageHandlers,
): TemplateResult {
  const { explanation, shown } = scene;
  const pointed = explanation && shown && cell ? { explanation, shown, cell } : null;
  return html`<div
      class="cam-frame"
      tabindex="0"
      role="application"
      aria-label=${shown ? `Map of ${scene.title} over the picture. Arrow keys move from cell to cell.` : 'Picture'}
      @pointermove=${handlers.onPointer}
      @pointerleave=${handlers.leave}
      @keydown=${handlers.onKey}
      @blur=${handlers.leave}
    >
      ${canvas}${pointed ? marks(pointed.explanation, pointed.shown, pointed.cell) : nothing}${scene.cover}
    </div>
    <p class="cam-readout" aria-live="polite">
      ${pointed ? readout(pointed.explanation, pointed.shown, pointed.cell) : hint(shown)}
    </p>
    ${shown ? legend(shown.overlay.scale, shown.unit, shown.scaleNote, pointed ? valueAt(shown, pointed.cell) : null) : html`<div class="cam-legend"></div>`}`;
}

function marks(explanation: Explanation, shown: ShownMap, cell: Cell): TemplateResult {
  const { height, width } = explanation.inputPicture;
  const field = explanation.receptiveField && computeFieldRectangle(explanation.receptiveField, cell.row, cell.column);
  const drawn = computeCellRectangle(shown.overlay.placement, cell.row, cell.column);
  return html`<svg class="cam-marks" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
    ${field ? rectangle(clip(field, height, width), 'cam-mark-field') : nothing}
    ${rectangle(clip(drawn, height, width), 'cam-mark-cell')}
  </svg>`;
}

/** Twice, dark under light: visible on any picture. */
function rectangle({ left, top, width, height }: PixelRectangle, className: string): TemplateResult {
  const draw = (edge: string): TemplateResult =>
    svg`<rect class="${className} ${edge}" x=${left} y=${top} width=${width} height=${height} vector-effect="non-scaling-stroke"></rect>`;
  return svg`${draw('cam-mark-dark')}${draw('cam-mark-light')}`;
}

/** The part inside the picture, from pixel centres to the drawing's corner coordinates. */
function clip(rectangle: PixelRectangle, height: number, width: number): PixelRectangle {
  const left = Math.max(0, rectangle.left + 0.5);
  const top = Math.max(0, rectangle.top + 0.5);
  return {
    left,
    top,
    width: Math.max(0, Math.min(width, rectangle.left + 0.5 + rectangle.width) - left),
    height: Math.max(0, Math.min(height, rectangle.top + 0.5 + rectangle.height) - top),
  };
}

function valueAt(shown: ShownMap, cell: Cell): number {
  return shown.overlay.map[cell.row * shown.overlay.mapWidth + cell.column];
}

function readout(explanation: Explanation, shown: ShownMap, cell: Cell): TemplateResult {
  const value = valueAt(shown, cell);
  const cells = explanation.height * explanation.width;
  const share = explanation.aggregate === 'mean' ? value / cells : value;
  const field = explanation.receptiveField;
  return html`<strong>${formatSigned(value)} ${shown.unit}</strong>
    <span>row ${cell.row}, column ${cell.column}</span>
    ${shown.unit === 'logit' && explanation.aggregate === 'mean' ? html`<span>adds ${formatSigned(share)} to the logit</span>` : nothing}
    ${field ? html`<span>sees ${field.size[1]} × ${field.size[0]} px${field.exact ? '' : ' (widest branch)'}</span>` : nothing}`;
}

function hint(shown: ShownMap | null): TemplateResult | typeof nothing {
  if (!shown) {
    return nothing;
  }
  const { map } = shown.overlay;
  const finite = map.filter((value) => Number.isFinite(value));
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return finite.length === 0
    ? nothing
    : html`<span>This map: ${formatNumber(low)} to ${formatNumber(high)} ${shown.unit}</span
        ><span class="cam-quiet">point at a cell to read it</span>`;
}
