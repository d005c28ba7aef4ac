import type { EvaluationBox } from '../protocol/evaluation';

/** Edges in pixels: a pixel p covers p … p + 1. */
export type PixelBox = EvaluationBox;

export function computeBoxArea({ left, top, right, bottom }: PixelBox): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}

/** Intersection over union of two boxes, 0…1; 0 when either is empty. Everingham et al., "The Pascal VOC Challenge", 2010. */
export function computeBoxOverlap(one: PixelBox, other: PixelBox): number {
  const shared = computeBoxArea({
    left: Math.max(one.left, other.left),
    top: Math.max(one.top, other.top),
    right: Math.min(one.right, other.right),
    bottom: Math.min(one.bottom, other.bottom),
  });
  const union = computeBoxArea(one) + computeBoxArea(other) - shared;
  return shared > 0 ? shared / union : 0;
}

/** The smallest box around the pixels that have the value; null when none has it. `values` is [height, width]. */
export function findBox(values: Uint8Array, width: number, wanted: number): PixelBox | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let index = 0; index < values.length; index++) {
    if (values[index] === wanted) {
      const x = index % width;
      const y = (index - x) / width;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  return right < 0 ? null : { left, top, right, bottom };
}
