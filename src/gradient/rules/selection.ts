import { readInt, readInts, readString } from '../../graph/attributes';
import type { SliceRange } from '../../graph/sliceBounds';
import { resolveSlice } from '../../graph/sliceBounds';
import type { GradientRule, GradientRules } from '../gradientRule';
import type { NodeCall } from '../nodeCall';
import { gatherAlong, range, reversed } from '../shaping';
import { applyAlong } from './axisMap';

/** Ranges by axis; attributes before operator set 10, constant inputs since. */
function readRanges(call: NodeCall): ReadonlyMap<number, SliceRange> {
  const declared = readInts(call.node, 'starts');
  const starts = declared ?? call.constant(1) ?? [];
  const ends = (declared === undefined ? call.constant(2) : readInts(call.node, 'ends')) ?? [];
  const axes = (declared === undefined ? call.constant(3) : readInts(call.node, 'axes')) ?? range(0, starts.length);
  const steps = declared === undefined ? call.constant(4) : null;
  return new Map(
    starts.map((start, index) => [call.axis(axes[index]), { start, end: ends[index], step: steps?.[index] ?? 1 }]),
  );
}

/** Slice: dY put back where it was taken, zeros elsewhere. */
const slice: GradientRule = (call) => [
  () => {
    let value = call.dY;
    const rank = call.rank(call.x);
    const [begin, end] = [new Array<number>(rank).fill(0), new Array<number>(rank).fill(0)];
    for (const [axis, taken] of readRanges(call)) {
      if (call.shapes.areEqual(call.x, axis, call.y, axis) && taken.step > 0) {
        continue;
      }
      const size = call.size(call.x, axis);
      const { first, count } = resolveSlice(taken, size);
      const last = first + (count - 1) * taken.step;
      value = taken.step < 0 ? gatherAlong(call, value, axis, reversed(count)) : value;
      value = spaceOut(call, value, axis, Math.abs(taken.step), count);
      begin[axis] = Math.min(first, last);
      end[axis] = size - 1 - Math.max(first, last);
    }
    return padOrKeep(call, value, begin, end);
  },
];

/** Zeros between the elements of an axis: [m] → [m, 1] → [m, step] → [m·step] → [(m − 1)·step + 1]. */
function spaceOut(call: NodeCall, value: string, axis: number, step: number, count: number): string {
  if (step === 1 || count <= 1) {
    return value;
  }
  const rank = call.rank(call.x);
  const zeros = (at: number, size: number) => range(0, rank + 1).map((each) => (each === at ? size : 0));
  const apart = call.build.pad(call.build.unsqueeze(value, [axis + 1]), zeros(-1, 0), zeros(axis + 1, step - 1));
  const merged = call.emit('Reshape', [apart, mergedShape(call, apart, axis, count * step)]);
  return call.build.slice(merged, 0, (count - 1) * step + 1, axis);
}

/** The shape of a value with two neighbouring axes joined. */
function mergedShape(call: NodeCall, value: string, axis: number, size: number): string {
  const shape = call.emit('Shape', [value]);
  const rank = call.rank(call.x);
  const before = axis === 0 ? [] : [call.build.slice(shape, 0, axis, 0)];
  const after = axis + 1 >= rank ? [] : [call.build.slice(shape, axis + 2, rank + 1, 0)];
  return call.build.concat([...before, call.build.int64([size]), ...after], 0);
}

function padOrKeep(call: NodeCall, value: string, begin: readonly number[], end: readonly number[]): string {
  return [...begin, ...end].every((size) => size === 0) ? value : call.build.pad(value, begin, end);
}

/**
 * Gather: rows of dY added to where they were read. One constant index is padding; otherwise a product with the matrix
 * that has a 1 at [position, index], written by OneHot (and folded when the indices are constant).
 */
const gather: GradientRule = (call) => [
  () => {
    const axis = call.axis(readInt(call.node, 'axis') ?? 0);
    const [data, indices] = call.node.inputs;
    const size = call.size(data, axis);
    const fixed = call.shapes.constant(indices);
    if (fixed?.data.length === 1) {
      const index = fixed.data[0] < 0 ? fixed.data[0] + size : fixed.data[0];
      const row =
        fixed.dims.length === 0 ? call.build.unsqueeze(call.dY, [axis]) : reshapeToRow(call, fixed.dims, axis);
      const zeros = (width: number) => range(0, call.rank(data)).map((each) => (each === axis ? width : 0));
      return padOrKeep(call, row, zeros(index), zeros(size - 1 - index));
    }
    return gatherMany(call, data, indices, axis, size);
  },
];

