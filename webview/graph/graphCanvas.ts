import * as d3 from 'd3';
import type { Insets } from './insets';
import type { PlacedItem, Picture, Rectangle } from './picture';

export interface Viewport {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

export interface GraphCanvas {
  readonly svg: d3.Selection<SVGSVGElement, undefined, null, undefined>;
  /** What is transformed: frames, edges, boxes from back to front. */
  readonly frames: d3.Selection<SVGGElement, undefined, null, undefined>;
  readonly edges: d3.Selection<SVGGElement, undefined, null, undefined>;
  readonly boxes: d3.Selection<SVGGElement, undefined, null, undefined>;
  readonly viewport: () => Viewport;
  /** The part of the picture that is on the screen, in the picture's pixels. */
  visibleArea(): Rectangle;
  setViewport(viewport: Viewport): void;
  setExtent(picture: Picture): void;
  zoomBy(factor: number): void;
  /** Shows the whole rectangle, not larger than `mostZoom`. */
  fit(area: Rectangle, mostZoom: number): void;
  /** Brings an item into view, clear of the panels that lie over the canvas. */
  reveal(item: PlacedItem): void;
  /** Moves an item out from under the panels, where it fits beside them. */
  uncover(item: PlacedItem): void;
}

const MARGIN = 24;
const LEAST_ZOOM = 0.001;
const MOST_ZOOM = 4;
/** Below this zoom names cannot be read. */
export const READABLE_ZOOM = 0.6;

/** The zoomable SVG. Wheel scrolls, as in an editor; with Ctrl or Cmd, and by pinching, it zooms. */
export function createGraphCanvas(onMove: () => void, insets: () => Insets): GraphCanvas {
  const svg = d3.create('svg').attr('class', 'graph-canvas').attr('aria-hidden', 'false');
  addArrow(svg);
  const content = svg.append('g');
  const [frames, edges, boxes] = ['frames', 'edges', 'boxes'].map((name) => content.append('g').attr('class', name));
  const zoom = d3
    .zoom<SVGSVGElement, undefined>()
    .scaleExtent([LEAST_ZOOM, MOST_ZOOM])
    .filter((event: MouseEvent) => (event.type === 'wheel' ? event.ctrlKey || event.metaKey : event.button === 0))
    .on('zoom', ({ transform }: d3.D3ZoomEvent<SVGSVGElement, undefined>) => {
      content.attr('transform', transform.toString());
      onMove();
    });
  svg.call(zoom).on('dblclick.zoom', null);
  svg.on('wheel.pan', (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const { k } = transform();
      const [dx, dy] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
      svg.call(zoom.translateBy, -dx / k, -dy / k);
    }
  });
  const transform = (): d3.ZoomTransform => d3.zoomTransform(svg.node() as SVGSVGElement);
  const size = (): { width: number; height: number } => {
    const { clientWidth, clientHeight } = svg.node() as SVGSVGElement;
    return { width: clientWidth, height: clientHeight };
  };
  const set = ({ k, x, y }: Viewport): void => {
    svg.call((selection) => zoom.transform(selection, d3.zoomIdentity.translate(x, y).scale(k)));
  };
  return {
    svg,
    frames,
    edges,
    boxes,
    viewport: () => {
      const { k, x, y } = transform();
      return { k, x, y };
    },
    visibleArea() {
      const { k, x, y } = transform();
      const { width, height } = size();
      return { x: -x / k, y: -y / k, width: width / k, height: height / k };
    },
    setViewport: set,
    setExtent({ width, height }) {
      zoom.translateExtent([
        [-4000, -4000],
        [width + 4000, height + 4000],
      ]);
    },
    zoomBy: (factor) => void svg.call((selection) => zoom.scaleBy(selection, factor)),
    fit: (area, mostZoom) => set(toFit(area, size(), insets(), mostZoom)),
    reveal: (item) => set(toReveal(item, transform(), size(), insets())),
    uncover: (item) => set(toUncovered(item, transform(), size(), insets())),
  };
}

/** The viewport that shows `area` whole and centred in what the panels leave free. */
export function toFit(
  area: Rectangle,
  { width, height }: { readonly width: number; readonly height: number },
  { top, right, bottom }: Insets,
  mostZoom: number,
): Viewport {
  const [freeWidth, freeHeight] = [width - right, height - top - bottom];
  const scale = Math.min((freeWidth - 2 * MARGIN) / area.width, (freeHeight - 2 * MARGIN) / area.height, mostZoom);
  const k = Math.max(LEAST_ZOOM, scale);
  return {
    k,
    x: freeWidth / 2 - (area.x + area.width / 2) * k,
    y: top + freeHeight / 2 - (area.y + area.height / 2) * k,
  };
}

/**
 * The viewport that shows an item: moved as little as needed when a part of it is in view at a readable zoom, else
 * with the item in the middle.
 */
export function toReveal(
  item: Rectangle,
  { k, x, y }: Viewport,
  { width, height: wholeHeight }: { readonly width: number; readonly height: number },
  { top, right, bottom }: Insets,
): Viewport {
  const height = wholeHeight - bottom;
  const [left, upper] = [item.x * k + x, item.y * k + y];
  const isInView = left + item.width * k > 0 && left < width - right && upper + item.height * k > top && upper < height;
  if (k < READABLE_ZOOM || !isInView) {
    const zoom = Math.max(k, READABLE_ZOOM);
    return {
      k: zoom,
      x: (width - right) / 2 - (item.x + item.width / 2) * zoom,
      y: top + (height - top) / 2 - (item.y + Math.min(item.height, height / zoom) / 2) * zoom,
    };
  }
  return {
    k,
    x: x + toShift(left, item.width * k, MARGIN, width - right - MARGIN),
    y: y + toShift(upper, item.height * k, top + MARGIN, height - MARGIN),
  };
}

/** The viewport in which an item does not lie under the panels; the same one where the item is larger than what they leave. */
export function toUncovered(
  item: Rectangle,
  { k, x, y }: Viewport,
  { width, height }: { readonly width: number; readonly height: number },
  { top, right, bottom }: Insets,
): Viewport {
  const [itemWidth, itemHeight] = [item.width * k, item.height * k];
  const [freeWidth, freeHeight] = [width - right - 2 * MARGIN, height - top - bottom - 2 * MARGIN];
  if (itemWidth > freeWidth || itemHeight > freeHeight) {
    return { k, x, y };
  }
  return {
    k,
    x: x + toShift(item.x * k + x, itemWidth, MARGIN, MARGIN + freeWidth),
    y: y + toShift(item.y * k + y, itemHeight, top + MARGIN, top + MARGIN + freeHeight),
  };
}

/** How far to move something from `start` of `length` so that it lies between `low` and `high`; too long: its start. */
function toShift(start: number, length: number, low: number, high: number): number {
  if (start < low || length > high - low) {
    return low - start;
  }
  return Math.min(0, high - start - length);
}

/** The head of an edge, which edges refer to as `#arrow`. */
export function addArrow(svg: d3.Selection<SVGSVGElement, undefined, null, undefined>): void {
  svg
    .append('defs')
    .append('marker')
    .attr('id', 'arrow')
    .attr('viewBox', '0 0 8 8')
    .attr('refX', 7)
    .attr('refY', 4)
    .attr('markerWidth', 8)
    .attr('markerHeight', 8)
    .attr('markerUnits', 'userSpaceOnUse')
    .attr('orient', 'auto')
    .append('path')
    .attr('class', 'arrow')
    .attr('d', 'M0,0 L8,4 L0,8 z');
}
