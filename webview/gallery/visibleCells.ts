/** A grid of equal cells in a scrolled area; pixels. */
export interface GridSize {
  readonly count: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Of the area. */
  readonly width: number;
}

export interface VisibleCells {
  readonly columns: number;
  /** Of all rows together. */
  readonly height: number;
  /** First cell to draw, and the one after the last. */
  readonly first: number;
  readonly end: number;
}

/** Rows drawn beyond both ends of what is seen. */
const MARGIN_ROWS = 1;

/** The cells to draw at a scroll position: as many as are seen and a few more, however many there are. */
export function findVisibleCells(
  { count, cellWidth, cellHeight, width }: GridSize,
  scrollTop: number,
  viewHeight: number,
): VisibleCells {
  const columns = Math.max(1, Math.floor(width / cellWidth));
  const rows = Math.ceil(count / columns);
  const firstRow = Math.max(0, Math.floor(scrollTop / cellHeight) - MARGIN_ROWS);
  const endRow = Math.min(rows, Math.ceil((scrollTop + viewHeight) / cellHeight) + MARGIN_ROWS);
  return { columns, height: rows * cellHeight, first: firstRow * columns, end: Math.min(count, endRow * columns) };
}
