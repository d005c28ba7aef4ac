import type { Pause } from '../tensor/pause';
import type { InputLayout } from './inputScorer';

const NEIGHBOURS: readonly (readonly [row: number, column: number, weight: number])[] = [
  [-1, -1, 1 / 12],
  [-1, 0, 1 / 6],
  [-1, 1, 1 / 12],
  [0, -1, 1 / 6],
  [0, 1, 1 / 6],
  [1, -1, 1 / 12],
  [1, 0, 1 / 6],
  [1, 1, 1 / 12],
];
/** Residual over its first value: a tenth of a per cent is far below the noise. */
const PRECISION = 1e-4;
const MOST_ITERATIONS = 1000;
/** Between two looks at the clock. */
const PIXELS_AT_ONCE = 1 << 15;

/**
 * Replaces the removed pixels so that each is the weighted mean of its eight neighbours (1/6 beside, above and below,
 * 1/12 across corners): a hole without edges, which tells a network nothing of its shape (Rong et al. 2022, section 4;
 * their noise is not added here). The linear equations are solved by conjugate gradients, O(pixels) per iteration. With
 * nothing left to start from, the image's mean is taken. `removed`: 1 where a pixel is, [height, width].
 */
export async function imputeLinear(
  input: Float32Array,
  layout: InputLayout,
  removed: Uint8Array,
  pause: Pause,
): Promise<Float32Array> {
  const system = new NeighbourSystem(removed, pause);
  await system.linkNeighbours(layout.height, layout.width);
  const imputed = Float32Array.from(input);
  for (let channel = 0; channel < layout.channels; channel++) {
    const at = (pixel: number) => pixel * layout.pixelStride + channel * layout.channelStride;
    const plane = Float64Array.from(removed, (_, pixel) => input[at(pixel)]);
    await system.solve(plane);
    removed.forEach((isRemoved, pixel) => {
      imputed[at(pixel)] = isRemoved === 1 ? plane[pixel] : input[at(pixel)];
    });
  }
  return imputed;
}

/** Σ_n w_n (x − x_n) = 0 for every removed pixel, over its neighbours inside the image: symmetric and positive definite. */
class NeighbourSystem {
  readonly #pixels: Int32Array;
  readonly #neighbours: Int32Array;
  readonly #weights: Float64Array;

  constructor(
    private readonly removed: Uint8Array,
    private readonly pause: Pause,
  ) {
    this.#pixels = Int32Array.from(removed.keys()).filter((pixel) => removed[pixel] === 1);
    this.#neighbours = new Int32Array(this.#pixels.length * NEIGHBOURS.length);
    this.#weights = new Float64Array(this.#neighbours.length);
  }

  async linkNeighbours(height: number, width: number): Promise<void> {
    for (let index = 0; index < this.#pixels.length; index++) {
      const pixel = this.#pixels[index];
      NEIGHBOURS.forEach(([rows, columns, weight], side) => {
        const row = Math.floor(pixel / width) + rows;
        const column = (pixel % width) + columns;
        const isInside = row >= 0 && row < height && column >= 0 && column < width;
        this.#neighbours[index * NEIGHBOURS.length + side] = isInside ? row * width + column : pixel;
        this.#weights[index * NEIGHBOURS.length + side] = isInside ? weight : 0;
      });
      if (index % PIXELS_AT_ONCE === 0) {
        await this.pause();
      }
    }
  }

  /** Fills in the removed pixels of a plane. */
  async solve(plane: Float64Array): Promise<void> {
    const known = plane.filter((_, pixel) => this.removed[pixel] === 0);
    const start = (known.length > 0 ? known : plane).reduce((sum, value) => sum + value, 0);
    this.#pixels.forEach((pixel) => (plane[pixel] = start / (known.length || plane.length)));
    if (known.length > 0) {
      await this.#conjugateGradients(plane);
    }
  }

  /** Hestenes and Stiefel 1952. Directions are planes that are 0 at known pixels. */
  async #conjugateGradients(plane: Float64Array): Promise<void> {
    const residual = (await this.#apply(plane)).map((value) => -value);
    const direction = new Float64Array(plane.length);
    this.#pixels.forEach((pixel, index) => (direction[pixel] = residual[index]));
    let squared = dot(residual, residual);
    const wanted = squared * PRECISION ** 2;
    for (let iteration = 0; iteration < MOST_ITERATIONS && squared > wanted; iteration++) {
      const applied = await this.#apply(direction);
      const step = squared / this.#pixels.reduce((sum, pixel, index) => sum + direction[pixel] * applied[index], 0);
      this.#pixels.forEach((pixel, index) => {
        plane[pixel] += step * direction[pixel];
        residual[index] -= step * applied[index];
      });
      const next = dot(residual, residual);
      this.#pixels.forEach((pixel, index) => {
        direction[pixel] = residual[index] + (next / squared) * direction[pixel];
      });
      squared = next;
    }
  }

  /** Σ_n w_n (x − x_n) for each removed pixel. */
  async #apply(plane: Float64Array): Promise<Float64Array> {
    const applied = new Float64Array(this.#pixels.length);
    for (let start = 0; start < applied.length; start += PIXELS_AT_ONCE) {
      this.#applyTo(applied, plane, start, Math.min(applied.length, start + PIXELS_AT_ONCE));
      await this.pause();
    }
    return applied;
  }

  /** The fields in variables of its own: this is where the time goes. */
  #applyTo(applied: Float64Array, plane: Float64Array, start: number, end: number): void {
    const [pixels, neighbours, weights] = [this.#pixels, this.#neighbours, this.#weights];
    const count = NEIGHBOURS.length;
    for (let index = start; index < end; index++) {
      const own = plane[pixels[index]];
      let sum = 0;
      for (let side = index * count; side < (index + 1) * count; side++) {
        sum += weights[side] * (own - plane[neighbours[side]]);
      }
      applied[index] = sum;
    }
  }
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) {
    sum += one[index] * other[index];
  }
  return sum;
}
