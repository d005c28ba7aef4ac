import type { Picture } from '../../src/protocol/explanation';

/** Puts RGBA bytes [height, width, 4] on a canvas of that size; a page without canvas (tests) shows nothing. */
export function putPixels(canvas: HTMLCanvasElement, rgba: Uint8ClampedArray, height: number, width: number): void {
  canvas.height = height;
  canvas.width = width;
  canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(rgba), width, height), 0, 0);
}

/** A picture as a canvas, which can be drawn at any size. */
export function toCanvas(picture: Picture): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  putPixels(canvas, picture.rgba, picture.height, picture.width);
  return canvas;
}
