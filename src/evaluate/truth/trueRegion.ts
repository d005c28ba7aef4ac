import { basename } from 'node:path';
import type { InputPlacement } from '../../protocol/explanation';
import { UserError } from '../../userError';
import type { TrueRegion } from '../judgedMap';
import { IGNORED, INSIDE } from '../judgedMap';
import type { PixelBox } from '../pixelBox';
import { findBox } from '../pixelBox';
import type { Annotation } from './annotation';
import { placeOutline } from './placeOutline';
import type { ClassNames } from './trueClasses';
import { findObjectClass } from './trueClasses';

/**
 * Where the objects of a class are on the model's input: those annotated with the class, and those annotated without
 * any. null when there is none, or none is left after cropping. Throws UserError `badArgument` for a mask of another
 * size than the image.
 */
export function findTrueRegion(
  { file, objects }: Annotation,
  classIndex: number,
  placement: InputPlacement,
  names: ClassNames,
): TrueRegion | null {
  const mask = new Uint8Array(placement.inputWidth * placement.inputHeight);
  const boxes: PixelBox[] = [];
  for (const { outline, isIgnored, ...object } of objects) {
    const isNameless = object.className === null && object.classIndex === null;
    const isMeant = isNameless || findObjectClass({ outline, isIgnored, ...object }, names) === classIndex;
    if (outline.kind === 'raster' && !fits(outline, placement)) {
      const { imageWidth, imageHeight } = placement;
      throw new UserError(
        'badArgument',
        `The mask in ${basename(file)} has ${outline.width} × ${outline.height} pixels, its image ${imageWidth} × ${imageHeight}. ` +
          'Save both at one size (and the same way up: EXIF may turn the image).',
      );
    }
    if (isMeant) {
      const placed = placeOutline(outline, placement);
      placed.mask.forEach((value, pixel) => {
        mask[pixel] = value === 0 || mask[pixel] === INSIDE ? mask[pixel] : isIgnored ? IGNORED : INSIDE;
      });
      if (!isIgnored && placed.box !== null) {
        boxes.push(placed.box);
      }
    }
  }
  return findBox(mask, placement.inputWidth, INSIDE) === null || boxes.length === 0 ? null : { mask, boxes };
}

function fits(
  { width, height }: { readonly width: number; readonly height: number },
  placement: InputPlacement,
): boolean {
  return width === placement.imageWidth && height === placement.imageHeight;
}
