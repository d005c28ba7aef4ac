import type { OperatorCall, PartialShape } from '../../graph/valueFacts';
import { shapeOf } from '../../graph/valueFacts';
import type { CellField, Field, Reach } from './cellField';
import { EVERYWHERE } from './cellField';

/** An operation seen from its cells. */
export interface FieldCall {
  readonly call: OperatorCall;
  /** Of the inputs; undefined: independent of the image. */
  readonly fields: readonly (Field | undefined)[];
  readonly outputShape: PartialShape | null;
}

/** Where the cells of the first output lie. */
export type FieldRule = (call: FieldCall) => Field;

/** A rule for operators with one input that carries cells. */
export const onCells =
  (compute: (field: CellField, shape: PartialShape, call: FieldCall) => Field | null): FieldRule =>
  (fieldCall) => {
    const field = fieldCall.fields[0];
    const shape = shapeOf(fieldCall.call, 0);
    return field === undefined || field === EVERYWHERE || shape === null
      ? EVERYWHERE
      : (compute(field, shape, fieldCall) ?? EVERYWHERE);
  };

/** The same change along each of the two axes of a grid; null for tokens. */
export function mapGrid(
  field: CellField,
  change: (reach: Reach, axis: number) => Reach | null,
  exact = true,
): CellField | null {
  if (field.axes.kind !== 'grid') {
    return null;
  }
  const rows = change(field.rows, field.axes.row);
  const columns = change(field.columns, field.axes.column);
  return rows === null || columns === null ? null : { ...field, rows, columns, exact: field.exact && exact };
}
