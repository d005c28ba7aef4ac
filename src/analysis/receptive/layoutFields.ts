import { readInt, readInts } from '../../graph/attributes';
import { elementwiseRules } from '../../graph/shapeRules/elementwise';
import { normalizationRules } from '../../graph/shapeRules/normalization';
import { quantizationRules } from '../../graph/shapeRules/quantization';
import { readReducedAxes, reductionRules } from '../../graph/shapeRules/reduction';
import type { PartialShape } from '../../graph/valueFacts';
import { normalizeAxis, shapeOf } from '../../graph/valueFacts';
import { listAxes, renumberAxes, reshapeAxes } from './cellAxes';
import type { CellField, Field } from './cellField';
import { EVERYWHERE, unite } from './cellField';
import type { FieldCall, FieldRule } from './fieldRule';
import { onCells } from './fieldRule';

function moveAxes(field: CellField, toNew: (axis: number) => number | null): CellField | null {
  const axes = renumberAxes(field.axes, toNew);
  return axes && { ...field, axes };
}

/**
 * Element by element: the regions of all operands together. An operand without a place (a gate per channel, the
 * output of attention) adds nothing; when it varies over the cells, the result is no longer exact.
 */
const pointwise: FieldRule = (fieldCall) => {
  const { call, fields, outputShape } = fieldCall;
  const rank = outputShape?.length ?? 0;
  let united: CellField | null = null;
  let mixed = false;
  for (const [input, field] of fields.entries()) {
    const shape = shapeOf(call, input);
    if (field === undefined || shape === null) {
      continue;
    }
    if (field === EVERYWHERE) {
      mixed = mixed || variesOverCells(shape, fieldCall);
      continue;
    }
    const aligned: CellField | null = moveAxes(field, (axis) => axis + rank - shape.length);
    const next: CellField | null = aligned && (united === null ? aligned : unite(united, aligned));
    if (next === null) {
      return EVERYWHERE;
    }
    united = next;
  }
  return united === null ? EVERYWHERE : { ...united, exact: united.exact && !mixed };
};

/** Whether an operand is larger than 1 along an axis of the cells that the other operands carry. */
function variesOverCells(shape: PartialShape, { call, fields }: FieldCall): boolean {
  return fields.some((field, input) => {
    const other = shapeOf(call, input);
    return (
      field !== undefined &&
      field !== EVERYWHERE &&
      other !== null &&
      listAxes(field.axes).some((axis) => (shape[axis + shape.length - other.length] ?? 1) !== 1)
    );
  });
}

