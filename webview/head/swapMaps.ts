import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { SwapPair, SwapPreview } from '../../src/protocol/headWork';
import type { ReceptiveField } from '../../src/protocol/modelDetails';
import { upsampleMap } from '../../src/protocol/upsampleMap';
import type { Choices } from '../app';
import { toClassLabel } from '../cam/classLabels';
import { findColorMap } from '../cam/colorMaps';
import { computeRange, createColorScale, type ColorScale } from '../cam/colorScale';
import { legend } from '../cam/legend';
import { painted } from '../cam/painted';
import { paintValues } from '../cam/paintValues';
import { formatSigned } from '../cam/formatNumber';
import { putPixels, toCanvas } from '../cam/rasters';
import { placeOnThumbnail } from '../gallery/cellPicture';
import { toFileName } from './swapResult';

/** Pixels along the longer side of a map without a picture. */
const BLANK = 112;

interface Placing {
  readonly receptiveField: ReceptiveField | null;
  readonly input: SwapPreview['input'];
}

/** Maps of both heads for the worst images, side by side on one signed scale. */
export function swapMapsTemplate(
  { pairs, input }: SwapPreview,
  labels: readonly string[] | null,
  receptiveField: ReceptiveField | null,
  { colorMap, opacity }: Pick<Choices, 'colorMap' | 'opacity'>,
): TemplateResult | typeof nothing {
  if (pairs.length === 0) {
    return nothing;
  }
  const map = findColorMap(colorMap);
  const signed = map.kind === 'diverging' ? map : findColorMap('blue-orange');
  const scale = createColorScale(
    signed,
    'signed',
    computeRange(...pairs.flatMap(({ before, after }) => [before, after])),
  );
  const placing = { receptiveField, input };
  return html`<h3>Maps of both heads</h3>
    <ul class="swap-pairs" aria-label="Maps of both heads">
      ${pairs.map(
        (pair) =>
          html`<li>
            <div class="swap-pair">
              ${mapTemplate(pair, 'before', scale, opacity, placing)}
              ${mapTemplate(pair, 'after', scale, opacity, placing)}
            </div>
            <span title=${pair.image}>${toFileName(pair.image)}</span>
            <span class="muted">${toClassLabel(labels, pair.classIndex)}</span>
          </li>`,
      )}
    </ul>
    ${legend(scale, 'logit', 'One scale for both heads and all images', null)}
    <p class="muted">The mean of a map over its positions, plus the bias, is the logit: with either head.</p>`;
}

function mapTemplate(
  pair: SwapPair,
  side: 'before' | 'after',
  scale: ColorScale,
  opacity: number,
  placing: Placing,
): TemplateResult {
  const paint = (canvas: HTMLCanvasElement): void => paintPair(canvas, pair, pair[side], scale, opacity, placing);
  const range = computeRange(pair[side]);
  return html`<figure>
    <canvas
      role="img"
      aria-label="Map ${side} the swap: ${toFileName(pair.image)}"
      ${painted([pair, scale.map, scale.low, scale.high, opacity], paint)}
    ></canvas>
    <figcaption>
      ${side === 'before' ? 'Before' : 'After'}${range === null ? '' : `: ${formatSigned(range.minimum)} to ${formatSigned(range.maximum)}`}
    </figcaption>
  </figure>`;
}

function paintPair(
  canvas: HTMLCanvasElement,
  { picture, height, width }: SwapPair,
  map: Float32Array,
  scale: ColorScale,
  opacity: number,
  placing: Placing,
): void {
  const magnification = BLANK / Math.max(height, width);
  const size = picture ?? {
    height: Math.round(height * magnification),
    width: Math.round(width * magnification),
  };
  const place = placeOnThumbnail(
    picture === null ? { receptiveField: null, input: null } : placing,
    { height, width },
    size,
  );
  const raster = { height: size.height, width: size.width, magnification: 1 };
  const values = upsampleMap(map, height, width, place, raster, 'smooth');
  const overlay = document.createElement('canvas');
  putPixels(overlay, paintValues(values, scale, { fades: picture !== null }), size.height, size.width);
  canvas.height = size.height;
  canvas.width = size.width;
  const context = canvas.getContext('2d');
  if (context === null) {
    return;
  }
  if (picture !== null) {
    context.drawImage(toCanvas(picture, 'grey'), 0, 0);
    context.globalAlpha = opacity;
  }
  context.drawImage(overlay, 0, 0);
}