/** An index of dims [1] keeps the axis; of dims [1, 1] it adds one more. */
function reshapeToRow(call: NodeCall, dims: readonly number[], axis: number): string {
  return dims.length === 1 ? call.dY : call.build.squeeze(call.dY, range(axis, axis + dims.length - 1));
}

function gatherMany(call: NodeCall, data: string, indices: string, axis: number, size: number): string {
  const [rank, rankOfIndices] = [call.rank(data), call.rank(indices)];
  const flat = call.build.reshape(indices, [-1]);
  const hot = call.emit('OneHot', [flat, call.build.int64([size]), call.build.floats([0, 1], [2], 'float32')]);
  const matrix = call.type === 'float32' ? hot : call.build.cast(hot, call.type);
  // dY [before…, indices…, after…] → [after…, before…, indices…] → […, m]·[m, size] → back.
  const after = range(axis + rankOfIndices, rank - 1 + rankOfIndices);
  const before = range(0, axis);
  const moved = call.build.transpose(call.dY, [...after, ...before, ...range(axis, axis + rankOfIndices)]);
  const product = call.emit('MatMul', [joinLast(call, moved, rank - 1, rankOfIndices), matrix]);
  const back = [...before.map((each) => each + after.length), rank - 1, ...range(0, after.length)];
  return call.build.transpose(product, back);
}

/** The last `count` axes as one. */
function joinLast(call: NodeCall, value: string, kept: number, count: number): string {
  if (count === 1) {
    return value;
  }
  if (kept === 0) {
    return call.build.reshape(value, [-1]);
  }
  const leading = call.build.slice(call.emit('Shape', [value]), 0, kept, 0);
  return call.emit('Reshape', [value, call.build.concat([leading, call.build.int64([-1])], 0)]);
}

/** GatherElements: dY added where it was read. */
const gatherElements: GradientRule = (call) => [
  () => {
    if (call.opset < 16) {
      call.fail('adding up what was read twice needs operator set 16');
    }
    const zeros = call.emit('Expand', [0, call.emit('Shape', [call.x])]);
    return call.emit('ScatterElements', [zeros, call.input(1), call.dY], {
      axis: { type: 'int', value: readInt(call.node, 'axis') ?? 0 },
      reduction: { type: 'string', value: 'add' },
    });
  },
];

/** Pad: what lies in the middle of dY; reflected, repeated or wrapped borders are added to what they copy. */
const pad: GradientRule = (call) => [
  () => {
    const rank = call.rank(call.x);
    const { begin, end } = readPads(call, rank);
    const mode = readString(call.node, 'mode') ?? 'constant';
    if (mode === 'constant') {
      const negate = (pads: readonly number[]) => pads.map((size) => (size === 0 ? 0 : -size));
      return padOrKeep(call, call.dY, negate(begin), negate(end));
    }
    return range(0, rank).reduce((value, axis) => {
      if (begin[axis] === 0 && end[axis] === 0) {
        return value;
      }
      const size = call.size(call.x, axis);
      const sources = range(-begin[axis], size + end[axis]).map((position) => findSource(call, mode, position, size));
      return applyAlong(call, value, axis, size, (output) => [[sources[output], 1]]);
    }, call.dY);
  },
];

/** Which element a padded position copies. */
function findSource(call: NodeCall, mode: string, position: number, size: number): number {
  switch (mode) {
    case 'edge':
      return Math.min(Math.max(position, 0), size - 1);
    case 'wrap':
      return ((position % size) + size) % size;
    case 'reflect': {
      const period = Math.max(1, 2 * (size - 1));
      const folded = ((position % period) + period) % period;
      return folded < size ? folded : period - folded;
    }
    default:
      return call.fail(`padding mode "${mode}" is not known`);
  }
}

/** Per axis; an attribute before operator set 11, for all axes or those of the fourth input (set 18). */
function readPads(
  call: NodeCall,
  rank: number,
): { readonly begin: readonly number[]; readonly end: readonly number[] } {
  const pads = readInts(call.node, 'pads') ?? call.constant(1) ?? call.fail('it has no pads');
  const axes = (call.constant(3) ?? range(0, rank)).map((axis) => call.axis(axis));
  const [begin, end] = [new Array<number>(rank).fill(0), new Array<number>(rank).fill(0)];
  axes.forEach((axis, index) => {
    begin[axis] = pads[index];
    end[axis] = pads[index + axes.length];
  });
  return { begin, end };
}

/** Operators that take part of their input, or put it into something larger. */
export const selectionRules: GradientRules = {
  Slice: slice,
  Gather: gather,
  GatherElements: gatherElements,
  Pad: pad,
};
