import { resizeAreaLikeOpencv } from './opencvArea';
import { computeCubicTaps, computeLinearTaps, type Taps } from './opencvTaps';
import { pickPixels } from './pilResize';
import type { PixelImage } from './pixelImage';

export type OpencvInterpolation = 'nearest' | 'bilinear' | 'bicubic' | 'area';

/**
 * Resizing as OpenCV's `cv2.resize` does it for 8-bit images (imgproc/src/resize.cpp): half-pixel centres, no
 * antialiasing (area apart), weights in fixed point with 11 fractional bits, rounded once after both passes.
 * Shrinking to exactly half with bilinear is area averaging, as in OpenCV.
 */
export function resizeLikeOpencv(
  image: PixelImage,
  width: number,
  height: number,
  interpolation: OpencvInterpolation,
): PixelImage {
  if (width === image.width && height === image.height) {
    return image;
  }
  if (interpolation === 'nearest') {
    return pickPixels(image, nearestPositions(image.width, width), nearestPositions(image.height, height));
  }
  const isHalf = image.width === 2 * width && image.height === 2 * height;
  const shrinks = image.width >= width && image.height >= height;
  if ((interpolation === 'area' && shrinks) || (interpolation === 'bilinear' && isHalf)) {
    return resizeAreaLikeOpencv(image, width, height);
  }
  if (interpolation === 'bicubic') {
    return convolve(image, computeCubicTaps(image.width, width), computeCubicTaps(image.height, height), roundCubic);
  }
  const kind = interpolation === 'area' ? 'area' : 'center';
  return convolve(
    image,
    computeLinearTaps(image.width, width, kind),
    computeLinearTaps(image.height, height, kind),
    roundLinear,
  );
}

function nearestPositions(sourceSize: number, targetSize: number): Int32Array {
  const step = 1 / (targetSize / sourceSize);
  return Int32Array.from({ length: targetSize }, (_, index) => Math.min(Math.floor(index * step), sourceSize - 1));
}

/** Turns the weighted rows of one target row into pixels: `sums[tap]` are horizontal results, scaled by 2^11. */
type RoundRow = (rows: readonly Int32Array[], weights: Int32Array, target: Uint8ClampedArray) => void;

/** OpenCV's 8-bit vertical pass for two taps: it drops low bits on the way (VResizeLinear). */
const roundLinear: RoundRow = ([upper, lower], [upperWeight, lowerWeight], target) => {
  for (let x = 0; x < target.length; x++) {
    target[x] = (((upperWeight * (upper[x] >> 4)) >> 16) + ((lowerWeight * (lower[x] >> 4)) >> 16) + 2) >> 2;
  }
};

/** The vectorised form that every current processor takes: in floating point, ties to even (which is what a clamped array does). */
const roundCubic: RoundRow = (rows, weights, target) => {
  for (let x = 0; x < target.length; x++) {
    let sum = 0;
    for (let tap = 0; tap < rows.length; tap++) {
      sum += rows[tap][x] * weights[tap];
    }
    target[x] = sum / 2 ** 22;
  }
};

function convolve(image: PixelImage, columns: Taps, rows: Taps, round: RoundRow): PixelImage {
  const { channels } = image;
  const width = columns.length;
  const height = rows.length;
  const rowLength = width * channels;
  const data = new Uint8ClampedArray(rowLength * height);
  const cache = new Map<number, Int32Array>();
  for (let y = 0; y < height; y++) {
    const sourceRows = Array.from({ length: rows.count }, (_, tap) => rows.positions[y * rows.count + tap]);
    for (const row of cache.keys()) {
      if (!sourceRows.includes(row)) cache.delete(row);
    }
    const sums = sourceRows.map((row) => {
      const known = cache.get(row) ?? convolveRow(image, row, columns);
      cache.set(row, known);
      return known;
    });
    round(
      sums,
      rows.weights.subarray(y * rows.count, (y + 1) * rows.count),
      data.subarray(y * rowLength, (y + 1) * rowLength),
    );
  }
  return { width, height, channels, data: new Uint8Array(data.buffer) };
}

function convolveRow(image: PixelImage, row: number, columns: Taps): Int32Array {
  const { channels, data } = image;
  const { positions, weights, count } = columns;
  const sums = new Int32Array(columns.length * channels);
  const start = row * image.width * channels;
  for (let x = 0; x < columns.length; x++) {
    for (let tap = x * count; tap < (x + 1) * count; tap++) {
      const source = start + positions[tap] * channels;
      for (let channel = 0; channel < channels; channel++) {
        sums[x * channels + channel] += data[source + channel] * weights[tap];
      }
    }
  }
  return sums;
}
