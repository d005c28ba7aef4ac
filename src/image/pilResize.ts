import type { PixelImage } from './pixelImage';

/**
 * Resizing as Pillow's `Image.resize` does it for 8-bit images: separable convolution, horizontal pass first, each pass
 * rounded to 8 bits, weights in fixed point with 22 fractional bits (ImagingResample). When shrinking, the filter is
 * stretched by the scale (antialiasing). Equal to Pillow on every pixel.
 */
export function resizeLikePil(image: PixelImage, width: number, height: number, filter: PilFilter): PixelImage {
  if (filter === 'nearest') {
    return resizeNearest(image, width, height);
  }
  const horizontal = width === image.width ? image : convolveRows(image, width, filter);
  return height === image.height ? horizontal : convolveColumns(horizontal, height, filter);
}

export type PilFilter = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos';

const FRACTION_BITS = 22;
const HALF = 1 << (FRACTION_BITS - 1);

interface Kernel {
  /** Half width in source pixels at scale 1. */
  readonly support: number;
  readonly weight: (x: number) => number;
}

const KERNELS: Readonly<Record<Exclude<PilFilter, 'nearest'>, Kernel>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: (x) => bicubic(Math.abs(x)) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys' cubic convolution with a = −0.5. */
function bicubic(x: number): number {
  if (x < 1) {
    return (1.5 * x - 2.5) * x * x + 1;
  }
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** For each target position the first source position and fixed-point weights, `taps` per position. */
interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly values: Int32Array;
  readonly taps: number;
}

function computeWeights(sourceSize: number, targetSize: number, { support, weight }: Kernel): Weights {
  const scale = sourceSize / targetSize;
  const stretch = Math.max(scale, 1);
  const reach = support * stretch;
  const taps = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(targetSize);
  const count = new Int32Array(targetSize);
  const values = new Int32Array(targetSize * taps);
  const exact = new Float64Array(taps);
  for (let position = 0; position < targetSize; position++) {
    const center = (position + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - reach + 0.5));
    const length = Math.min(sourceSize, Math.trunc(center + reach + 0.5)) - start;
    let total = 0;
    for (let tap = 0; tap < length; tap++) {
      exact[tap] = weight((tap + start - center + 0.5) * (1 / stretch));
      total += exact[tap];
    }
    for (let tap = 0; tap < length; tap++) {
      const scaled = (total === 0 ? exact[tap] : exact[tap] / total) * 2 ** FRACTION_BITS;
      values[position * taps + tap] = Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
    first[position] = start;
    count[position] = length;
  }
  return { first, count, values, taps };
}

function convolveRows(image: PixelImage, width: number, filter: Exclude<PilFilter, 'nearest'>): PixelImage {
  const { height, channels, data: source } = image;
  const { first, count, values, taps } = computeWeights(image.width, width, KERNELS[filter]);
  const data = new Uint8ClampedArray(width * height * channels);
  let target = 0;
  for (let y = 0; y < height; y++) {
    const row = y * image.width * channels;
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = HALF;
        let offset = row + first[x] * channels + channel;
        const end = x * taps + count[x];
        for (let tap = x * taps; tap < end; tap++, offset += channels) {
          sum += source[offset] * values[tap];
        }
        data[target++] = sum >> FRACTION_BITS;
      }
    }
  }
  return { width, height, channels, data: new Uint8Array(data.buffer) };
}

function convolveColumns(image: PixelImage, height: number, filter: Exclude<PilFilter, 'nearest'>): PixelImage {
  const { width, channels, data: source } = image;
  const { first, count, values, taps } = computeWeights(image.height, height, KERNELS[filter]);
  const rowLength = width * channels;
  const data = new Uint8ClampedArray(rowLength * height);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let tap = 0; tap < count[y]; tap++) {
      const weight = values[y * taps + tap];
      const row = (first[y] + tap) * rowLength;
      for (let x = 0; x < rowLength; x++) {
        sums[x] += source[row + x] * weight;
      }
    }
    for (let x = 0; x < rowLength; x++) {
      data[y * rowLength + x] = sums[x] >> FRACTION_BITS;
    }
  }
  return { width, height, channels, data: new Uint8Array(data.buffer) };
}

/** Pillow steps through the source by repeated addition; so does this, to fall on the same side of a pixel's edge. */
function nearestPositions(sourceSize: number, targetSize: number): Int32Array {
  const step = sourceSize / targetSize;
  const positions = new Int32Array(targetSize);
  let position = step * 0.5;
  for (let index = 0; index < targetSize; index++) {
    positions[index] = Math.min(Math.trunc(position), sourceSize - 1);
    position += step;
  }
  return positions;
}

function resizeNearest(image: PixelImage, width: number, height: number): PixelImage {
  return pickPixels(image, nearestPositions(image.width, width), nearestPositions(image.height, height));
}

/** The image made of the given source columns and rows. */
export function pickPixels(image: PixelImage, columns: Int32Array, rows: Int32Array): PixelImage {
  const { channels } = image;
  const data = new Uint8Array(columns.length * rows.length * channels);
  let target = 0;
  for (const row of rows) {
    for (const column of columns) {
      const source = (row * image.width + column) * channels;
      for (let channel = 0; channel < channels; channel++) {
        data[target++] = image.data[source + channel];
      }
    }
  }
  return { width: columns.length, height: rows.length, channels, data };
}
