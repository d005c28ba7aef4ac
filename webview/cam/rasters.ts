import type { Picture } from '../../src/protocol/explanation';

/** Puts RGBA bytes [height, width, 4] on a canvas of that size; a page without canvas (tests) shows nothing. */
export function putPixels(canvas: HTMLCanvasElement, rgba: Uint8ClampedArray, height: number, width: number): void {
  canvas.height = height;
  canvas.width = width;
  canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(rgba), width, height), 0, 0);
}

export type Backdrop = 'grey' | 'color';

/** A picture as a canvas, which can be drawn at any size. */
export function toCanvas(picture: Picture, backdrop: Backdrop): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const rgba = backdrop === 'grey' ? toGrey(picture.rgba) : picture.rgba;
  putPixels(canvas, rgba, picture.height, picture.width);
  return canvas;
}

/** Luma of ITU-R BT.709 in all three channels; alpha stays. RGBA in and out. */
export function toGrey(rgba: Uint8ClampedArray): Uint8ClampedArray {
  const grey = new Uint8ClampedArray(rgba.length);
  for (let offset = 0; offset < rgba.length; offset += 4) {
    const luma = 0.2126 * rgba[offset] + 0.7152 * rgba[offset + 1] + 0.0722 * rgba[offset + 2];
    grey.fill(luma, offset, offset + 3);
    grey[offset + 3] = rgba[offset + 3];
  }
  return grey;
}
