import { readInt, readInts } from '../attributes';
import type { OperatorCall, PartialShape, ShapeRule } from '../valueFacts';
import {
  MAXIMUM_RANK,
  broadcastShapes,
  countElements,
  normalizeAxis,
  numbersOf,
  ShapeConflict,
  shapeOf,
  typeOf,
  valueOf,
} from '../valueFacts';

const withShape =
  (compute: (call: OperatorCall) => PartialShape | null): ShapeRule =>
  (call) => [{ shape: compute(call), elementType: typeOf(call, 0) }];

/** As many unknown sizes as a shape tensor asks for. */
function unknownSizes(rank: number | null | undefined): PartialShape | null {
  return rank === null || rank === undefined || rank > MAXIMUM_RANK ? null : new Array<null>(rank).fill(null);
}

/** Elements of a shape tensor, null where unknown; null when not even its length is known. */
export function targetSizes(call: OperatorCall, input: number): PartialShape | null {
  return valueOf(call, input)?.data ?? unknownSizes(shapeOf(call, input)?.[0]);
}

function reshape(call: OperatorCall): PartialShape | null {
  const data = shapeOf(call, 0);
  const target = readInts(call.node, 'shape') ?? targetSizes(call, 1);
  if (target === null) {
    return null;
  }
  const copyZero = readInt(call.node, 'allowzero') !== 1;
  const sizes = target.map((size, axis) => (size === 0 && copyZero ? (data?.[axis] ?? null) : size));
  return inferOpenSize(sizes, data);
}

/** Fills in the one size that is -1, or the single unknown one, from the number of elements. */
function inferOpenSize(sizes: PartialShape, data: PartialShape | null): PartialShape {
  const count = data === null ? null : countElements(data);
  const open = sizes.flatMap((size, axis) => (size === -1 || size === null ? [axis] : []));
  if (open.length === 1 && count !== null) {
    const rest = sizes.reduce<number>((product, size, axis) => (axis === open[0] ? product : product * (size ?? 1)), 1);
    const size = rest === 0 ? 0 : count / rest;
    if (!Number.isInteger(size)) {
      throw new ShapeConflict(`${count} elements do not fill [${sizes.join(', ')}]`);
    }
    return sizes.map((known, axis) => (axis === open[0] ? size : known));
  }
  const wanted = open.length === 0 ? countElements(sizes) : null;
  if (wanted !== null && count !== null && wanted !== count) {
    throw new ShapeConflict(`${count} elements do not fill [${sizes.join(', ')}]`, [count, wanted]);
  }
  return sizes.map((size) => (size === -1 ? null : size));
}

function flatten(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  if (shape === null) {
    return [null, null];
  }
  const axis = readInt(call.node, 'axis') ?? 1;
  const split = axis < 0 ? axis + shape.length : axis;
  return [countElements(shape.slice(0, split)), countElements(shape.slice(split))];
}

/** Axes by attribute (before opset 13) or by input 1; undefined when left out, null when not known. */
export function readAxes(call: OperatorCall, input: number): readonly number[] | null | undefined {
  const declared = readInts(call.node, 'axes');
  if (declared !== undefined) {
    return declared;
  }
  return call.inputs[input] === null || call.inputs[input] === undefined ? undefined : numbersOf(call, input);
}

function squeeze(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  const axes = readAxes(call, 1);
  if (shape === null || axes === null) {
    return null;
  }
  if (axes === undefined) {
    return shape.includes(null) ? null : shape.filter((size) => size !== 1);
  }
  const dropped = new Set(axes.map((axis) => normalizeAxis(axis, shape.length)));
  return shape.filter((_, axis) => !dropped.has(axis));
}

function unsqueeze(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  const axes = readAxes(call, 1);
  if (shape === null || axes === null || axes === undefined) {
    return null;
  }
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => normalizeAxis(axis, rank)));
  const rest = [...shape];
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? null)));
}

