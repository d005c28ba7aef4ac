import type { ReceptiveField } from './modelDetails';

/**
 * Where the cells of a map lie on the model's input, in pixels whose centres are whole numbers:
 * the centre of cell (i, j) is at start + (i, j)·stride.
 */
export interface CellPlacement {
  readonly startY: number;
  readonly startX: number;
  readonly strideY: number;
  readonly strideX: number;
}

/** Where the network's arithmetic puts the cells (Araujo et al., Distill 2019). */
export function placeByReceptiveField(field: ReceptiveField): CellPlacement {
  return { startY: field.start[0], startX: field.start[1], strideY: field.stride[0], strideX: field.stride[1] };
}

/** The usual resize with half-pixel centres: cell i of m at (i + ½)·n/m − ½ of n pixels. */
export function placeByStretch(
  mapHeight: number,
  mapWidth: number,
  inputHeight: number,
  inputWidth: number,
): CellPlacement {
  const strideY = inputHeight / mapHeight;
  const strideX = inputWidth / mapWidth;
  return { startY: strideY / 2 - 0.5, startX: strideX / 2 - 0.5, strideY, strideX };
}

/** The cell whose centre is nearest to a pixel, inside the map. */
export function findCell(
  placement: CellPlacement,
  mapHeight: number,
  mapWidth: number,
  y: number,
  x: number,
): { readonly row: number; readonly column: number } {
  return {
    row: toNearest((y - placement.startY) / placement.strideY, mapHeight),
    column: toNearest((x - placement.startX) / placement.strideX, mapWidth),
  };
}

/** A rectangle in pixel edges: pixel p covers p − ½ … p + ½, so a picture of n pixels reaches from −½ to n − ½. */
export interface PixelRectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The pixels that cell (row, column) is drawn over. */
export function computeCellRectangle(placement: CellPlacement, row: number, column: number): PixelRectangle {
  return centerRectangle(placement, row, column, placement.strideY, placement.strideX);
}

/** The pixels that cell (row, column) can see; may reach beyond the picture. */
export function computeFieldRectangle(field: ReceptiveField, row: number, column: number): PixelRectangle {
  return centerRectangle(placeByReceptiveField(field), row, column, field.size[0], field.size[1]);
}

function centerRectangle(
  placement: CellPlacement,
  row: number,
  column: number,
  height: number,
  width: number,
): PixelRectangle {
  return {
    top: placement.startY + row * placement.strideY - height / 2,
    left: placement.startX + column * placement.strideX - width / 2,
    height,
    width,
  };
}

function toNearest(position: number, size: number): number {
  return Math.min(size - 1, Math.max(0, Math.round(position)));
}
