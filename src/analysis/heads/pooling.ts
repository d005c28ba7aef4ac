import { readInt, readInts, readString } from '../../graph/attributes';
import type { GraphNode } from '../../graph/model';
import type { HeadGraph } from './headGraph';

/** A reduction over whole axes, under any of its spellings. */
export interface Pooling {
  readonly mode: 'mean' | 'sum' | 'max';
  readonly input: string;
  readonly output: string;
  /** Axes of the input that are reduced to one element. */
  readonly axes: readonly number[];
  /** Constant to whose multiples the result is rounded; null for floats. */
  readonly roundedTo: string | null;
}

const GLOBAL: Readonly<Record<string, Pooling['mode']>> = { GlobalAveragePool: 'mean', GlobalMaxPool: 'max' };
const REDUCTIONS: Readonly<Record<string, Pooling['mode']>> = {
  ReduceMean: 'mean',
  ReduceSum: 'sum',
  ReduceMax: 'max',
};
const WINDOWS: Readonly<Record<string, Pooling['mode']>> = { AveragePool: 'mean', MaxPool: 'max' };

/** The node as a reduction over whole axes, or null when it is something else (or a window smaller than the map). */
export function readPooling(graph: HeadGraph, node: GraphNode): Pooling | null {
  const input = node.inputs[0] ?? '';
  const output = node.outputs[0] ?? '';
  const shape = graph.shapeOf(input);
  if (shape === null) {
    return null;
  }
  if (node.domain === 'com.microsoft' && node.opType === 'QLinearGlobalAveragePool') {
    const axes = readInt(node, 'channels_last') === 1 ? range(1, shape.length - 1) : range(2, shape.length);
    return { mode: 'mean', input, output, axes, roundedTo: node.inputs[3] ?? null };
  }
  if (node.domain !== '') {
    return null;
  }
  const pooling = (mode: Pooling['mode'], axes: readonly number[]): Pooling => ({
    mode,
    input,
    output,
    axes,
    roundedTo: null,
  });
  const global = GLOBAL[node.opType];
  if (global !== undefined) {
    return pooling(global, range(2, shape.length));
  }
  const reduction = REDUCTIONS[node.opType];
  if (reduction !== undefined) {
    const axes = readReducedAxes(graph, node, shape.length);
    return axes && pooling(reduction, axes);
  }
  const window = WINDOWS[node.opType];
  return window !== undefined && coversMap(graph, node, shape) ? pooling(window, range(2, shape.length)) : null;
}

function readReducedAxes(graph: HeadGraph, node: GraphNode, rank: number): readonly number[] | null {
  const named = node.inputs[1];
  const axes =
    readInts(node, 'axes') ?? (named === undefined || named === '' ? [] : (graph.valuesOf(named)?.map(Number) ?? null));
  if (axes === null) {
    return null;
  }
  if (axes.length === 0) {
    return readInt(node, 'noop_with_empty_axes') === 1 ? null : range(0, rank);
  }
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

/** One window over every cell, whose padding (if any) does not count. */
function coversMap(graph: HeadGraph, node: GraphNode, shape: readonly number[]): boolean {
  const spatial = shape.slice(2);
  const output = graph.shapeOf(node.outputs[0] ?? '')?.slice(2);
  const kernel = readInts(node, 'kernel_shape');
  if (output?.some((size) => size !== 1) !== false || kernel === undefined) {
    return false;
  }
  if (readInts(node, 'dilations')?.some((dilation) => dilation !== 1)) {
    return false;
  }
  const pads = readPads(node, spatial, kernel);
  const counted = node.opType === 'AveragePool' && readInt(node, 'count_include_pad') === 1;
  return spatial.every((size, axis) => {
    const before = pads[axis] ?? 0;
    const end = (kernel[axis] ?? 1) - before;
    return end >= size && !(counted && (before > 0 || (end > size && (pads[axis + spatial.length] ?? 0) > 0)));
  });
}

function readPads(node: GraphNode, spatial: readonly number[], kernel: readonly number[]): readonly number[] {
  const automatic = readString(node, 'auto_pad') ?? 'NOTSET';
  if (automatic === 'SAME_UPPER' || automatic === 'SAME_LOWER') {
    const total = spatial.map((size, axis) => Math.max((kernel[axis] ?? 1) - size, 0));
    const before = total.map((pad) => (automatic === 'SAME_UPPER' ? Math.floor(pad / 2) : Math.ceil(pad / 2)));
    return [...before, ...total.map((pad, axis) => pad - (before[axis] ?? 0))];
  }
  return readInts(node, 'pads') ?? [];
}

function range(start: number, end: number): readonly number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}
