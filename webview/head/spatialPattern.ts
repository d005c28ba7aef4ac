import { html, type TemplateResult } from 'lit/html.js';
import { ref } from 'lit/directives/ref.js';
import type { HeadWeights } from '../../src/protocol/headWeights';
import { findColorMap } from '../cam/colorMaps';
import { computeRange, createColorScale, type ColorScale } from '../cam/colorScale';
import { legend } from '../cam/legend';
import { paintValues } from '../cam/paintValues';
import { putPixels } from '../cam/rasters';
import { formatShare, formatSignificant } from '../quantity';
import { orderBy } from './matrixWindow';

/** Channels with the most energy are drawn, this many. */
const DRAWN = 24;

/** How one row of an FC head weighs the positions of its strongest channels, and how much of that is uniform. */
export function spatialPatternTemplate(
  weights: HeadWeights,
  row: { readonly weights: Float32Array; readonly index: number },
  rowName: string,
): TemplateResult {
  const { height, width, columns, uniformShares } = weights;
  const cells = height * width;
  const channel = (index: number) => row.weights.subarray(index * cells, (index + 1) * cells);
  const energies = Float64Array.from({ length: columns }, (_, index) =>
    channel(index).reduce((sum, value) => sum + value ** 2, 0),
  );
  const strongest = [...orderBy(energies, columns).subarray(0, DRAWN)];
  const scale = createColorScale(findColorMap('blue-orange'), 'signed', computeRange(...strongest.map(channel)));
  const share = uniformShares?.[row.index] ?? NaN;
  return html`<h3>Weights of ${rowName} over the ${height}×${width} positions</h3>
    <p>
      ${formatShare(share)} of the energy Σw² is uniform over the positions (1 − r²); random weights would have
      ${formatShare(1 / cells)}, a GAP head 100 %. Shown: the ${strongest.length} channels with the most energy, of
      ${columns}.
    </p>
    <ul class="pattern-list" aria-label="Weights over positions">
      ${strongest.map(
        (index) =>
          html`<li>
            <canvas
              role="img"
              aria-label="Channel ${index}: energy ${formatSignificant(energies[index], 3)}"
              ${ref((canvas) => paint(canvas, channel(index), scale, height, width))}
            ></canvas>
            <span>${index}</span>
          </li>`,
      )}
    </ul>
    ${legend(scale, 'weight', 'one scale for all channels', null)}`;
}

function paint(
  canvas: Element | undefined,
  values: Float32Array,
  scale: ColorScale,
  height: number,
  width: number,
): void {
  if (canvas instanceof HTMLCanvasElement) {
    putPixels(canvas, paintValues(values, scale), height, width);
  }
}
