import type { AnnotatedObject } from './annotation';
import type { PngValues } from '../../image/pngValues';

/** Void in masks of class indices: borders that the annotators left open. */
const VOID = 255;

/**
 * What the values of a set of masks mean. At most one value besides 0: that is the object, of whichever class is asked
 * about. Several: 0 is background, v is class v − 1, 255 is void (Pascal VOC's convention).
 */
export function interpretMaskValues(values: ReadonlySet<number>): 'object' | 'classes' {
  return [...values].filter((value) => value !== 0).length <= 1 ? 'object' : 'classes';
}

export function toMaskObjects({ width, height, values }: PngValues, meaning: 'object' | 'classes'): AnnotatedObject[] {
  const raster = (wanted: (value: number) => boolean) => ({ kind: 'raster', width, height, values, wanted }) as const;
  if (meaning === 'object') {
    return [{ className: null, classIndex: null, outline: raster((value) => value > 0), isIgnored: false }];
  }
  const found = [...new Set<number>(values)].filter((value) => value !== 0).sort((one, other) => one - other);
  return found.map((value) => ({
    className: null,
    classIndex: value === VOID ? null : value - 1,
    outline: raster((each) => each === value),
    isIgnored: value === VOID,
  }));
}
