import { html, svg } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import { computeCellRectangle, findCell, placeByStretch } from '../../src/protocol/cellPlacement';
import type { CellPlacement } from '../../src/protocol/cellPlacement';
import type { ImageAnswer } from '../../src/protocol/explanation';
import type { BoxTarget, TargetGrid } from '../../src/protocol/target';
import type { AppState } from '../app';
import { readClassChoices } from './explainedTarget';
import type { CamActions } from './camActions';
import { clipToPicture } from './stageReadout';
import { listSpatialOutputs } from './targetKinds';

/** A box in cells of an output. */
export type CellBox = Pick<BoxTarget, 'left' | 'top' | 'width' | 'height'>;

/** The box that is explained, as it lies on the picture; dragging draws another one. */
export interface BoxRegion {
  readonly box: CellBox;
  readonly grid: TargetGrid;
  /** Cells divide the model's input evenly. */
  readonly placement: CellPlacement;
  readonly onDraw: (box: CellBox) => void;
}

/** null when the output's cells are not known. */
export function findBoxRegion(
  state: AppState,
  target: BoxTarget,
  { inputPicture: { height, width } }: ImageAnswer,
  actions: CamActions,
): BoxRegion | null {
  const offers = readClassChoices(state)?.targets;
  const grid = offers && listSpatialOutputs(offers).find(({ name }) => name === target.output)?.grid;
  if (!grid) {
    return null;
  }
  // Not by receptive field: what a dense output says is trained for the same place of the picture, as masks are read too.
  const placement = placeByStretch(grid.rows, grid.columns, height, width);
  const onDraw = (box: CellBox): void => actions.chooseCam({ target: { ...target, ...box } });
  return { box: target, grid, placement, onDraw };
}

/** A place on the picture in pixels, whose centres are whole numbers. */
export interface PicturePoint {
  readonly y: number;
  readonly x: number;
}

/** All cells between two points of the picture, which are nearest to a corner each. */
export function toCellBox({ placement, grid }: BoxRegion, from: PicturePoint, to: PicturePoint): CellBox {
  const [one, other] = [from, to].map(({ y, x }) => findCell(placement, grid.rows, grid.columns, y, x));
  const [left, top] = [Math.min(one.column, other.column), Math.min(one.row, other.row)];
  return {
    left,
    top,
    width: Math.max(one.column, other.column) - left + 1,
    height: Math.max(one.row, other.row) - top + 1,
  };
}

/** The outline over the picture, twice: light over dark is visible on any picture. */
export function boxOutline(
  { placement }: BoxRegion,
  box: CellBox,
  { height, width }: { readonly height: number; readonly width: number },
): TemplateResult {
  const first = computeCellRectangle(placement, box.top, box.left);
  const all = { ...first, height: box.height * placement.strideY, width: box.width * placement.strideX };
  const { left, top, ...size } = clipToPicture(all, height, width);
  const draw = (edge: string): TemplateResult =>
    svg`<rect class="cam-mark-box ${edge}" x=${left} y=${top} width=${size.width} height=${size.height} vector-effect="non-scaling-stroke"></rect>`;
  return html`<svg class="cam-marks" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
    ${draw('cam-mark-dark')}${draw('cam-mark-light')}
  </svg>`;
}
