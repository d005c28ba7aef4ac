import type { Preprocessing } from '../protocol/preprocessing';
import { planFit, toPlacement } from './fitImage';
import { placeRaster } from './placeRaster';
import { readPngValues } from './pngValues';

/**
 * The share of each cell of an output that a mask covers, [rows · columns], 0 to 1. The mask is a PNG of the size of the
 * image that is explained and goes through the same crop and resize as it; all but 0 belongs to it. Cells divide the
 * model's input evenly. Without `preprocessing` the mask lies on the input as it is. O(pixels of the input).
 * @throws UserError `unreadableImage`.
 */
export function readMaskWeights(
  bytes: Uint8Array,
  name: string,
  preprocessing: Preprocessing | null,
  rows: number,
  columns: number,
): Float32Array {
  const png = readPngValues(bytes, name);
  const whole = { width: png.width, height: png.height, cropFraction: 1, padValue: 0, fit: 'stretch' } as const;
  const placement = toPlacement(png, planFit(png, preprocessing ?? whole));
  const mask = placeRaster({ ...png, wanted: (value) => value > 0 }, placement);
  const { inputWidth: width, inputHeight: height } = placement;
  return Float32Array.from({ length: rows * columns }, (_, cell) => {
    const [top, bottom] = findPixels(Math.floor(cell / columns), rows, height);
    const [left, right] = findPixels(cell % columns, columns, width);
    let covered = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        covered += mask[y * width + x];
      }
    }
    return covered / ((bottom - top) * (right - left));
  });
}

/** The pixels whose centres lie in a cell, or the nearest one where cells are smaller than pixels. */
function findPixels(cell: number, cells: number, pixels: number): readonly [start: number, end: number] {
  const start = Math.ceil((cell * pixels) / cells - 0.5);
  const end = Math.ceil(((cell + 1) * pixels) / cells - 0.5);
  const nearest = Math.min(pixels - 1, Math.floor(((cell + 0.5) * pixels) / cells));
  return end > start ? [start, end] : [nearest, nearest + 1];
}
