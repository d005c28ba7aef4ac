/** Matrices one after the other, [count, rows, columns]; a count of 1 stands for every mask. */
export interface Matrices {
  readonly data: Float32Array;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Masks of an image of H × W pixels as products of small matrices, down·grid·across: [H, h]·[h, w]·[w, W]. A bilinear
 * enlargement, a shifted one and a window are all of that form, so that a mask is a few dozen numbers on its way to the
 * process that runs the model.
 */
export interface Masks {
  readonly down: Matrices;
  readonly grid: Matrices;
  readonly across: Matrices;
}

export interface MaskSeries {
  readonly count: number;
  /**
   * What the product is made into before the image is multiplied with it: nothing; (m − least)/(most − least + 1e-8);
   * or 1 − m.
   */
  readonly finish: 'none' | 'stretch' | 'complement';
  /** Masks `first` to `first + count − 1`. */
  make(first: number, count: number): Masks;
}

/** The product for one mask, [H, W], unfinished. */
export function renderMask({ down, grid, across }: Masks, position: number): Float32Array {
  const rows = new Float32Array(down.rows * grid.columns);
  multiply(down, grid, position, rows);
  const mask = new Float32Array(down.rows * across.columns);
  multiply({ data: rows, count: 1, rows: down.rows, columns: grid.columns }, across, position, mask);
  return mask;
}

function multiply(left: Matrices, right: Matrices, position: number, result: Float32Array): void {
  const leftStart = left.count === 1 ? 0 : position * left.rows * left.columns;
  const rightStart = right.count === 1 ? 0 : position * right.rows * right.columns;
  for (let row = 0; row < left.rows; row++) {
    for (let inner = 0; inner < left.columns; inner++) {
      const factor = left.data[leftStart + row * left.columns + inner];
      // Interpolation reads two neighbours: nearly all factors are zero.
      if (factor !== 0) {
        for (let column = 0; column < right.columns; column++) {
          result[row * right.columns + column] += factor * right.data[rightStart + inner * right.columns + column];
        }
      }
    }
  }
}

/**
 * Linear interpolation as a matrix [pixels, cells]: pixel i is made of the cells beside `toCell(i)`, held at the ends.
 */
export function interpolation(pixels: number, cells: number, toCell: (pixel: number) => number): Float32Array {
  const matrix = new Float32Array(pixels * cells);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const place = Math.min(cells - 1, Math.max(0, toCell(pixel)));
    const first = Math.min(cells - 1, Math.floor(place));
    matrix[pixel * cells + first] += 1 - (place - first);
    if (first + 1 < cells) {
      matrix[pixel * cells + first + 1] += place - first;
    }
  }
  return matrix;
}

/** [rows, columns] → [columns, rows]. */
export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: matrix.length }, (_, position) => {
    const [column, row] = [Math.floor(position / rows), position % rows];
    return matrix[row * columns + column];
  });
}
