/** 8-bit pixels, row-major and interleaved: [height, width, channels], channels RGB (3) or grey (1). */
export interface PixelImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** A whole-pixel rectangle. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Cuts a rectangle out; what lies outside the image is filled with `fill` (0…255). */
export function cropImage(image: PixelImage, rectangle: Rectangle, fill = 0): PixelImage {
  const { left, top, width, height } = rectangle;
  if (left === 0 && top === 0 && width === image.width && height === image.height) {
    return image;
  }
  const { channels } = image;
  const data = new Uint8Array(width * height * channels).fill(fill);
  const firstColumn = Math.max(left, 0);
  const endColumn = Math.min(left + width, image.width);
  if (endColumn > firstColumn) {
    for (let y = Math.max(top, 0); y < Math.min(top + height, image.height); y++) {
      const source = (y * image.width + firstColumn) * channels;
      const target = ((y - top) * width + firstColumn - left) * channels;
      data.set(image.data.subarray(source, source + (endColumn - firstColumn) * channels), target);
    }
  }
  return { width, height, channels, data };
}