const transpose: FieldRule = onCells((field, shape, { call }) => {
  const permutation = readInts(call.node, 'perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
  const positions = permutation.map((axis) => normalizeAxis(axis, shape.length));
  return moveAxes(field, (axis) => positions.indexOf(axis));
});

const reshape: FieldRule = onCells((field, shape, { outputShape }) => {
  const axes = outputShape && reshapeAxes(field.axes, shape, outputShape);
  return axes && { ...field, axes };
});

/** Along channels: the regions together. Along tokens: what comes before moves the cells (class tokens). */
const concat: FieldRule = (fieldCall) => {
  const { call, fields, outputShape } = fieldCall;
  const axis = outputShape && normalizeAxis(readInt(call.node, 'axis') ?? 1, outputShape.length);
  const carriers = fields.filter((field) => field !== undefined && field !== EVERYWHERE);
  if (axis === null || carriers.length === 0) {
    return EVERYWHERE;
  }
  const [{ axes }] = carriers;
  if (!listAxes(axes).includes(axis)) {
    return pointwise(fieldCall);
  }
  if (axes.kind === 'grid' || carriers.length > 1) {
    return EVERYWHERE;
  }
  const before = call.inputs.slice(0, fields.indexOf(carriers[0]));
  const offset = before.reduce<number | null>((sum, facts) => addSize(sum, facts?.shape?.[axis] ?? null), axes.offset);
  return offset === null ? EVERYWHERE : { ...carriers[0], axes: { ...axes, offset } };
};

function addSize(sum: number | null, size: number | null): number | null {
  return sum === null || size === null ? null : sum + size;
}

const reduce: FieldRule = onCells((field, shape, { call }) => {
  const reduced = call.node.opType.startsWith('Arg')
    ? new Set([normalizeAxis(readInt(call.node, 'axis') ?? 0, shape.length)])
    : readReducedAxes(call);
  const keep = (readInt(call.node, 'keepdims') ?? 1) !== 0;
  if (reduced === null || listAxes(field.axes).some((axis) => reduced.has(axis) && shape[axis] !== 1)) {
    return null;
  }
  const remaining = shape.map((_, axis) => axis).filter((axis) => keep || !reduced.has(axis));
  return moveAxes(field, (axis) => (remaining.includes(axis) ? remaining.indexOf(axis) : null));
});

const gather: FieldRule = onCells((field, shape, { call }) => {
  const axis = normalizeAxis(readInt(call.node, 'axis') ?? 0, shape.length);
  const rank = shapeOf(call, 1)?.length;
  if (rank === undefined || listAxes(field.axes).includes(axis)) {
    return null;
  }
  return moveAxes(field, (old) => (old < axis ? old : old + rank - 1));
});

/** Parts along other axes keep their cells. */
const split: FieldRule = onCells((field, shape, { call }) => {
  const axis = normalizeAxis(readInt(call.node, 'axis') ?? 0, shape.length);
  return listAxes(field.axes).includes(axis) ? null : field;
});

/** Repeating along other axes keeps the cells. */
const enlarge: FieldRule = onCells((field, shape, { outputShape }) => {
  if (outputShape === null) {
    return null;
  }
  const offset = outputShape.length - shape.length;
  const isKept = listAxes(field.axes).every((axis) => shape[axis] === outputShape[axis + offset]);
  return isKept ? moveAxes(field, (axis) => axis + offset) : null;
});

/** A product with constant weights mixes one axis; cells along the others stay. Two activations mix everything. */
const matrixProduct: FieldRule = ({ call, fields, outputShape }) => {
  const input = fields[0] === undefined ? 1 : 0;
  const field: Field | undefined = fields[input];
  const shape = shapeOf(call, input);
  const mixed = fields.filter((other) => other !== undefined).length > 1;
  if (field === undefined || field === EVERYWHERE || shape === null || outputShape === null || mixed) {
    return EVERYWHERE;
  }
  const isTransposed = readInt(call.node, input === 0 ? 'transA' : 'transB') === 1;
  const contracted = shape.length - (isTransposed === (input === 0) ? 2 : 1);
  const isKept = outputShape.length >= shape.length && !isTransposed && !listAxes(field.axes).includes(contracted);
  return isKept ? (moveAxes(field, (axis) => axis + outputShape.length - shape.length) ?? EVERYWHERE) : EVERYWHERE;
};

/** Operators that are listed as keeping the shape and yet move elements along an axis. */
const MOVING = new Set([
  'CumSum',
  'CumProd',
  'ReverseSequence',
  'Scatter',
  'ScatterElements',
  'ScatterND',
  'Trilu',
  'EyeLike',
]);

const pointwiseOperators = [elementwiseRules, normalizationRules, quantizationRules]
  .flatMap((rules) => Object.keys(rules))
  .filter((name) => !MOVING.has(name));

export const layoutFields: Readonly<Record<string, FieldRule>> = {
  ...Object.fromEntries(pointwiseOperators.map((name) => [name, pointwise])),
  ...Object.fromEntries(Object.keys(reductionRules).map((name) => [name, reduce])),
  Transpose: transpose,
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Concat: concat,
  Gather: gather,
  Split: split,
  Expand: enlarge,
  Tile: enlarge,
  MatMul: matrixProduct,
  MatMulInteger: matrixProduct,
  QLinearMatMul: matrixProduct,
  Gemm: matrixProduct,
  'com.microsoft:FusedMatMul': matrixProduct,
  'com.microsoft:MatMulNBits': matrixProduct,
  'com.microsoft:DynamicQuantizeMatMul': matrixProduct,
  'com.microsoft:QLinearConcat': concat,
};
