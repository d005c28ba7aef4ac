import type { PixelBox } from './pixelBox';

/** Reused from one search to the next. */
export interface ComponentSearch {
  /** Box and pixel count of the largest component of pixels at or above `threshold`; null when none is. */
  findLargest(values: Float32Array, threshold: number): { readonly box: PixelBox; readonly count: number } | null;
}

/**
 * Connected components of a picture [height, width] by flood fill; pixels that touch at an edge or a corner belong
 * together (8-connectivity, as in OpenCV's findContours and MATLAB's bwlabel). The first in reading order wins a tie.
 * Each search is O(pixels).
 */
export function createComponentSearch(height: number, width: number): ComponentSearch {
  const seen = new Uint8Array(height * width);
  const stack = new Int32Array(height * width);
  return {
    findLargest(values, threshold) {
      seen.fill(0);
      let best: { readonly box: PixelBox; readonly count: number } | null = null;
      for (let start = 0; start < values.length; start++) {
        if (seen[start] === 0 && values[start] >= threshold) {
          const found = fill(values, threshold, start);
          best = best === null || found.count > best.count ? found : best;
        }
      }
      return best;
    },
  };

  function fill(values: Float32Array, threshold: number, start: number) {
    let [left, top, right, bottom, count, depth] = [width, height, 0, 0, 0, 0];
    seen[start] = 1;
    stack[depth++] = start;
    while (depth > 0) {
      const index = stack[--depth];
      const x = index % width;
      const y = (index - x) / width;
      count += 1;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const next = row * width + column;
          if (seen[next] === 0 && values[next] >= threshold) {
            seen[next] = 1;
            stack[depth++] = next;
          }
        }
      }
    }
    return { box: { left, top, right, bottom }, count };
  }
}
