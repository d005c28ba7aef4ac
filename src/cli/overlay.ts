import { interpolateInferno, rgb } from 'd3';
import type { ImageAnswer, Picture } from '../protocol/explanation';

const MAXIMUM_OPACITY = 0.75;

/**
 * The map over the pixels that the network was fed: positive evidence in a perceptually uniform colour map, more opaque
 * the stronger it is; where there is none the picture stays as it is. Cells lie at the centres of their receptive
 * fields when those are known (Araujo et al., Distill 2019), else at half-pixel positions; bilinear between cells.
 * `map` is [height, width], signed.
 */
export function drawOverlay(map: Float32Array, explanation: ImageAnswer): Picture {
  const { inputPicture: picture, height, width, receptiveField } = explanation;
  const [startY, startX] = receptiveField?.start ?? [
    picture.height / height / 2 - 0.5,
    picture.width / width / 2 - 0.5,
  ];
  const [strideY, strideX] = receptiveField?.stride ?? [picture.height / height, picture.width / width];
  const maximum = map.reduce((highest, value) => Math.max(highest, value), 0);
  const rgba = Uint8ClampedArray.from(picture.rgba);
  for (let y = 0; y < picture.height; y++) {
    const row = toCell((y - startY) / strideY, height);
    for (let x = 0; x < picture.width; x++) {
      const column = toCell((x - startX) / strideX, width);
      const strength = maximum > 0 ? Math.max(0, interpolate(map, width, row, column)) / maximum : 0;
      blend(rgba, (y * picture.width + x) * 4, strength);
    }
  }
  return { width: picture.width, height: picture.height, rgba };
}

interface Cell {
  readonly first: number;
  readonly second: number;
  readonly fraction: number;
}

/** The two cells around a position, held at the borders. */
function toCell(position: number, count: number): Cell {
  const held = Math.min(count - 1, Math.max(0, position));
  const first = Math.floor(held);
  return { first, second: Math.min(count - 1, first + 1), fraction: held - first };
}

function interpolate(map: Float32Array, width: number, row: Cell, column: Cell): number {
  const along = (line: number) =>
    map[line * width + column.first] * (1 - column.fraction) + map[line * width + column.second] * column.fraction;
  return along(row.first) * (1 - row.fraction) + along(row.second) * row.fraction;
}

const COLORS = Array.from({ length: 256 }, (_, index) => rgb(interpolateInferno(index / 255)));

function blend(rgba: Uint8ClampedArray, offset: number, strength: number): void {
  const { r, g, b } = COLORS[Math.round(strength * 255)];
  const opacity = MAXIMUM_OPACITY * strength;
  [r, g, b].forEach((value, channel) => {
    rgba[offset + channel] = rgba[offset + channel] * (1 - opacity) + value * opacity;
  });
}
