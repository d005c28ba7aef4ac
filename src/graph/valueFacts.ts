import type { ElementType, GraphNode } from './model';

/** Sizes with free dimensions already bound; null for a size that only a run can tell. */
export type PartialShape = readonly (number | null)[];

/** A small tensor whose elements are known before any run; null for an element that is not. Booleans are 0 and 1. */
export interface PartialValue {
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  /** Row-major. */
  readonly data: readonly (number | null)[];
}

/** What is known of the tensors in a sequence. */
export interface SequenceFacts {
  readonly elementType: ElementType | null;
  /** The shape of each tensor; null: their number is not known. */
  readonly items: readonly (PartialShape | null)[] | null;
  /** What the shapes of all of them agree on. */
  readonly common: PartialShape | null;
}

/** What a shape rule says about one output. */
export interface OutputFacts {
  readonly elementType: ElementType | null;
  /** null: not even the rank is known. */
  readonly shape: PartialShape | null;
  /** The value is a sequence of tensors, which has no shape of its own. */
  readonly sequence?: SequenceFacts | undefined;
}

/** What is known of a value without running the model. */
export interface ValueFacts extends OutputFacts {
  readonly value: PartialValue | null;
}

/** One operation with the facts of its inputs. */
export interface OperatorCall {
  readonly node: GraphNode;
  /** Version of the operator set of the node's domain. */
  readonly opset: number;
  /** null for an optional input that is left out. */
  readonly inputs: readonly (ValueFacts | null)[];
}

/** Output shapes and types of one operator; may throw ShapeConflict. Missing entries mean unknown. */
export type ShapeRule = (call: OperatorCall) => readonly OutputFacts[];

/** The inputs of a node contradict its operator's definition. */
export class ShapeConflict extends Error {
  override readonly name = 'ShapeConflict';

  /** `sizes`: two sizes, or numbers of elements, that would have to be equal. */
  constructor(
    message: string,
    readonly sizes?: readonly [number, number],
  ) {
    super(message);
  }
}

/** No tensor has more axes; a larger number comes from a broken shape. */
export const MAXIMUM_RANK = 64;

export const NOTHING_KNOWN: ValueFacts = { elementType: null, shape: null, value: null };

export function shapeOf(call: OperatorCall, input: number): PartialShape | null {
  return call.inputs[input]?.shape ?? null;
}

export function typeOf(call: OperatorCall, input: number): ElementType | null {
  return call.inputs[input]?.elementType ?? null;
}

export function valueOf(call: OperatorCall, input: number): PartialValue | null {
  return call.inputs[input]?.value ?? null;
}

export function sequenceOf(call: OperatorCall, input: number): SequenceFacts | null {
  return call.inputs[input]?.sequence ?? null;
}

/** Elements of a constant input when all of them are known. */
export function numbersOf(call: OperatorCall, input: number): readonly number[] | null {
  const data = valueOf(call, input)?.data;
  return data !== undefined && data.every((element) => element !== null) ? data : null;
}

export function hasInput(call: OperatorCall, input: number): boolean {
  const facts = call.inputs[input];
  return facts !== undefined && facts !== null;
}

/** What two shapes agree on; null when not even on the rank. */
export function mergeShapes(a: PartialShape | null, b: PartialShape | null): PartialShape | null {
  return a !== null && a.length === b?.length ? a.map((size, axis) => (size === b[axis] ? size : null)) : null;
}

/** null when a dimension is unknown. */
export function countElements(shape: PartialShape): number | null {
  let count = 1;
  for (const size of shape) {
    if (size === null) {
      return null;
    }
    count *= size;
  }
  return count;
}

/** Counts negative axes from the end. */
export function normalizeAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= rank) {
    throw new ShapeConflict(`axis ${axis} lies outside rank ${rank}`);
  }
  return positive;
}

/** Multidirectional (NumPy) broadcasting; null when a rank is unknown. */
export function broadcastShapes(shapes: readonly (PartialShape | null)[]): PartialShape | null {
  let result: (number | null)[] = [];
  for (const shape of shapes) {
    if (shape === null) {
      return null;
    }
    const rank = Math.max(result.length, shape.length);
    const previous = result;
    result = Array.from({ length: rank }, (_, axis) =>
      broadcastDimension(sizeFromEnd(previous, rank - axis), sizeFromEnd(shape, rank - axis)),
    );
  }
  return result;
}

function sizeFromEnd(shape: PartialShape, fromEnd: number): number | null {
  return fromEnd > shape.length ? 1 : shape[shape.length - fromEnd];
}

function broadcastDimension(a: number | null, b: number | null): number | null {
  if (a === b || b === 1) {
    return a;
  }
  if (a === 1) {
    return b;
  }
  if (a === null || b === null) {
    // The known size is above 1 (or 0), so the unknown one must be 1 or equal to it.
    return a ?? b;
  }
  throw new ShapeConflict(`dimensions ${a} and ${b} do not broadcast`, [a, b]);
}
