import { readInts } from './attributes';
import type { OperatorCall } from './valueFacts';
import { normalizeAxis, numbersOf, ShapeConflict, valueOf } from './valueFacts';

/** `start:end:step` along one axis, as written (negative counts from the end, far values clamp). */
export interface SliceRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Ranges by axis, a range null where its numbers are not known; null when the axes are not known. Slice of any opset. */
export function readSlice(call: OperatorCall, rank: number): ReadonlyMap<number, SliceRange | null> | null {
  const declared = readInts(call.node, 'starts');
  const starts = declared ?? valueOf(call, 1)?.data;
  const ends = declared === undefined ? valueOf(call, 2)?.data : readInts(call.node, 'ends');
  const count = starts?.length ?? call.inputs[1]?.shape?.[0] ?? ends?.length;
  const axes = declared === undefined ? optional(call, 3) : readInts(call.node, 'axes');
  const steps = declared === undefined ? optional(call, 4) : undefined;
  if (axes === null || steps === null || count === undefined || count === null) {
    return null;
  }
  if (count > rank) {
    throw new ShapeConflict(`a slice of ${count} axes in rank ${rank}`);
  }
  const ranges = new Map<number, SliceRange | null>();
  for (let index = 0; index < count; index++) {
    const axis = normalizeAxis(axes?.[index] ?? index, rank);
    const start = starts?.[index] ?? null;
    const end = ends?.[index] ?? null;
    ranges.set(axis, start === null || end === null ? null : { start, end, step: steps?.[index] ?? 1 });
  }
  return ranges;
}

/** undefined: left out; null: present but not known. */
function optional(call: OperatorCall, input: number): readonly number[] | null | undefined {
  const facts = call.inputs[input];
  return facts === null || facts === undefined ? undefined : numbersOf(call, input);
}

/** First index that is taken and how many there are, for an axis of `size`. */
export function resolveSlice(range: SliceRange, size: number): { first: number; count: number } {
  const { step } = range;
  const fromEnd = (bound: number) => (bound < 0 ? bound + size : bound);
  const clamp = (bound: number, low: number, high: number) => Math.min(Math.max(bound, low), high);
  if (step > 0) {
    const first = clamp(fromEnd(range.start), 0, size);
    const last = clamp(fromEnd(range.end), 0, size);
    return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
  }
  const first = clamp(fromEnd(range.start), -1, size - 1);
  const last = clamp(fromEnd(range.end), -1, size - 1);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

export function sliceSize(range: SliceRange, size: number): number {
  return resolveSlice(range, size).count;
}
