import { range } from 'd3';
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit/html.js';
import { formatExact } from '../quantity';

/** Size of the feature map and number of classes. */
export interface HeadSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}

const MIDDLE = 86;
const MOST_CELLS = 8;
/** Where the pictures of maps, vector and logits stand; half the vector's height. */
const MAPS = { x: 18, side: 76 };
const VECTOR = { x: 222, width: 14, half: { gap: 34, fc: 72 } };
const LOGITS = { x: 372, width: 14, half: 46 };

/** The head as a picture: a stack of C maps, one vector (C means, or all CHW values), K logits. */
export function headDiagram(variant: 'gap' | 'fc', size: HeadSize): TemplateResult {
  const { channels, height, width, classes } = size;
  const vector = variant === 'gap' ? channels : channels * height * width;
  const half = VECTOR.half[variant];
  const description =
    `${formatExact(channels)} maps of ${height} by ${width}, ${variant === 'gap' ? 'averaged' : 'flattened'} to a ` +
    `vector of ${formatExact(vector)}, then a linear layer to ${formatExact(classes)} logits`;
  return html`<svg class="head-diagram" viewBox="-8 0 432 200" role="img" aria-label=${description}>
    ${mapsTemplate(size)} ${variant === 'gap' ? arrowTemplate('mean', 'over i, j') : arrowTemplate('flatten', '')}
    ${weightsTemplate(half, variant)} ${vectorTemplate(VECTOR.x, half)} ${vectorTemplate(LOGITS.x, LOGITS.half)}
    ${labelTemplate(66, `${formatExact(channels)}×${height}×${width}`, 'feature map C×H×W')}
    ${labelTemplate(VECTOR.x + 7, formatExact(vector), variant === 'gap' ? 'C' : 'C·H·W')}
    ${labelTemplate((VECTOR.x + LOGITS.x) / 2 + 7, '', 'linear')}
    ${labelTemplate(LOGITS.x + 7, formatExact(classes), 'K logits')}
  </svg>`;
}

/** Four squares behind each other stand for the C channels; the front one shows its cells (at most 8×8 of them). */
function mapsTemplate({ height, width }: HeadSize): SVGTemplateResult {
  const scale = MAPS.side / Math.max(height, width);
  const [w, h] = [Math.max(10, width * scale), Math.max(10, height * scale)];
  const { x } = MAPS;
  const y = MIDDLE - h / 2 + 10;
  const columns = range(1, Math.min(width, MOST_CELLS)).map((column) => (column * w) / Math.min(width, MOST_CELLS));
  const rows = range(1, Math.min(height, MOST_CELLS)).map((row) => (row * h) / Math.min(height, MOST_CELLS));
  const grid = [
    ...columns.map((offset) => `M${x + offset},${y} v${h}`),
    ...rows.map((offset) => `M${x},${y + offset} h${w}`),
  ];
  return svg`
    ${[24, 16, 8, 0].map(
      (offset) => svg`<rect class="diagram-map" x=${x + offset} y=${y - offset} width=${w} height=${h}></rect>`,
    )}
    <path class="diagram-grid" d=${grid.join(' ')}></path>`;
}

function arrowTemplate(operation: string, note: string): SVGTemplateResult {
  const [from, to] = [138, VECTOR.x - 10];
  const middle = (from + to) / 2;
  return svg`
    <path class="diagram-line" d="M${from},${MIDDLE} H${to - 5}"></path>
    <path class="diagram-arrow" d="M${to - 7},${MIDDLE - 4} L${to},${MIDDLE} L${to - 7},${MIDDLE + 4} z"></path>
    <text x=${middle} y=${MIDDLE - 9} text-anchor="middle">${operation}</text>
    <text class="diagram-note" x=${middle} y=${MIDDLE + 18} text-anchor="middle">${note}</text>`;
}

function vectorTemplate(x: number, half: number): SVGTemplateResult {
  return svg`<rect class="diagram-vector" x=${x} y=${MIDDLE - half} width="14" height=${2 * half}></rect>`;
}

/** A size with its symbol below, under the thing it belongs to. */
function labelTemplate(x: number, size: string, symbol: string): SVGTemplateResult {
  return svg`
    <text x=${x} y="177" text-anchor="middle">${size}</text>
    <text class="diagram-note" x=${x} y="194" text-anchor="middle">${symbol}</text>`;
}

/** Lines between the vectors: more of them where there are more weights. */
function weightsTemplate(half: number, variant: 'gap' | 'fc'): SVGTemplateResult {
  const [sources, targets] = variant === 'gap' ? [4, 5] : [12, 7];
  const spread = (count: number, around: number): number[] =>
    range(count).map((index) => MIDDLE - around + 6 + (index * (2 * around - 12)) / (count - 1));
  const lines = spread(sources, half).flatMap((y1) =>
    spread(targets, LOGITS.half).map((y2) => `M${VECTOR.x + VECTOR.width + 2},${y1} L${LOGITS.x - 2},${y2}`),
  );
  return svg`${lines.map((line) => svg`<path class="diagram-weight" d=${line}></path>`)}`;
}
