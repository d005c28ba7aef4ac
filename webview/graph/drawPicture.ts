import * as d3 from 'd3';
import { formatShape } from '../quantity';
import { appendEnter, drawBoxes } from './drawBoxes';
import { toBlockDetail } from './boxContent';
import { MOST_ELEMENTS, type FarView } from './farView';
import type { BoxColors } from './boxColors';
import { FRAME_HEADER, intersects, type Picture, type PlacedEdge, type PlacedItem, type Rectangle } from './picture';
import type { GraphCanvas } from './graphCanvas';
import { toElementId, type Marks, type PictureActions } from './marks';
import type { GraphModel } from './graphModel';
import type { GraphView, ItemId } from './viewModel';

/**
 * Draws what is in view and removes the rest: the cost follows what can be seen, not the model. Where more is in view
 * than can be read, it is drawn as specks, and only what is marked as elements.
 */
export function drawPicture(
  canvas: GraphCanvas,
  far: FarView,
  model: GraphModel,
  picture: Picture,
  marks: Marks,
  colors: BoxColors,
  actions: PictureActions,
): void {
  const { view, contentOf } = model;
  const area = canvas.visibleArea();
  const boxes = picture.boxes.filter((box) => intersects(box, area));
  canvas.svg.classed('has-path', marks.path !== null);
  if (boxes.length > MOST_ELEMENTS) {
    far.draw(picture, model, canvas.viewport(), area, colors);
    const isMarked = ({ id }: PlacedItem): boolean => id === marks.selected || marks.matches.has(id);
    const marked = boxes.filter(isMarked).slice(0, MOST_ELEMENTS);
    drawFrames(canvas, view, [], marks, actions);
    drawEdges(canvas, [], marks);
    drawBoxes(canvas.boxes, view, marked, contentOf, marks, colors, actions);
    return;
  }
  far.hide();
  drawElements(canvas, model, picture, area, marks, colors, actions);
}

type Layers = Pick<GraphCanvas, 'frames' | 'edges' | 'boxes'>;

/** Everything in an area as elements. */
export function drawElements(
  layers: Layers,
  { view, contentOf }: GraphModel,
  picture: Picture,
  area: Rectangle,
  marks: Marks,
  colors: BoxColors,
  actions: PictureActions,
): void {
  const inView = <Shape extends Rectangle>(shapes: readonly Shape[]): Shape[] =>
    shapes.filter((shape) => intersects(shape, area));
  drawFrames(layers, view, inView(picture.frames), marks, actions);
  drawEdges(
    layers,
    picture.edges.filter((edge) => intersects(toBounds(edge), area)),
    marks,
  );
  drawBoxes(layers.boxes, view, inView(picture.boxes), contentOf, marks, colors, actions);
}

const bounds = new WeakMap<PlacedEdge, Rectangle>();

function toBounds(edge: PlacedEdge): Rectangle {
  let rectangle = bounds.get(edge);
  if (rectangle === undefined) {
    const [left, right] = d3.extent(edge.points, ({ x }) => x) as [number, number];
    const [top, bottom] = d3.extent(edge.points, ({ y }) => y) as [number, number];
    // Room for the shape beside the line.
    rectangle = { x: left, y: top, width: right - left + 120, height: bottom - top };
    bounds.set(edge, rectangle);
  }
  return rectangle;
}

function drawFrames(
  { frames }: Layers,
  view: GraphView,
  placed: readonly PlacedItem[],
  marks: Marks,
  actions: PictureActions,
): void {
  const groups = frames
    .selectAll<SVGGElement, PlacedItem>('g.frame')
    .data(placed, ({ id }) => id)
    .join((enter) => {
      const group = enter.append('g').attr('class', 'frame').attr('role', 'button').attr('aria-expanded', 'true');
      group.attr('id', ({ id }) => toElementId(id));
      group.append('rect').attr('class', 'frame-body').attr('rx', 6);
      group.append('rect').attr('class', 'frame-title').attr('height', FRAME_HEADER).attr('rx', 6);
      group.append('path').attr('class', 'chevron').attr('d', 'M0,0 l5,5 l5,-5').attr('transform', 'translate(11,13)');
      group.append('text').attr('class', 'frame-label').attr('x', 28).attr('y', 20);
      group.each(function () {
        appendEnter(d3.select(this), 0, 7);
      });
      return group;
    });
  groups
    .attr('transform', ({ x, y }) => `translate(${x},${y})`)
    .attr('aria-label', ({ id }) => `Block ${toLabel(view, id)}, expanded`)
    .classed('selected', ({ id }) => id === marks.selected)
    .on('click', (event: MouseEvent, { id }) => {
      if (!(event.target instanceof Element) || event.target.closest('.frame-body') !== null) {
        return;
      }
      if (event.target.closest('.enter') !== null) {
        actions.enter(id);
      } else {
        actions.toggle(id);
      }
    })
    .order();
  groups
    .select('.frame-body')
    .attr('width', ({ width }) => width)
    .attr('height', ({ height }) => height);
  groups.select('.enter').attr('transform', ({ width }) => `translate(${width - 26},7)`);
  groups.select('.frame-title').attr('width', ({ width }) => width);
  groups.select('.frame-label').text(({ id }) => toLabel(view, id));
}

function toLabel(view: GraphView, id: ItemId): string {
  const item = view.items.get(id);
  return item?.kind === 'block' ? `${item.label}${item.repeat === null ? '' : `  ${toBlockDetail(item)}`}` : '';
}

const line = d3
  .line<{ x: number; y: number }>()
  .x(({ x }) => x)
  .y(({ y }) => y)
  .curve(d3.curveMonotoneY);

function drawEdges({ edges }: Layers, placed: readonly PlacedEdge[], marks: Marks): void {
  const groups = edges
    .selectAll<SVGGElement, PlacedEdge>('g.edge')
    .data(placed, ({ id }) => id)
    .join((enter) => {
      const group = enter.append('g').attr('class', 'edge');
      group.append('path');
      group.append('text').attr('dominant-baseline', 'middle');
      group.append('title');
      return group;
    });
  groups
    .classed('feature-map', ({ tensor }) => tensor === marks.featureMap)
    .classed('selected', ({ tensor }) => marks.tensors.has(tensor))
    .classed('on-path', ({ id }) => marks.path?.edges.has(id) === true);
  groups
    .select('path')
    .attr('d', ({ points }) => line(points))
    .attr('marker-end', ({ hasArrow }) => (hasArrow ? 'url(#arrow)' : null));
  groups
    .select('text')
    .attr('x', ({ label }) => label?.x ?? 0)
    .attr('y', ({ label }) => label?.y ?? 0)
    .text(({ label, shape }) => (label === null ? '' : formatShape(shape)));
  groups.select('title').text(({ tensor, shape }) => `${tensor}  ${formatShape(shape)}`);
}
