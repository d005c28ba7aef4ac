import type { PixelBox } from './pixelBox';

/**
 * Boxes around the largest connected component of the pixels at or above each threshold, null where there is none; as
 * `createComponentSearch` finds them, but for all thresholds in one pass: pixels come in from the highest value down and
 * join what they touch (union by size, Tarjan 1975). `thresholds` rise; `values` is [height, width]. O(pixels).
 */
export function traceLargestBoxes(
  values: Float32Array,
  height: number,
  width: number,
  thresholds: readonly number[],
): readonly (PixelBox | null)[] {
  const levels = groupByLevel(values, thresholds);
  const forest = new ComponentForest(height, width);
  const boxes: (PixelBox | null)[] = [];
  for (let level = thresholds.length - 1; level >= 0; level--) {
    levels.pixels.subarray(levels.starts[level], levels.starts[level + 1]).forEach((pixel) => forest.add(pixel));
    boxes[level] = forest.largest();
  }
  return boxes;
}

/** Pixels by the highest threshold that they reach: those of level l lie at starts[l] … starts[l + 1]. */
function groupByLevel(values: Float32Array, thresholds: readonly number[]) {
  const level = Int16Array.from(values, (value) => countReached(value, thresholds) - 1);
  const starts = new Uint32Array(thresholds.length + 1);
  level.forEach((each) => each >= 0 && starts[each + 1]++);
  for (let index = 0; index < thresholds.length; index++) {
    starts[index + 1] += starts[index];
  }
  const next = starts.slice();
  const pixels = new Uint32Array(starts[thresholds.length]);
  level.forEach((each, pixel) => {
    if (each >= 0) {
      pixels[next[each]++] = pixel;
    }
  });
  return { starts, pixels };
}

/** How many thresholds are at or below the value, by bisection. */
function countReached(value: number, thresholds: readonly number[]): number {
  let [low, high] = [0, thresholds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (thresholds[middle] <= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Components that grow; each is known by its root. Pixels touch at edges and corners. */
class ComponentForest {
  /** Of each pixel; −1: not in yet. */
  readonly #parent: Int32Array;
  readonly #count: Uint32Array;
  /** Of each root: its first pixel in reading order, which settles ties, and the edges of its box. */
  readonly #first: Uint32Array;
  readonly #edges: Record<keyof PixelBox, Uint16Array>;
  #largest = -1;

  constructor(
    private readonly height: number,
    private readonly width: number,
  ) {
    const pixels = height * width;
    const create = () => new Uint16Array(pixels);
    this.#parent = new Int32Array(pixels).fill(-1);
    this.#count = new Uint32Array(pixels);
    this.#first = new Uint32Array(pixels);
    this.#edges = { left: create(), top: create(), right: create(), bottom: create() };
  }

  add(pixel: number): void {
    const x = pixel % this.width;
    const y = (pixel - x) / this.width;
    const { left, top, right, bottom } = this.#edges;
    this.#parent[pixel] = pixel;
    this.#count[pixel] = 1;
    this.#first[pixel] = pixel;
    [left[pixel], top[pixel], right[pixel], bottom[pixel]] = [x, y, x + 1, y + 1];
    let root = pixel;
    for (let row = Math.max(0, y - 1); row <= Math.min(this.height - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(this.width - 1, x + 1); column++) {
        const next = row * this.width + column;
        if (this.#parent[next] >= 0) {
          root = this.#join(root, this.#find(next));
        }
      }
    }
    if (this.#isBeforeLargest(root)) {
      this.#largest = root;
    }
  }

  largest(): PixelBox | null {
    const root = this.#largest;
    const { left, top, right, bottom } = this.#edges;
    return root < 0 ? null : { left: left[root], top: top[root], right: right[root], bottom: bottom[root] };
  }

  /** The largest one only grows, and when it does, its count is above what it was. */
  #isBeforeLargest(root: number): boolean {
    const largest = this.#largest < 0 ? -1 : this.#find(this.#largest);
    const difference = this.#count[root] - (largest < 0 ? 0 : this.#count[largest]);
    return difference > 0 || largest === root || (difference === 0 && this.#first[root] < this.#first[largest]);
  }

  #find(pixel: number): number {
    const parent = this.#parent;
    while (parent[pixel] !== pixel) {
      parent[pixel] = parent[parent[pixel]];
      pixel = parent[pixel];
    }
    return pixel;
  }

  #join(one: number, other: number): number {
    if (one === other) {
      return one;
    }
    const [root, child] = this.#count[one] >= this.#count[other] ? [one, other] : [other, one];
    const { left, top, right, bottom } = this.#edges;
    this.#parent[child] = root;
    this.#count[root] += this.#count[child];
    this.#first[root] = Math.min(this.#first[root], this.#first[child]);
    left[root] = Math.min(left[root], left[child]);
    top[root] = Math.min(top[root], top[child]);
    right[root] = Math.max(right[root], right[child]);
    bottom[root] = Math.max(bottom[root], bottom[child]);
    return root;
  }
}
