import type { PixelImage } from './pixelImage';

/**
 * OpenCV's INTER_AREA when shrinking: every target pixel is the mean of the source area it covers, edges weighted by
 * their covered share, accumulated in float32 and rounded half to even, which a clamped array does (2×2 blocks: in integers, half up).
 */
export function resizeAreaLikeOpencv(image: PixelImage, width: number, height: number): PixelImage {
  const factorX = image.width / width;
  const factorY = image.height / height;
  if (Number.isInteger(factorX) && Number.isInteger(factorY)) {
    return averageBlocks(image, width, height, factorX, factorY);
  }
  return averageAreas(image, width, height);
}

function averageBlocks(
  image: PixelImage,
  width: number,
  height: number,
  blockWidth: number,
  blockHeight: number,
): PixelImage {
  const { channels, data: source } = image;
  const data = new Uint8ClampedArray(width * height * channels);
  const share = Math.fround(1 / (blockWidth * blockHeight));
  const isTwoByTwo = blockWidth === 2 && blockHeight === 2;
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let row = y * blockHeight; row < (y + 1) * blockHeight; row++) {
          const start = (row * image.width + x * blockWidth) * channels + channel;
          for (let column = 0; column < blockWidth; column++) {
            sum += source[start + column * channels];
          }
        }
        data[target++] = isTwoByTwo ? (sum + 2) >> 2 : Math.fround(sum * share);
      }
    }
  }
  return { width, height, channels, data: new Uint8Array(data.buffer) };
}

interface Share {
  readonly target: number;
  readonly source: number;
  readonly weight: number;
}

/** Which source pixel gives how much to which target pixel, in order of target. */
function computeShares(sourceSize: number, targetSize: number): Share[] {
  const scale = 1 / (targetSize / sourceSize);
  const shares: Share[] = [];
  for (let target = 0; target < targetSize; target++) {
    const from = target * scale;
    const to = from + scale;
    const cell = Math.min(scale, sourceSize - from);
    let first = Math.ceil(from);
    let end = Math.floor(to);
    end = Math.min(end, sourceSize - 1);
    first = Math.min(first, end);
    if (first - from > 1e-3) {
      shares.push({ target, source: first - 1, weight: Math.fround((first - from) / cell) });
    }
    for (let source = first; source < end; source++) {
      shares.push({ target, source, weight: Math.fround(1 / cell) });
    }
    if (to - end > 1e-3) {
      const weight = Math.fround(Math.min(Math.min(to - end, 1), cell) / cell);
      shares.push({ target, source: end, weight });
    }
  }
  return shares;
}

function averageAreas(image: PixelImage, width: number, height: number): PixelImage {
  const { channels, data: source } = image;
  const columns = computeShares(image.width, width);
  const rowLength = width * channels;
  const data = new Uint8ClampedArray(rowLength * height);
  const sums = new Float32Array(rowLength * height);
  const row = new Float32Array(rowLength);
  for (const { target, source: sourceRow, weight } of computeShares(image.height, height)) {
    row.fill(0);
    for (const share of columns) {
      const from = (sourceRow * image.width + share.source) * channels;
      const to = share.target * channels;
      for (let channel = 0; channel < channels; channel++) {
        row[to + channel] += Math.fround(source[from + channel] * share.weight);
      }
    }
    for (let x = 0; x < rowLength; x++) {
      sums[target * rowLength + x] += Math.fround(row[x] * weight);
    }
  }
  data.set(sums);
  return { width, height, channels, data: new Uint8Array(data.buffer) };
}
