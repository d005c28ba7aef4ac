import type { InputPlacement } from '../protocol/explanation';
import type { Preprocessing } from '../protocol/preprocessing';
import { cropImage, type PixelImage, type Rectangle } from './pixelImage';
import { resizeImage } from './resizeImage';

/** How an image of this size becomes the input: crop, resize what is left, then cut (or pad) the result. */
export interface FitPlan {
  /** Part of the image that is resized. */
  readonly crop: Rectangle;
  /** Size that it is resized to. */
  readonly resized: { readonly width: number; readonly height: number };
  /** The input as a rectangle of the resized image; parts outside it are padding. */
  readonly window: Rectangle;
  readonly fill: number;
}

type Size = Pick<Preprocessing, 'width' | 'height'>;
type FitOptions = Pick<Preprocessing, 'width' | 'height' | 'fit' | 'cropFraction' | 'padValue'>;

export function planFit(image: Size, options: FitOptions): FitPlan {
  const { width, height } = options;
  const all = { left: 0, top: 0, width: image.width, height: image.height };
  const whole = { left: 0, top: 0, width, height };
  switch (options.fit) {
    case 'stretch':
      return { crop: all, resized: { width, height }, window: whole, fill: 0 };
    case 'centerCrop':
      return { crop: planCenterCrop(image, options.cropFraction), resized: { width, height }, window: whole, fill: 0 };
    case 'shorterSide': {
      const resized = planShorterSide(image, options);
      const left = roundHalfToEven((resized.width - width) / 2);
      const top = roundHalfToEven((resized.height - height) / 2);
      return { crop: all, resized, window: { left, top, width, height }, fill: 0 };
    }
    case 'letterbox': {
      const resized = planLetterbox(image, options);
      // As Ultralytics centres: an odd pixel of padding goes to the right and bottom.
      const left = -Math.round((width - resized.width) / 2 - 0.1);
      const top = -Math.round((height - resized.height) / 2 - 0.1);
      return { crop: all, resized, window: { left, top, width, height }, fill: options.padValue };
    }
  }
}

export function fitImage(image: PixelImage, preprocessing: Preprocessing): PixelImage {
  const { crop, resized, window, fill } = planFit(image, preprocessing);
  const scaled = resizeImage(cropImage(image, crop), resized.width, resized.height, preprocessing.interpolation);
  return cropImage(scaled, window, fill);
}

/** The plan seen from the image: the rectangle of it that the input shows. Beyond its edges where there is padding. */
export function toPlacement(image: Size, { crop, resized, window }: FitPlan): InputPlacement {
  const scaleX = crop.width / resized.width;
  const scaleY = crop.height / resized.height;
  return {
    imageWidth: image.width,
    imageHeight: image.height,
    left: crop.left + window.left * scaleX,
    top: crop.top + window.top * scaleY,
    width: window.width * scaleX,
    height: window.height * scaleY,
    inputWidth: window.width,
    inputHeight: window.height,
  };
}

/** EfficientNet's central square: the size is truncated, the margin is rounded up. */
function planCenterCrop(image: Size, cropFraction: number): Rectangle {
  const size = Math.max(1, Math.trunc(cropFraction * Math.min(image.width, image.height)));
  return {
    left: Math.floor((image.width - size + 1) / 2),
    top: Math.floor((image.height - size + 1) / 2),
    width: size,
    height: size,
  };
}

/** torchvision's Resize(size): the longer side is truncated. */
function planShorterSide(image: Size, { width, height, cropFraction }: FitOptions): Size {
  const shorter = Math.round(Math.min(width, height) / cropFraction);
  const longer = Math.trunc((shorter * Math.max(image.width, image.height)) / Math.min(image.width, image.height));
  return image.width <= image.height ? { width: shorter, height: longer } : { width: longer, height: shorter };
}

function planLetterbox(image: Size, { width, height }: Size): Size {
  const scale = Math.min(width / image.width, height / image.height);
  return {
    width: Math.max(1, roundHalfToEven(image.width * scale)),
    height: Math.max(1, roundHalfToEven(image.height * scale)),
  };
}

/** Python's round(). */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor & 1) : Math.round(value);
}
