import { readInt, readInts } from '../attributes';
import { readSlice, resolveSlice } from '../sliceBounds';
import type { OperatorCall, PartialValue } from '../valueFacts';
import { normalizeAxis, numbersOf, valueOf } from '../valueFacts';
import type { FoldRule } from './foldRule';
import { computeStrides, foldableDims, foldEach, toBroadcastPosition, toIndices } from './foldRule';

/** Same elements, other dimensions. */
const rearranged: FoldRule = (call, outputs) => {
  const value = valueOf(call, 0);
  return value === null ? [null] : foldEach(outputs[0], (flat) => value.data[flat] ?? null);
};

/** Each output element is one input element, at indices computed from its own. */
function pick(
  value: PartialValue | null,
  toSource: (indices: readonly number[]) => readonly number[] | null,
): FoldRule {
  return (_, outputs) => {
    if (value === null) {
      return [null];
    }
    const strides = computeStrides(value.dims);
    return foldEach(outputs[0], (flat, dims) => {
      const source = toSource(toIndices(flat, dims));
      return source === null
        ? null
        : (value.data[source.reduce((sum, index, axis) => sum + index * strides[axis], 0)] ?? null);
    });
  };
}

const transpose: FoldRule = (call, outputs) => {
  const value = valueOf(call, 0);
  const rank = value?.dims.length ?? 0;
  const permutation = readInts(call.node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  return pick(value, (indices) => {
    const source = new Array<number>(rank);
    permutation.forEach((axis, position) => (source[normalizeAxis(axis, rank)] = indices[position]));
    return source;
  })(call, outputs);
};

const expand: FoldRule = (call, outputs) => {
  const value = valueOf(call, 0);
  return value === null
    ? [null]
    : foldEach(outputs[0], (flat, dims) => value.data[toBroadcastPosition(toIndices(flat, dims), value.dims)] ?? null);
};

const tile: FoldRule = (call, outputs) => {
  const value = valueOf(call, 0);
  return pick(value, (indices) => indices.map((index, axis) => index % (value?.dims[axis] ?? 1)))(call, outputs);
};

const gather: FoldRule = (call, outputs) => {
  const value = valueOf(call, 0);
  const positions = valueOf(call, 1);
  if (value === null || positions === null || value.dims.length === 0) {
    return [null];
  }
  const axis = normalizeAxis(readInt(call.node, 'axis') ?? 0, value.dims.length);
  const rank = positions.dims.length;
  return pick(value, (indices) => {
    const inner = indices.slice(axis, axis + rank);
    const chosen = positions.data[toBroadcastPosition(inner, positions.dims)] ?? null;
    const index = chosen !== null && chosen < 0 ? chosen + value.dims[axis] : chosen;
    return index === null ? null : [...indices.slice(0, axis), index, ...indices.slice(axis + rank)];
  })(call, outputs);
};

const gatherElements: FoldRule = (call, outputs) => {
  const value = valueOf(call, 0);
  const positions = numbersOf(call, 1);
  const dims = call.inputs[1]?.value?.dims;
  if (value === null || positions === null || dims === undefined) {
    return [null];
  }
  const axis = normalizeAxis(readInt(call.node, 'axis') ?? 0, value.dims.length);
  return pick(value, (indices) => {
    const chosen = positions[toBroadcastPosition(indices, dims)];
    return indices.map((index, position) =>
      position === axis ? (chosen < 0 ? chosen + value.dims[axis] : chosen) : index,
    );
  })(call, outputs);
};

const slice: FoldRule = (call, outputs) => {
  const value = valueOf(call, 0);
  const ranges = value === null ? null : readSlice(call, value.dims.length);
  if (value === null || ranges === null) {
    return [null];
  }
  return pick(value, (indices) => {
    const source: number[] = [];
    for (const [axis, index] of indices.entries()) {
      const range = ranges.get(axis);
      if (range === null) {
        return null;
      }
      source.push(range === undefined ? index : resolveSlice(range, value.dims[axis]).first + index * range.step);
    }
    return source;
  })(call, outputs);
};

/** A part that is not known leaves its own elements unknown only. */
const concat: FoldRule = (call, outputs) => {
  const dims = foldableDims(outputs[0]?.shape ?? null);
  if (dims === null || dims.length === 0 || call.inputs.every((facts) => facts?.value === null)) {
    return [null];
  }
  const axis = normalizeAxis(readInt(call.node, 'axis') ?? 1, dims.length);
  return foldEach(outputs[0], (flat) => {
    const indices = toIndices(flat, dims);
    return readJoined(call, indices, axis);
  });
};

function readJoined(call: OperatorCall, indices: readonly number[], axis: number): number | null {
  let start = 0;
  for (const facts of call.inputs) {
    const size = facts?.shape?.[axis] ?? 0;
    if (indices[axis] < start + size) {
      const local = indices.map((index, position) => (position === axis ? index - start : index));
      const value = facts?.value ?? null;
      return value === null ? null : (value.data[toBroadcastPosition(local, value.dims)] ?? null);
    }
    start += size;
  }
  return null;
}

const split: FoldRule = (call, outputs) => {
  const value = valueOf(call, 0);
  if (value === null) {
    return [null];
  }
  const axis = normalizeAxis(readInt(call.node, 'axis') ?? 0, value.dims.length);
  let start = 0;
  return outputs.map((output) => {
    const first = start;
    start += output.shape?.[axis] ?? 0;
    const toSource = (indices: readonly number[]) =>
      indices.map((index, position) => (position === axis ? index + first : index));
    return pick(value, toSource)(call, [output])[0];
  });
};

/** Indices of what is not 0, an axis to a row: how old exporters count. */
const nonZero: FoldRule = (call, outputs) => {
  const value = valueOf(call, 0);
  const elements = numbersOf(call, 0);
  if (value === null || elements === null) {
    return [null];
  }
  const found = elements.flatMap((element, flat) => (element === 0 ? [] : [toIndices(flat, value.dims)]));
  return foldEach(outputs[0], (flat) => found[flat % found.length][Math.floor(flat / found.length)] ?? 0);
};

export const layoutFolds: Readonly<Record<string, FoldRule>> = {
  Reshape: rearranged,
  Flatten: rearranged,
  Squeeze: rearranged,
  Unsqueeze: rearranged,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  Gather: gather,
  GatherElements: gatherElements,
  Slice: slice,
  Concat: concat,
  Split: split,
  NonZero: nonZero,
};
