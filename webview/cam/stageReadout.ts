import { html, nothing, svg } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { ImageAnswer } from '../../src/protocol/explanation';
import { computeCellRectangle, computeFieldRectangle } from '../../src/protocol/cellPlacement';
import type { PixelRectangle } from '../../src/protocol/cellPlacement';
import { computeRange } from './colorScale';
import { formatNumber, formatSigned } from './formatNumber';
import type { ShownMap } from './scene';

export interface Cell {
  readonly row: number;
  readonly column: number;
}

export function readValue({ overlay }: ShownMap, cell: Cell): number {
  return overlay.map[cell.row * overlay.mapWidth + cell.column];
}

/** Over the picture: the cell as it is drawn, and dashed what it sees. */
export function cellMarks(explanation: ImageAnswer, shown: ShownMap, cell: Cell): TemplateResult {
  const { height, width } = explanation.inputPicture;
  const field = explanation.receptiveField && computeFieldRectangle(explanation.receptiveField, cell.row, cell.column);
  const drawn = computeCellRectangle(shown.overlay.placement, cell.row, cell.column);
  return html`<svg class="cam-marks" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
    ${field ? rectangle(clipToPicture(field, height, width), 'cam-mark-field') : nothing}
    ${rectangle(clipToPicture(drawn, height, width), 'cam-mark-cell')}
  </svg>`;
}

/** Value, place, what it adds to the logit and how far it sees. */
export function cellReadout(explanation: ImageAnswer, shown: ShownMap, cell: Cell): TemplateResult {
  const value = readValue(shown, cell);
  const isPart = shown.kind === 'exact' && shown.unit !== 'activation' && shown.explanation.aggregate === 'mean';
  const cells = explanation.height * explanation.width;
  const { receptiveField: field } = explanation;
  return html`<p>
      <strong>${formatSigned(value)} ${shown.unit}</strong>
      <span>row ${cell.row}, column ${cell.column}</span>
      ${isPart ? html`<span title="The value divided by the ${cells} cells">adds ${formatSigned(value / cells)} to the ${shown.unit}</span>` : nothing}
    </p>
    <p class="cam-quiet">
      ${field ? `Sees ${describeField(field, explanation)}` : 'What it sees is not known: the receptive field of this layer could not be computed.'}
    </p>`;
}

/** Without a cell: the limits of the map. */
export function mapReadout({ overlay, unit }: ShownMap): TemplateResult | typeof nothing {
  const range = computeRange(overlay.map);
  return range === null
    ? nothing
    : html`<p>This map: ${formatNumber(range.minimum)} to ${formatNumber(range.maximum)} ${unit}</p>
        <p class="cam-quiet">Point at a cell to read it, or use the arrow keys.</p>`;
}

/** The part inside the picture, moved from pixel centres to corners. */
export function clipToPicture(rectangle: PixelRectangle, height: number, width: number): PixelRectangle {
  const left = Math.max(0, rectangle.left + 0.5);
  const top = Math.max(0, rectangle.top + 0.5);
  return {
    left,
    top,
    width: Math.max(0, Math.min(width, rectangle.left + 0.5 + rectangle.width) - left),
    height: Math.max(0, Math.min(height, rectangle.top + 0.5 + rectangle.height) - top),
  };
}

function describeField(
  { size, exact }: NonNullable<ImageAnswer['receptiveField']>,
  { inputPicture }: ImageAnswer,
): string {
  const extent = `${size[1]} × ${size[0]} px${exact ? '' : ' (widest branch)'}`;
  return size[0] >= 2 * inputPicture.height && size[1] >= 2 * inputPicture.width
    ? `${extent}: the whole picture`
    : extent;
}

/** Twice, light over dark: visible on any picture. */
function rectangle({ left, top, width, height }: PixelRectangle, className: string): TemplateResult {
  const draw = (edge: string): TemplateResult =>
    svg`<rect class="${className} ${edge}" x=${left} y=${top} width=${width} height=${height} vector-effect="non-scaling-stroke"></rect>`;
  return svg`${draw('cam-mark-dark')}${draw('cam-mark-light')}`;
}
