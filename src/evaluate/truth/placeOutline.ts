import { placeRaster } from '../../image/placeRaster';
import type { InputPlacement } from '../../protocol/explanation';
import type { PixelBox } from '../pixelBox';
import { computeBoxArea, findBox } from '../pixelBox';
import type { Outline } from './annotation';

/** An object on the model's input: 1 inside, [inputHeight, inputWidth], and its box; null when it was cut away. */
export interface PlacedOutline {
  readonly mask: Uint8Array;
  readonly box: PixelBox | null;
}

/**
 * Puts an object where the model sees it: through the same crop and resize as the image. A pixel of the input belongs to
 * the object when its centre does; masks are read at the nearest pixel. O(pixels).
 */
export function placeOutline(outline: Outline, placement: InputPlacement): PlacedOutline {
  const { inputWidth: width, inputHeight: height } = placement;
  switch (outline.kind) {
    case 'raster': {
      const mask = placeRaster(outline, placement);
      return { mask, box: findBox(mask, width, 1) };
    }
    case 'box': {
      const box = clip(placeBox(outline.box, placement, outline.relative), width, height);
      const { left, top, right, bottom } = box ?? { left: 0, top: 0, right: 0, bottom: 0 };
      return { mask: fillPolygons([[left, top, right, top, right, bottom, left, bottom]], width, height), box };
    }
    case 'polygons': {
      const { scaleX, scaleY } = findScale(placement, outline.relative);
      const placed = outline.polygons.map((polygon) =>
        polygon.map((value, index) => (index % 2 === 0 ? scaleX(value) : scaleY(value))),
      );
      const mask = fillPolygons(placed, width, height);
      const given =
        outline.box === null ? null : clip(placeBox(outline.box, placement, outline.relative), width, height);
      return { mask, box: given ?? findBox(mask, width, 1) };
    }
  }
}

/** From image coordinates to pixels of the input. */
function findScale(placement: InputPlacement, isRelative: boolean) {
  const { imageWidth, imageHeight, left, top, width, height, inputWidth, inputHeight } = placement;
  const [unitX, unitY] = isRelative ? [imageWidth, imageHeight] : [1, 1];
  return {
    scaleX: (x: number) => ((x * unitX - left) * inputWidth) / width,
    scaleY: (y: number) => ((y * unitY - top) * inputHeight) / height,
  };
}

function placeBox(box: PixelBox, placement: InputPlacement, isRelative: boolean): PixelBox {
  const { scaleX, scaleY } = findScale(placement, isRelative);
  return { left: scaleX(box.left), top: scaleY(box.top), right: scaleX(box.right), bottom: scaleY(box.bottom) };
}

/** What of a box lies on the input; null when nothing does. */
function clip({ left, top, right, bottom }: PixelBox, width: number, height: number): PixelBox | null {
  const box = {
    left: Math.max(0, left),
    top: Math.max(0, top),
    right: Math.min(width, right),
    bottom: Math.min(height, bottom),
  };
  return computeBoxArea(box) > 0 ? box : null;
}

/** Pixels whose centre lies in one of the polygons, by the even-odd rule within each. */
function fillPolygons(polygons: readonly (readonly number[])[], width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (const corners of polygons) {
    for (let y = 0; y < height; y++) {
      const crossings = findCrossings(corners, y + 0.5);
      for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
        // Centres x + ½ with crossing ≤ x + ½ < next crossing.
        const first = Math.max(0, Math.ceil(crossings[pair] - 0.5));
        const end = Math.min(width, Math.ceil(crossings[pair + 1] - 0.5));
        mask.fill(1, y * width + first, y * width + Math.max(first, end));
      }
    }
  }
  return mask;
}

function findCrossings(corners: readonly number[], y: number): number[] {
  const crossings: number[] = [];
  for (let index = 0; index < corners.length; index += 2) {
    const [x1, y1] = [corners[index], corners[index + 1]];
    const next = (index + 2) % corners.length;
    const [x2, y2] = [corners[next], corners[next + 1]];
    if (y1 <= y !== y2 <= y) {
      crossings.push(x1 + ((y - y1) * (x2 - x1)) / (y2 - y1));
    }
  }
  return crossings.sort((one, other) => one - other);
}
