import { interpolateInferno, rgb } from 'd3';
import { placeByReceptiveField, placeByStretch } from '../protocol/cellPlacement';
import type { ImageAnswer, Picture } from '../protocol/explanation';
import { upsampleMap } from '../protocol/upsampleMap';

const MAXIMUM_OPACITY = 0.75;

/**
 * The map over the pixels that the network was fed: positive evidence in a perceptually uniform colour map, more opaque
 * the stronger it is; where there is none the picture stays as it is. Cells lie at the centres of their receptive
 * fields when those are known (Araujo et al., Distill 2019), else at half-pixel positions; bilinear between cells.
 * `map` is [height, width], signed.
 */
export function drawOverlay(
  map: Float32Array,
  explanation: Pick<ImageAnswer, 'inputPicture' | 'height' | 'width' | 'receptiveField'>,
): Picture {
  const { inputPicture: picture, height, width, receptiveField } = explanation;
  const placement =
    receptiveField === null
      ? placeByStretch(height, width, picture.height, picture.width)
      : placeByReceptiveField(receptiveField);
  const drawn = upsampleMap(map, height, width, placement, { ...picture, magnification: 1 }, 'smooth');
  const maximum = map.reduce((highest, value) => Math.max(highest, value), 0);
  const rgba = Uint8ClampedArray.from(picture.rgba);
  drawn.forEach((value, pixel) => blend(rgba, pixel * 4, maximum > 0 ? Math.max(0, value) / maximum : 0));
  return { width: picture.width, height: picture.height, rgba };
}

const COLORS = Array.from({ length: 256 }, (_, index) => rgb(interpolateInferno(index / 255)));

function blend(rgba: Uint8ClampedArray, offset: number, strength: number): void {
  const { r, g, b } = COLORS[Math.round(strength * 255)];
  const opacity = MAXIMUM_OPACITY * strength;
  [r, g, b].forEach((value, channel) => {
    rgba[offset + channel] = rgba[offset + channel] * (1 - opacity) + value * opacity;
  });
}
