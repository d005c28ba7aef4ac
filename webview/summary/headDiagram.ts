import * as d3 from 'd3';
import { formatExact } from '../quantity';

/** Size of the feature map and number of classes. */
export interface HeadSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}

const WIDTH = 420;
const HEIGHT = 190;
const MIDDLE = 88;
const MOST_CELLS = 8;

type Parent = d3.Selection<SVGGElement, undefined, null, undefined>;

/** The head as a picture: a stack of C maps, one vector (C means, or all CHW values), K logits. */
export function headDiagram(variant: 'gap' | 'fc', size: HeadSize): SVGSVGElement {
  const { channels, height, width, classes } = size;
  const svg = d3.create('svg').attr('class', 'head-diagram').attr('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  const vector = variant === 'gap' ? channels : channels * height * width;
  svg
    .attr('role', 'img')
    .attr(
      'aria-label',
      `${formatExact(channels)} maps of ${height} by ${width}, ${variant === 'gap' ? 'averaged' : 'flattened'} to a ` +
        `vector of ${formatExact(vector)}, then a linear layer to ${formatExact(classes)} logits`,
    );
  const root: Parent = svg.append('g');
  drawMaps(root, size);
  drawArrow(root, 134, 186, variant === 'gap' ? 'mean' : 'flatten', variant === 'gap' ? 'over i, j' : '');
  const half = variant === 'gap' ? 34 : 70;
  drawVector(root, 198, half, formatExact(vector), variant === 'gap' ? 'C' : 'C·H·W');
  drawWeights(root, 214, half, 352, 46, variant);
  drawVector(root, 354, 46, formatExact(classes), 'K');
  root
    .append('text')
    .attr('class', 'diagram-note')
    .attr('x', 284)
    .attr('y', MIDDLE - 74)
    .attr('text-anchor', 'middle')
    .text('linear');
  root
    .append('text')
    .attr('class', 'diagram-note')
    .attr('x', 376)
    .attr('y', MIDDLE + 4)
    .text('logits y');
  return svg.node() as SVGSVGElement;
}

/** Four squares behind each other stand for the C channels; the front one shows its cells (at most 8×8 of them). */
function drawMaps(root: Parent, { channels, height, width }: HeadSize): void {
  const side = 72;
  const scale = side / Math.max(height, width);
  const [w, h] = [Math.max(10, width * scale), Math.max(10, height * scale)];
  const top = MIDDLE - h / 2 + 8;
  for (const offset of [24, 16, 8, 0]) {
    root
      .append('rect')
      .attr('class', 'diagram-map')
      .attr('x', 14 + offset)
      .attr('y', top - offset)
      .attr('width', w)
      .attr('height', h);
  }
  const grid = { columns: Math.min(width, MOST_CELLS), rows: Math.min(height, MOST_CELLS) };
  for (const column of d3.range(1, grid.columns)) {
    const x = 14 + (column * w) / grid.columns;
    root
      .append('line')
      .attr('class', 'diagram-grid')
      .attr('x1', x)
      .attr('x2', x)
      .attr('y1', top)
      .attr('y2', top + h);
  }
  for (const row of d3.range(1, grid.rows)) {
    const y = top + (row * h) / grid.rows;
    root
      .append('line')
      .attr('class', 'diagram-grid')
      .attr('x1', 14)
      .attr('x2', 14 + w)
      .attr('y1', y)
      .attr('y2', y);
  }
  const label = root
    .append('text')
    .attr('class', 'diagram-size')
    .attr('x', 14)
    .attr('y', HEIGHT - 20);
  label.text(`C×H×W = ${formatExact(channels)}×${height}×${width}`);
  root
    .append('text')
    .attr('class', 'diagram-note')
    .attr('x', 14)
    .attr('y', HEIGHT - 5)
    .text('feature map F');
}

function drawArrow(root: Parent, from: number, to: number, label: string, note: string): void {
  root
    .append('line')
    .attr('class', 'diagram-line')
    .attr('x1', from)
    .attr('x2', to - 5)
    .attr('y1', MIDDLE)
    .attr('y2', MIDDLE);
  root
    .append('path')
    .attr('class', 'diagram-arrow')
    .attr('d', `M${to - 7},${MIDDLE - 4} L${to},${MIDDLE} L${to - 7},${MIDDLE + 4} z`);
  const middle = (from + to) / 2;
  root
    .append('text')
    .attr('class', 'diagram-operation')
    .attr('x', middle)
    .attr('y', MIDDLE - 9)
    .attr('text-anchor', 'middle')
    .text(label);
  root
    .append('text')
    .attr('class', 'diagram-note')
    .attr('x', middle)
    .attr('y', MIDDLE + 17)
    .attr('text-anchor', 'middle')
    .text(note);
}

function drawVector(root: Parent, x: number, half: number, size: string, symbol: string): void {
  root
    .append('rect')
    .attr('class', 'diagram-vector')
    .attr('x', x)
    .attr('y', MIDDLE - half)
    .attr('width', 14)
    .attr('height', 2 * half);
  root
    .append('text')
    .attr('class', 'diagram-size')
    .attr('x', x + 7)
    .attr('y', HEIGHT - 20)
    .attr('text-anchor', 'middle')
    .text(size);
  root
    .append('text')
    .attr('class', 'diagram-note')
    .attr('x', x + 7)
    .attr('y', HEIGHT - 5)
    .attr('text-anchor', 'middle')
    .text(symbol);
}

/** Lines between the vectors: more of them where there are more weights. */
function drawWeights(root: Parent, x1: number, half1: number, x2: number, half2: number, variant: 'gap' | 'fc'): void {
  const [sources, targets] = variant === 'gap' ? [4, 5] : [12, 7];
  const spread = (count: number, half: number): number[] =>
    d3.range(count).map((index) => MIDDLE - half + 6 + (index * (2 * half - 12)) / (count - 1));
  for (const y1 of spread(sources, half1)) {
    for (const y2 of spread(targets, half2)) {
      root.append('line').attr('class', 'diagram-weight').attr('x1', x1).attr('x2', x2).attr('y1', y1).attr('y2', y2);
    }
  }
}
