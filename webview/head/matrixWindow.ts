/** The part of a matrix that is on the screen, in cells; edges may lie within cells. */
export interface MatrixWindow {
  readonly top: number;
  readonly left: number;
  readonly down: number;
  readonly across: number;
}

export interface MatrixSize {
  readonly rows: number;
  readonly columns: number;
}

/** No closer than this many cells, or the whole matrix where it has fewer. */
const FEWEST_CELLS = 6;

export function toWholeWindow({ rows, columns }: MatrixSize): MatrixWindow {
  return { top: 0, left: 0, down: rows, across: columns };
}

/** Closer for factors above 1; the place (shares of the window, 0…1) stays where it is. */
export function zoomWindow(
  window: MatrixWindow,
  factor: number,
  [x, y]: readonly [number, number],
  size: MatrixSize,
): MatrixWindow {
  const down = hold(window.down / factor, Math.min(FEWEST_CELLS, size.rows), size.rows);
  const across = hold(window.across / factor, Math.min(FEWEST_CELLS, size.columns), size.columns);
  return keepInside(
    { top: window.top + y * (window.down - down), left: window.left + x * (window.across - across), down, across },
    size,
  );
}

/** Moved by shares of the window. */
export function panWindow(window: MatrixWindow, dx: number, dy: number, size: MatrixSize): MatrixWindow {
  return keepInside({ ...window, left: window.left + dx * window.across, top: window.top + dy * window.down }, size);
}

/** Moved just so far that a cell is in it. */
export function revealCell(window: MatrixWindow, row: number, column: number, size: MatrixSize): MatrixWindow {
  const top = hold(window.top, row + 1 - window.down, row);
  const left = hold(window.left, column + 1 - window.across, column);
  return keepInside({ ...window, top, left }, size);
}

function keepInside(window: MatrixWindow, { rows, columns }: MatrixSize): MatrixWindow {
  return {
    ...window,
    top: hold(window.top, 0, rows - window.down),
    left: hold(window.left, 0, columns - window.across),
  };
}

function hold(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

/** Positions in the order of a measure, largest first; equal ones and those that are no numbers by index. */
export function orderBy(measure: ArrayLike<number> | null, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  const rank = (index: number) => (Number.isFinite(measure?.[index]) ? (measure?.[index] ?? 0) : -Infinity);
  return measure === null ? order : order.sort((a, b) => rank(b) - rank(a) || a - b);
}

/** Most weights looked at for one pixel, along each axis. */
const SAMPLES = 4;

/**
 * For each pixel [height, width] the weight of largest magnitude under it (of at most 4×4 spread over what it covers),
 * so that a single strong weight is seen when thousands share the screen. `matrix` is [rows, columns].
 */
export function sampleWindow(
  matrix: Float32Array,
  columns: number,
  order: { readonly rows: Int32Array; readonly columns: Int32Array },
  window: MatrixWindow,
  picture: { readonly width: number; readonly height: number },
): Float32Array {
  const { width, height } = picture;
  const rowsOf = listSamples(window.top, window.down, height, order.rows);
  const columnsOf = listSamples(window.left, window.across, width, order.columns);
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let strongest = 0;
      for (const row of rowsOf[y]) {
        for (const column of columnsOf[x]) {
          const value = matrix[row * columns + column];
          if (!(Math.abs(value) <= Math.abs(strongest))) {
            strongest = value;
          }
        }
      }
      values[y * width + x] = strongest;
    }
  }
  return values;
}

function listSamples(start: number, length: number, pixels: number, order: Int32Array): number[][] {
  const per = length / pixels;
  const count = Math.min(SAMPLES, Math.max(1, Math.ceil(per)));
  return Array.from({ length: pixels }, (_, pixel) =>
    Array.from({ length: count }, (_, sample) => {
      const place = Math.floor(start + (pixel + (sample + 0.5) / count) * per);
      return order[Math.min(order.length - 1, Math.max(0, place))];
    }),
  );
}