function transpose(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  if (shape === null) {
    return unknownSizes(readInts(call.node, 'perm')?.length);
  }
  const permutation = readInts(call.node, 'perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
  return permutation.map((axis) => shape[normalizeAxis(axis, shape.length)]);
}

/** Shape of tensors joined along an axis. */
export function concatenateShapes(shapes: readonly (PartialShape | null)[], axis: number): PartialShape | null {
  const known = shapes.filter((shape) => shape !== null);
  if (known.length === 0) {
    return null;
  }
  const rank = known[0].length;
  if (known.some((shape) => shape.length !== rank)) {
    throw new ShapeConflict(`joined tensors have ranks ${known.map((shape) => shape.length).join(', ')}`);
  }
  const joined = normalizeAxis(axis, rank);
  return Array.from({ length: rank }, (_, index) => {
    const sizes = shapes.map((shape) => shape?.[index] ?? null);
    return index === joined ? addSizes(sizes) : agreeOnSize(sizes);
  });
}

function addSizes(sizes: PartialShape): number | null {
  return sizes.reduce<number | null>((sum, size) => (sum === null || size === null ? null : sum + size), 0);
}

function agreeOnSize(sizes: PartialShape): number | null {
  const known = [...new Set(sizes.filter((size) => size !== null))];
  if (known.length > 1) {
    throw new ShapeConflict(`sizes ${known.join(' and ')} differ outside the joined axis`);
  }
  return known[0] ?? null;
}

const concat = (call: OperatorCall) =>
  concatenateShapes(
    call.inputs.map((facts) => facts?.shape ?? null),
    readInt(call.node, 'axis') ?? 1,
  );

const split: ShapeRule = (call) => {
  const shape = shapeOf(call, 0);
  const elementType = typeOf(call, 0);
  const count = call.node.outputs.length;
  if (shape === null) {
    return call.node.outputs.map(() => ({ shape, elementType }));
  }
  const axis = normalizeAxis(readInt(call.node, 'axis') ?? 0, shape.length);
  const declared = readInts(call.node, 'split') ?? targetSizes(call, 1);
  const parts = readInt(call.node, 'num_outputs') ?? count;
  const sizes = declared ?? call.node.outputs.map((_, index) => sizeOfPart(shape[axis], parts, index));
  return call.node.outputs.map((_, index) => ({
    shape: shape.map((size, position) => (position === axis ? (sizes[index] ?? null) : size)),
    elementType,
  }));
};

/** The last part is smaller when the size does not divide (opset 18). */
function sizeOfPart(size: number | null, parts: number, index: number): number | null {
  const part = size === null ? null : Math.ceil(size / parts);
  return size === null || part === null ? null : Math.max(0, Math.min(part, size - index * part));
}

function expand(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  const target = targetSizes(call, 1);
  return target === null ? null : broadcastShapes([shape, target]);
}

function tile(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  const repeats = valueOf(call, 1)?.data ?? null;
  if (shape === null || repeats === null) {
    return unknownSizes(shape?.length);
  }
  return shape.map((size, axis) => multiplySizes(size, repeats[axis] ?? null));
}

function multiplySizes(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a * b;
}

/** Axes that the `pads` of Pad refer to: all, or those of input 3 (opset 18). */
export function readPadding(call: OperatorCall, rank: number): { begin: PartialShape; end: PartialShape } | null {
  const pads = readInts(call.node, 'pads') ?? readInts(call.node, 'paddings') ?? valueOf(call, 1)?.data;
  const axes = call.inputs[3] === null || call.inputs[3] === undefined ? undefined : numbersOf(call, 3);
  if (pads === undefined || axes === null) {
    return null;
  }
  const padded = axes?.map((axis) => normalizeAxis(axis, rank)) ?? Array.from({ length: rank }, (_, axis) => axis);
  const begin = new Array<number | null>(rank).fill(0);
  const end = new Array<number | null>(rank).fill(0);
  padded.forEach((axis, position) => {
    begin[axis] = pads[position] ?? null;
    end[axis] = pads[position + padded.length] ?? null;
  });
  return { begin, end };
}

function pad(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  const padding = shape && readPadding(call, shape.length);
  return padding
    ? shape.map((size, axis) => addSizes([size, padding.begin[axis], padding.end[axis]]))
    : unknownSizes(shape?.length);
}

function depthToSpace(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  const block = readInt(call.node, 'blocksize') ?? 1;
  return (
    shape && [shape[0], divide(shape[1], block * block), multiplySizes(shape[2], block), multiplySizes(shape[3], block)]
  );
}

function spaceToDepth(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  const block = readInt(call.node, 'blocksize') ?? 1;
  return shape && [shape[0], multiplySizes(shape[1], block * block), divide(shape[2], block), divide(shape[3], block)];
}

function divide(size: number | null, divisor: number): number | null {
  return size === null ? null : Math.floor(size / divisor);
}

/** The new axis is input 1. */
function expandDimensions(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  const axis = numbersOf(call, 1)?.[0];
  if (shape === null || axis === undefined) {
    return unknownSizes(shape && shape.length + 1);
  }
  const position = normalizeAxis(axis, shape.length + 1);
  return [...shape.slice(0, position), 1, ...shape.slice(position)];
}

/** [N, C·kernel, blocks] → [N, C, image]: kernel and image are inputs 2 and 1. */
function columnsToImage(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  const image = numbersOf(call, 1);
  const block = numbersOf(call, 2);
  const area = block && countElements(block);
  const sizes = image ?? unknownSizes(call.inputs[1]?.shape?.[0]);
  return shape && sizes && [shape[0], area ? divide(shape[1], area) : null, ...sizes];
}

function centerCropPad(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  if (shape === null) {
    return null;
  }
  const axes =
    readInts(call.node, 'axes')?.map((axis) => normalizeAxis(axis, shape.length)) ?? shape.map((_, axis) => axis);
  const target = targetSizes(call, 1);
  return shape.map((size, axis) => (axes.includes(axis) ? (target?.[axes.indexOf(axis)] ?? null) : size));
}

export const layoutRules: Readonly<Record<string, ShapeRule>> = {
  Reshape: withShape(reshape),
  Flatten: withShape(flatten),
  Squeeze: withShape(squeeze),
  Unsqueeze: withShape(unsqueeze),
  Transpose: withShape(transpose),
  Concat: withShape(concat),
  Split: split,
  Expand: withShape(expand),
  Tile: withShape(tile),
  Pad: withShape(pad),
  DepthToSpace: withShape(depthToSpace),
  SpaceToDepth: withShape(spaceToDepth),
  Col2Im: withShape(columnsToImage),
  CenterCropPad: withShape(centerCropPad),
  'com.microsoft:QLinearConcat': (call) => [
    {
      // Inputs: y_scale, y_zero_point, then (data, scale, zero point) of each tensor.
      shape: concatenateShapes(
        call.inputs.filter((_, index) => index >= 2 && (index - 2) % 3 === 0).map((facts) => facts?.shape ?? null),
        readInt(call.node, 'axis') ?? 0,
      ),
      elementType: typeOf(call, 2),
    },
  ],
  'com.microsoft:Pad': withShape(pad),
  'com.microsoft:ExpandDims': withShape(expandDimensions),
};
