import { readInt, readString } from '../attributes';
import { parseEinsum } from '../einsum';
import type { ElementType } from '../model';
import type { OperatorCall, PartialShape, ShapeRule } from '../valueFacts';
import { broadcastShapes, ShapeConflict, shapeOf, typeOf } from '../valueFacts';

/** NumPy matmul: [.., M, K] × [.., K, N] → [.., M, N]; a vector loses its axis. */
function multiplyShapes(a: PartialShape | null, b: PartialShape | null): PartialShape | null {
  if (a === null || b === null) {
    return null;
  }
  if (a.length === 0 || b.length === 0) {
    throw new ShapeConflict('a matrix product of a scalar');
  }
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const inner = left[left.length - 1];
  const other = right[right.length - 2];
  if (inner !== null && other !== null && inner !== other) {
    throw new ShapeConflict(`inner dimensions ${inner} and ${other} differ`, [inner, other]);
  }
  const batch = broadcastShapes([left.slice(0, -2), right.slice(0, -2)]) ?? [];
  const rows = a.length === 1 ? [] : [left[left.length - 2]];
  const columns = b.length === 1 ? [] : [right[right.length - 1]];
  return [...batch, ...rows, ...columns];
}

const product =
  (a: number, b: number, elementType: (call: OperatorCall) => ElementType | null): ShapeRule =>
  (call) => [{ shape: multiplyShapes(shapeOf(call, a), shapeOf(call, b)), elementType: elementType(call) }];

const swapLast = (shape: PartialShape | null) =>
  shape && shape.length > 1 ? [...shape.slice(0, -2), shape[shape.length - 1], shape[shape.length - 2]] : shape;

const gemm =
  (a: number, b: number, elementType: (call: OperatorCall) => ElementType | null): ShapeRule =>
  (call) => {
    const left = readInt(call.node, 'transA') === 1 ? swapLast(shapeOf(call, a)) : shapeOf(call, a);
    const right = readInt(call.node, 'transB') === 1 ? swapLast(shapeOf(call, b)) : shapeOf(call, b);
    return [{ shape: gemmShape(left, right), elementType: elementType(call) }];
  };

function gemmShape(left: PartialShape | null, right: PartialShape | null): PartialShape {
  const inner = left?.[1] ?? null;
  const other = right?.[0] ?? null;
  if (inner !== null && other !== null && inner !== other) {
    throw new ShapeConflict(`inner dimensions ${inner} and ${other} differ`, [inner, other]);
  }
  return [left?.[0] ?? null, right?.[1] ?? null];
}

const fusedMatMul: ShapeRule = (call) => {
  const operand = (input: number, side: 'A' | 'B') => {
    const given = shapeOf(call, input);
    const shape = readInt(call.node, `transBatch${side}`) === 1 ? rowsBehindBatch(given) : given;
    return readInt(call.node, `trans${side}`) === 1 ? swapLast(shape) : shape;
  };
  return [{ shape: multiplyShapes(operand(0, 'A'), operand(1, 'B')), elementType: typeOf(call, 0) }];
};

/** [M, batch…, K] → [batch…, M, K]. */
const rowsBehindBatch = (shape: PartialShape | null) =>
  shape && shape.length > 2 ? [...shape.slice(1, -1), shape[0], shape[shape.length - 1]] : shape;

/** Distance of every row of [M, K] to every row of [N, K]. */
const distances: ShapeRule = (call) => [
  { shape: [shapeOf(call, 0)?.[0] ?? null, shapeOf(call, 1)?.[0] ?? null], elementType: typeOf(call, 0) },
];

/** Weights are packed; K and N are attributes. */
const packedProduct: ShapeRule = (call) => {
  const left = shapeOf(call, 0);
  return [{ shape: left && [...left.slice(0, -1), readInt(call.node, 'N') ?? null], elementType: typeOf(call, 0) }];
};

const einsum: ShapeRule = (call) => {
  const shapes = call.inputs.map((facts) => facts?.shape ?? null);
  const parsed = parseEinsum(readString(call.node, 'equation') ?? '', shapes);
  return [
    { shape: parsed && parsed.output.map((label) => parsed.sizes.get(label) ?? null), elementType: typeOf(call, 0) },
  ];
};

const det: ShapeRule = (call) => [{ shape: shapeOf(call, 0)?.slice(0, -2) ?? null, elementType: typeOf(call, 0) }];

const first = (call: OperatorCall) => typeOf(call, 0);

export const matrixRules: Readonly<Record<string, ShapeRule>> = {
  MatMul: product(0, 1, first),
  MatMulInteger: product(0, 1, () => 'int32'),
  // Inputs a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point.
  QLinearMatMul: product(0, 3, (call) => typeOf(call, 7) ?? typeOf(call, 0)),
  Gemm: gemm(0, 1, first),
  Einsum: einsum,
  Det: det,
  'com.microsoft:FusedMatMul': fusedMatMul,
  'com.microsoft:TransposeMatMul': fusedMatMul,
  'com.microsoft:FusedMatMulActivation': fusedMatMul,
  'com.microsoft:FusedGemm': gemm(0, 1, first),
  'com.microsoft:GemmFastGelu': product(0, 1, first),
  'com.microsoft:GemmFloat8': gemm(0, 1, (call) => typeOf(call, 0)),
  'com.microsoft:QGemm': gemm(0, 3, (call) => typeOf(call, 8) ?? 'float32'),
  'com.microsoft:DynamicQuantizeMatMul': product(0, 1, first),
  'com.microsoft:MatMulInteger16': product(0, 1, () => 'int32'),
  'com.microsoft:MatMulIntegerToFloat': product(0, 1, (call) => typeOf(call, 2) ?? 'float32'),
  'com.microsoft:MatMulNBits': packedProduct,
  'com.microsoft:MatMulFpQ4': packedProduct,
  'com.microsoft:MatMulBnb4': packedProduct,
  'com.microsoft:CDist': distances,
};
