import type { OperatorCall, OutputFacts, PartialShape, PartialValue } from '../valueFacts';
import { countElements } from '../valueFacts';
import { toStoredValue } from './storedValue';

/** Elements of the outputs of an operator whose inputs are known, at least in part; null where nothing is. */
export type FoldRule = (call: OperatorCall, outputs: readonly OutputFacts[]) => readonly (PartialValue | null)[];

/** Shape arithmetic works on a handful of numbers; larger tensors are weights or data and stay unfolded. */
const MAXIMUM_FOLDED_ELEMENTS = 4096;

/** The output's dimensions when all are known and few enough elements result. */
export function foldableDims(shape: PartialShape | null): readonly number[] | null {
  const count = shape === null ? null : countElements(shape);
  return count !== null && count <= MAXIMUM_FOLDED_ELEMENTS ? (shape as readonly number[]) : null;
}

/** A folded first output, elements computed one by one in row-major order, as the type holds them. */
export function foldEach(
  output: OutputFacts | undefined,
  elementOf: (flat: number, dims: readonly number[]) => number | null,
): readonly (PartialValue | null)[] {
  const dims = foldableDims(output?.shape ?? null);
  const elementType = output?.elementType ?? null;
  if (dims === null || elementType === null) {
    return [null];
  }
  const count = dims.reduce((product, size) => product * size, 1);
  const data = Array.from({ length: count }, (_, flat) => {
    const element = elementOf(flat, dims);
    return element === null ? null : toStoredValue(elementType, element);
  });
  return [{ elementType, dims, data }];
}

/** Row-major strides. */
export function computeStrides(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length);
  let stride = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= dims[axis];
  }
  return strides;
}

/** Index along each axis of the element at a row-major position. */
export function toIndices(flat: number, dims: readonly number[]): number[] {
  return computeStrides(dims).map((stride, axis) => Math.floor(flat / stride) % dims[axis]);
}

/** Row-major position of an element that is broadcast to a larger shape. */
export function toBroadcastPosition(indices: readonly number[], dims: readonly number[]): number {
  const strides = computeStrides(dims);
  const offset = indices.length - dims.length;
  return dims.reduce((sum, size, axis) => sum + (size === 1 ? 0 : indices[axis + offset] * strides[axis]), 0);
}
