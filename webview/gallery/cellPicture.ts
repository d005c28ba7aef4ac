import { html } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { CellPlacement } from '../../src/protocol/cellPlacement';
import { placeByReceptiveField, placeByStretch } from '../../src/protocol/cellPlacement';
import type { Picture } from '../../src/protocol/explanation';
import type { GallerySeries, MapValues } from '../../src/protocol/gallery';
import { upsampleMap } from '../../src/protocol/upsampleMap';
import type { ColorScale } from '../cam/colorScale';
import { paintValues } from '../cam/paintValues';
import { painted } from '../cam/painted';
import { putPixels, toCanvas } from '../cam/rasters';

type Size = Pick<Picture, 'height' | 'width'>;

/** Of a map without a picture. */
const BLANK: Size = { height: 112, width: 112 };

/** Where cells of the map lie on the small picture, from where they lie on the model's input. */
export function placeOnThumbnail(
  { receptiveField, input }: Pick<GallerySeries, 'receptiveField' | 'input'>,
  map: Pick<MapValues, 'height' | 'width'>,
  picture: Pick<Picture, 'height' | 'width'>,
): CellPlacement {
  if (receptiveField === null || input === null) {
    return placeByStretch(map.height, map.width, picture.height, picture.width);
  }
  const { startY, startX, strideY, strideX } = placeByReceptiveField(receptiveField);
  const [rows, columns] = [picture.height / input.height, picture.width / input.width];
  return {
    startY: (startY + 0.5) * rows - 0.5,
    startX: (startX + 0.5) * columns - 0.5,
    strideY: strideY * rows,
    strideX: strideX * columns,
  };
}

/** The map at the size of the picture, [picture.height, picture.width], bilinear between cells. */
export function enlargeMap(
  series: GallerySeries,
  map: MapValues,
  picture: Pick<Picture, 'height' | 'width'>,
): Float32Array {
  const raster = { height: picture.height, width: picture.width, magnification: 1 };
  const placement = placeOnThumbnail(series, map, picture);
  return upsampleMap(map.values, map.height, map.width, placement, raster, 'smooth');
}

/** First minus second, of one size. */
export function subtract(first: Float32Array, second: Float32Array): Float32Array {
  return first.map((value, index) => value - second[index]);
}

/** Values over the largest |value|, −1…1; zeros stay. */
export function toShares(values: Float32Array): Float32Array {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest > 0 ? values.map((value) => value / largest) : values;
}

/**
 * A small picture in grey with values over it; without values the picture alone, in colour. `values`: [height, width] of
 * the picture, or of `size` where there is none.
 */
export function cellPicture(
  picture: Picture | null,
  values: Float32Array | null,
  scale: ColorScale,
  opacity: number,
  size: Size = picture ?? BLANK,
): TemplateResult {
  const key = [picture, values, scale.map.name, scale.low, scale.high, scale.sign, opacity];
  return html`<canvas
    class="gallery-canvas"
    width=${size.width}
    height=${size.height}
    ${painted(key, (canvas) => paint(canvas, { picture, values, scale, opacity, size }))}
  ></canvas>`;
}

interface Painting {
  readonly picture: Picture | null;
  readonly values: Float32Array | null;
  readonly scale: ColorScale;
  readonly opacity: number;
  readonly size: Size;
}

function paint(canvas: HTMLCanvasElement, { picture, values, scale, opacity, size }: Painting): void {
  const context = canvas.getContext('2d');
  if (context === null) {
    return;
  }
  canvas.width = size.width;
  canvas.height = size.height;
  if (picture !== null) {
    context.drawImage(toCanvas(picture, values === null ? 'color' : 'grey'), 0, 0);
  }
  if (values !== null) {
    const overlay = document.createElement('canvas');
    putPixels(overlay, paintValues(values, scale, { fades: picture !== null }), size.height, size.width);
    context.globalAlpha = picture === null ? 1 : opacity;
    context.drawImage(overlay, 0, 0);
  }
}
