import type { Preprocessing } from '../protocol/preprocessing';
import { resizeLikeOpencv, type OpencvInterpolation } from './opencvResize';
import { resizeLikePil, type PilFilter } from './pilResize';
import type { PixelImage } from './pixelImage';

/** Resizes as the named library does it, pixel by pixel: PIL filters antialias when shrinking, OpenCV's do not (but area). */
export function resizeImage(
  image: PixelImage,
  width: number,
  height: number,
  interpolation: Preprocessing['interpolation'],
): PixelImage {
  const [library, filter] = interpolation.split('-');
  return library === 'pil'
    ? resizeLikePil(image, width, height, filter as PilFilter)
    : resizeLikeOpencv(image, width, height, filter as OpencvInterpolation);
}
