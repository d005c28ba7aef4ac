import { line, scaleLinear } from 'd3';
import { html, svg, type TemplateResult } from 'lit/html.js';
import type { EvaluationCurve } from '../../src/protocol/evaluation';

const WIDTH = 56;
const HEIGHT = 16;

/** A curve in a cell; heights from the least to the largest of 0, 1 and its own values. */
export function sparklineTemplate({ x, y }: EvaluationCurve, name: string): TemplateResult {
  const scaleX = scaleLinear([Math.min(...x), Math.max(...x)], [1, WIDTH - 1]);
  const scaleY = scaleLinear([Math.min(0, ...y), Math.max(1, ...y)], [HEIGHT - 1, 1]);
  const path = line<number>((_, index) => scaleX(x[index]), scaleY)([...y]) ?? '';
  const ends = y.length === 0 ? '' : `: from ${y[0].toFixed(3)} to ${y[y.length - 1].toFixed(3)}`;
  return html`<svg class="sparkline" width=${WIDTH} height=${HEIGHT} role="img" aria-label="${name}${ends}">
    ${svg`<path d=${path}></path>`}
  </svg>`;
}
