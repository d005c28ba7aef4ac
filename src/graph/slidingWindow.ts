import { readInt, readInts, readString } from './attributes';
import type { GraphNode } from './model';
import type { PartialShape } from './valueFacts';

/** How a kernel moves over spatial axes (ONNX Conv and pooling operators); one entry per spatial axis. */
export interface SlidingWindow {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before the first and after the last element; `auto_pad` resolved. Negative values crop. */
  readonly padsBegin: readonly number[];
  readonly padsEnd: readonly number[];
  readonly ceilMode: boolean;
}

/** null: padding that depends on a size that is not known (`auto_pad` SAME on a free dimension). */
export function readSlidingWindow(
  node: GraphNode,
  kernel: readonly number[],
  spatialSizes: PartialShape,
): SlidingWindow | null {
  const rank = kernel.length;
  const strides = padList(readInts(node, 'strides'), rank, 1);
  const dilations = padList(readInts(node, 'dilations'), rank, 1);
  const pads = resolvePads(node, kernel, strides, dilations, spatialSizes);
  if (pads === null) {
    return null;
  }
  const ceilMode = (readInt(node, 'ceil_mode') ?? 0) !== 0;
  return { kernel, strides, dilations, padsBegin: pads.begin, padsEnd: pads.end, ceilMode };
}

function padList(list: readonly number[] | undefined, length: number, fill: number): readonly number[] {
  if (list?.length === length) {
    return list;
  }
  const padded = new Array<number>(length).fill(fill);
  list?.slice(0, length).forEach((value, index) => (padded[index] = value));
  return padded;
}

function resolvePads(
  node: GraphNode,
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
  sizes: PartialShape,
): { begin: readonly number[]; end: readonly number[] } | null {
  const rank = kernel.length;
  const autoPad = readString(node, 'auto_pad') ?? 'NOTSET';
  if (autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER') {
    const totals = kernel.map((size, axis) => {
      const input = sizes[axis];
      const stride = strides[axis];
      return input === null
        ? null
        : Math.max(0, (Math.ceil(input / stride) - 1) * stride + (size - 1) * dilations[axis] + 1 - input);
    });
    if (totals.some((total) => total === null)) {
      return null;
    }
    const small = totals.map((total) => Math.floor((total ?? 0) / 2));
    const large = totals.map((total) => Math.ceil((total ?? 0) / 2));
    return autoPad === 'SAME_UPPER' ? { begin: small, end: large } : { begin: large, end: small };
  }
  const pads = autoPad === 'VALID' ? undefined : readInts(node, 'pads');
  return { begin: padList(pads?.slice(0, rank), rank, 0), end: padList(pads?.slice(rank), rank, 0) };
}

/** Number of window positions along one axis. */
function computeWindowCount(window: SlidingWindow, axis: number, size: number): number {
  const covered = (window.kernel[axis] - 1) * window.dilations[axis] + 1;
  const stride = window.strides[axis];
  const room = size + window.padsBegin[axis] + window.padsEnd[axis] - covered;
  if (!window.ceilMode) {
    return Math.floor(room / stride) + 1;
  }
  const count = Math.ceil(room / stride) + 1;
  // A window that would start in the padding at the end is left out (ONNX pooling since opset 19, ONNX Runtime always).
  return (count - 1) * stride >= size + window.padsBegin[axis] ? count - 1 : count;
}

/** Output sizes of a convolution or pooling: `auto_pad` SAME needs no padding to be known. */
export function computeWindowSizes(node: GraphNode, kernel: readonly number[], sizes: PartialShape): PartialShape {
  const autoPad = readString(node, 'auto_pad');
  if (autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER') {
    const strides = padList(readInts(node, 'strides'), kernel.length, 1);
    return sizes.map((size, axis) => (size === null ? null : Math.ceil(size / strides[axis])));
  }
  const window = readSlidingWindow(node, kernel, sizes);
  return sizes.map((size, axis) => (size === null || window === null ? null : computeWindowCount(window, axis, size)));
}
