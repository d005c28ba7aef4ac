import * as d3 from 'd3';
import type { BoxColors } from './boxColors';
import type { GraphCanvas, Viewport } from './graphCanvas';
import type { Picture } from './picture';

export interface Minimap {
  readonly element: HTMLElement;
  draw(picture: Picture, colors: BoxColors): void;
}

const MOST_WIDTH = 130;
const MOST_HEIGHT = 200;

/** The whole graph in the corner with the part that is on the screen; click or drag to go elsewhere. */
export function createMinimap(move: (viewport: Viewport) => void, canvas: GraphCanvas): Minimap {
  const element = document.createElement('div');
  element.className = 'minimap';
  // Everything it does can be done with keys; to a screen reader it would be noise.
  element.setAttribute('aria-hidden', 'true');
  // A canvas for the boxes: there may be tens of thousands.
  const boxes = document.createElement('canvas');
  const svg = d3.create('svg');
  const window = svg.append('rect').attr('class', 'minimap-window');
  element.append(boxes, ...svg.nodes());
  let drawn: { readonly picture: Picture; readonly colors: BoxColors } | null = null;
  let scale = 1;

  const goTo = (event: PointerEvent): void => {
    const [x, y] = d3.pointer(event, svg.node());
    const { width, height } = canvas.visibleArea();
    const { k } = canvas.viewport();
    move({ k, x: -(x / scale - width / 2) * k, y: -(y / scale - height / 2) * k });
  };
  svg.on('pointerdown', (event: PointerEvent) => {
    svg.node()?.setPointerCapture(event.pointerId);
    goTo(event);
  });
  svg.on('pointermove', (event: PointerEvent) => {
    if (event.buttons === 1) {
      goTo(event);
    }
  });

  return {
    element,
    draw(picture, colors) {
      const area = canvas.visibleArea();
      const isWhole =
        area.x <= 0 && area.y <= 0 && area.x + area.width >= picture.width && area.y + area.height >= picture.height;
      element.hidden = isWhole;
      if (!isWhole && (drawn?.picture !== picture || drawn.colors !== colors)) {
        drawn = { picture, colors };
        scale = Math.min(MOST_WIDTH / picture.width, MOST_HEIGHT / picture.height);
        svg.attr('width', Math.max(12, picture.width * scale)).attr('height', picture.height * scale);
        drawSpecks(boxes, picture, scale, colors);
      }
      window
        .attr('x', area.x * scale)
        .attr('y', area.y * scale)
        .attr('width', Math.max(3, area.width * scale))
        .attr('height', Math.max(3, area.height * scale));
    },
  };
}

function drawSpecks(canvas: HTMLCanvasElement, picture: Picture, scale: number, colors: BoxColors): void {
  const ratio = window.devicePixelRatio;
  const [width, height] = [Math.max(12, picture.width * scale), picture.height * scale];
  canvas.width = Math.ceil(width * ratio);
  canvas.height = Math.ceil(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  if (context === null) {
    return;
  }
  context.scale(ratio, ratio);
  for (const box of picture.boxes) {
    context.fillStyle = colors.of(box.id);
    context.fillRect(box.x * scale, box.y * scale, Math.max(1, box.width * scale), Math.max(1, box.height * scale));
  }
}
