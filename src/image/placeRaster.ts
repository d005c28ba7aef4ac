import type { InputPlacement } from '../protocol/explanation';

/** A mask as large as the image it belongs to. */
export interface Raster {
  /** [height, width]. */
  readonly values: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  /** Which values belong to the object. */
  readonly wanted: (value: number) => boolean;
}

/**
 * A mask on the model's input, 1 inside, [inputHeight, inputWidth]: through the same crop and resize as its image, each
 * pixel of the input read at the nearest pixel of the mask; 0 where the input shows padding. O(pixels of the input).
 */
export function placeRaster({ values, width, height, wanted }: Raster, placement: InputPlacement): Uint8Array {
  const { inputWidth, inputHeight, left, top } = placement;
  const mask = new Uint8Array(inputWidth * inputHeight);
  const columns = Array.from({ length: inputWidth }, (_, x) =>
    Math.floor(left + ((x + 0.5) * placement.width) / inputWidth),
  );
  for (let y = 0; y < inputHeight; y++) {
    const row = Math.floor(top + ((y + 0.5) * placement.height) / inputHeight);
    columns.forEach((column, x) => {
      const isInside = row >= 0 && row < height && column >= 0 && column < width;
      mask[y * inputWidth + x] = Number(isInside && wanted(values[row * width + column]));
    });
  }
  return mask;
}
