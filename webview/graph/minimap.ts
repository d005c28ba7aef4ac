import * as d3 from 'd3';
import type { GraphCanvas, Viewport } from './graphCanvas';
import type { GraphModel } from './graphModel';
import type { Picture } from './picture';

export interface Minimap {
  readonly element: HTMLElement;
  draw(picture: Picture, model: GraphModel): void;
}

const MOST_WIDTH = 130;
const MOST_HEIGHT = 200;

/** The whole graph in the corner with the part that is on the screen; click or drag to go elsewhere. */
export function createMinimap(move: (viewport: Viewport) => void, canvas: GraphCanvas): Minimap {
  const element = document.createElement('div');
  element.className = 'minimap';
  // Everything it does can be done with keys; to a screen reader it would be noise.
  element.setAttribute('aria-hidden', 'true');
  const svg = d3.select(element).append('svg');
  const boxes = svg.append('g');
  const window = svg.append('rect').attr('class', 'minimap-window');
  let drawn: Picture | null = null;
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
    draw(picture, { contentOf }) {
      const area = canvas.visibleArea();
      const isWhole =
        area.x <= 0 && area.y <= 0 && area.x + area.width >= picture.width && area.y + area.height >= picture.height;
      element.hidden = isWhole;
      if (picture !== drawn) {
        drawn = picture;
        scale = Math.min(MOST_WIDTH / picture.width, MOST_HEIGHT / picture.height);
        svg.attr('width', picture.width * scale).attr('height', picture.height * scale);
        boxes
          .selectAll('rect')
          .data(picture.boxes)
          .join('rect')
          .attr('class', ({ id }) => `family-${contentOf(id).titles[0].family}`)
          .attr('x', ({ x }) => x * scale)
          .attr('y', ({ y }) => y * scale)
          .attr('width', ({ width }) => Math.max(1, width * scale))
          .attr('height', ({ height }) => Math.max(1, height * scale));
      }
      window
        .attr('x', area.x * scale)
        .attr('y', area.y * scale)
        .attr('width', area.width * scale)
        .attr('height', area.height * scale);
    },
  };
}
