/** How the elements of a tensor are shown as pictures of `height`×`width` cells, one per kernel or one matrix. */
export interface PictureGrid {
  readonly kind: 'kernels' | 'matrix';
  readonly height: number;
  readonly width: number;
  /** Pictures on one page: the kernels of one output channel. */
  readonly pictures: number;
  /** Pages: output channels, or parts of a matrix with many rows. */
  readonly pages: number;
}

/** Longest side of a kernel; larger 3- and 4-D tensors are not kernels that one looks at. */
const LARGEST_KERNEL = 31;
/** Elements that a page shows. */
const MOST_CELLS = 65_536;
const MOST_COLUMNS = 4096;

/** null: elements that are better read as numbers (vectors, scalars, other shapes). */
export function toPictureGrid(shape: readonly number[]): PictureGrid | null {
  const [rows, columns] = shape;
  if (shape.length === 2 && rows > 0 && columns > 0 && columns <= MOST_COLUMNS && rows * columns > 1) {
    const height = Math.min(rows, Math.max(1, Math.floor(MOST_CELLS / columns)));
    return { kind: 'matrix', height, width: columns, pictures: 1, pages: Math.ceil(rows / height) };
  }
  const [height, width] = shape.slice(2);
  const isKernel = shape.length === 4 && height * width > 1 && Math.max(height, width) <= LARGEST_KERNEL;
  return isKernel && rows > 0 && columns > 0 && columns * height * width <= MOST_CELLS
    ? { kind: 'kernels', height, width, pictures: columns, pages: rows }
    : null;
}

/** Elements of one page of the grid; the last page of a matrix may hold fewer rows. */
export function toPageRange(grid: PictureGrid, page: number, total: number): { offset: number; count: number } {
  const size = grid.pictures * grid.height * grid.width;
  return { offset: page * size, count: Math.min(size, total - page * size) };
}

export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

/** Where the cells of a page go, in cells; kernels stand in rows of `columns` with a gap of one cell. */
export function toCells(values: ArrayLike<number>, { kind, height, width }: PictureGrid, columns: number): Cell[] {
  return Array.from(values, (value, index) => {
    const picture = kind === 'matrix' ? 0 : Math.floor(index / (height * width));
    const inside = kind === 'matrix' ? index : index % (height * width);
    return {
      x: (picture % columns) * (width + 1) + (inside % width),
      y: Math.floor(picture / columns) * (height + 1) + Math.floor(inside / width),
      value,
    };
  });
}
