import type { BoxColors } from './boxColors';
import type { Viewport } from './graphCanvas';
import type { GraphModel } from './graphModel';
import { intersects, type Picture, type Rectangle } from './picture';

/** More boxes than this are never drawn as elements: from so far away nobody can read them. */
export const MOST_ELEMENTS = 500;
/** Edges between smaller boxes (pixels on the screen) cannot be told apart. */
const LEAST_BOX_WIDTH = 6;
/** A frame this wide on the screen has room for its name. */
const LEAST_LABEL_WIDTH = 90;
const DEFAULT_BOX_WIDTH = 150;

export interface FarView {
  readonly element: HTMLCanvasElement;
  draw(picture: Picture, model: GraphModel, viewport: Viewport, area: Rectangle, colors: BoxColors): void;
  hide(): void;
}

/** The picture as coloured specks on a canvas, for when very much of it is in view: drawn at once, however much it is. */
export function createFarView(): FarView {
  const element = document.createElement('canvas');
  element.className = 'graph-far';
  element.hidden = true;
  return {
    element,
    hide: () => {
      element.hidden = true;
    },
    draw(picture, model, viewport, area, colors) {
      const context = element.getContext('2d');
      if (context === null) {
        return;
      }
      element.hidden = false;
      const ratio = window.devicePixelRatio;
      const [width, height] = [area.width * viewport.k, area.height * viewport.k];
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
      context.scale(ratio, ratio);
      const style = getComputedStyle(element);
      drawFrames(context, picture, model, viewport, area, style);
      if (DEFAULT_BOX_WIDTH * viewport.k >= LEAST_BOX_WIDTH) {
        drawEdges(context, picture, viewport, area, style.getPropertyValue('--edge'));
      }
      drawBoxes(context, picture, viewport, area, colors);
    },
  };
}

function drawFrames(
  context: CanvasRenderingContext2D,
  picture: Picture,
  { view }: GraphModel,
  { k, x, y }: Viewport,
  area: Rectangle,
  style: CSSStyleDeclaration,
): void {
  context.strokeStyle = style.getPropertyValue('--far-frame');
  context.fillStyle = style.color;
  context.font = `600 11px ${style.fontFamily}`;
  for (const frame of picture.frames) {
    if (!intersects(frame, area) || frame.width * k < LEAST_BOX_WIDTH) {
      continue;
    }
    const [left, top] = [frame.x * k + x, frame.y * k + y];
    context.strokeRect(left, top, frame.width * k, frame.height * k);
    const item = view.items.get(frame.id);
    if (frame.width * k >= LEAST_LABEL_WIDTH && item?.kind === 'block') {
      context.fillText(item.label, left + 4, Math.max(top, 52) + 13, frame.width * k - 8);
    }
  }
}

function drawEdges(
  context: CanvasRenderingContext2D,
  { edges }: Picture,
  { k, x, y }: Viewport,
  area: Rectangle,
  color: string,
): void {
  context.strokeStyle = color;
  context.lineWidth = 0.5;
  context.beginPath();
  for (const { points } of edges) {
    const [first, last] = [points[0], points[points.length - 1]];
    if (Math.max(first.y, last.y) < area.y || Math.min(first.y, last.y) > area.y + area.height) {
      continue;
    }
    context.moveTo(first.x * k + x, first.y * k + y);
    for (const point of points) {
      context.lineTo(point.x * k + x, point.y * k + y);
    }
  }
  context.stroke();
  context.lineWidth = 1;
}

function drawBoxes(
  context: CanvasRenderingContext2D,
  { boxes }: Picture,
  { k, x, y }: Viewport,
  area: Rectangle,
  colors: BoxColors,
): void {
  for (const box of boxes) {
    if (intersects(box, area)) {
      context.fillStyle = colors.of(box.id);
      const [width, height] = [Math.max(1, box.width * k), Math.max(1, box.height * k)];
      context.fillRect(box.x * k + x, box.y * k + y, width, height);
    }
  }
}
