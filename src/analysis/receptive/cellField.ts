/** Which input pixels the first cell along one axis sees, and how far the next cell is. Pixels; fractions after resizing. */
export interface Reach {
  readonly low: number;
  readonly high: number;
  readonly stride: number;
}

/**
 * Where the cells of a tensor lie on the image: along two axes, or along one axis of rows·columns tokens
 * whose first `offset` are no cells (class tokens).
 */
export type CellAxes =
  | { readonly kind: 'grid'; readonly row: number; readonly column: number }
  | {
      readonly kind: 'tokens';
      readonly axis: number;
      readonly offset: number;
      readonly rows: number;
      readonly columns: number;
    };

export interface CellField {
  readonly axes: CellAxes;
  readonly rows: Reach;
  readonly columns: Reach;
  /** False when branches with different centres met, or when content from elsewhere was mixed in. */
  readonly exact: boolean;
}

/** A value that depends on the image, but not on a place in it (pooled, flattened, attended). */
export const EVERYWHERE = 'everywhere';
export type Field = CellField | typeof EVERYWHERE;

/** A kernel of `size` cells, `dilation` apart, moved by `stride` cells from `padding` cells before the first. */
export function slide(reach: Reach, size: number, dilation: number, stride: number, padding: number): Reach {
  const first = -padding * reach.stride;
  return {
    low: reach.low + first,
    high: reach.high + first + (size - 1) * dilation * reach.stride,
    stride: reach.stride * stride,
  };
}

/** The first cell moves by a number of cells, as by cropping (positive) or padding (negative). */
export function shift(reach: Reach, cells: number): Reach {
  return { low: reach.low + cells * reach.stride, high: reach.high + cells * reach.stride, stride: reach.stride };
}

/**
 * Cells resampled: the new first cell lies at `position` (in old cells), the next one `step` further,
 * each made of old cells up to `margin` away.
 */
export function resample(reach: Reach, position: number, step: number, margin: number): Reach {
  return {
    low: reach.low + (position - margin) * reach.stride,
    high: reach.high + (position + margin) * reach.stride,
    stride: reach.stride * step,
  };
}

/** Both regions together; null when their cells do not advance alike. */
export function unite(a: CellField, b: CellField): CellField | null {
  if (
    !sameAxes(a.axes, b.axes) ||
    !isClose(a.rows.stride, b.rows.stride) ||
    !isClose(a.columns.stride, b.columns.stride)
  ) {
    return null;
  }
  const centred = isClose(centre(a.rows), centre(b.rows)) && isClose(centre(a.columns), centre(b.columns));
  return {
    axes: a.axes,
    rows: uniteReach(a.rows, b.rows),
    columns: uniteReach(a.columns, b.columns),
    exact: a.exact && b.exact && centred,
  };
}

export function centre(reach: Reach): number {
  return (reach.low + reach.high) / 2;
}

function sameAxes(a: CellAxes, b: CellAxes): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function uniteReach(a: Reach, b: Reach): Reach {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high), stride: a.stride };
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-9;
}
