import { toElementType } from '../elementTypes';
import { readInt } from '../attributes';
import type { ShapeRule } from '../valueFacts';
import { broadcastShapes, shapeOf, typeOf } from '../valueFacts';
import { forEach } from './elementwise';

const quantize: ShapeRule = (call) => {
  const declared = toElementType(readInt(call.node, 'output_dtype') ?? 0);
  const elementType = declared === null || declared === 'undefined' ? (typeOf(call, 2) ?? 'uint8') : declared;
  return [{ shape: shapeOf(call, 0), elementType }];
};

/** The output has the type of the scale. */
const dequantize: ShapeRule = (call) => {
  const declared = toElementType(readInt(call.node, 'output_dtype') ?? 0);
  const elementType = declared === null || declared === 'undefined' ? (typeOf(call, 1) ?? 'float32') : declared;
  return [{ shape: shapeOf(call, 0), elementType }];
};

const dynamicQuantize: ShapeRule = (call) => [
  { shape: shapeOf(call, 0), elementType: 'uint8' },
  { shape: [], elementType: 'float32' },
  { shape: [], elementType: 'uint8' },
];

/** Inputs A, A_scale, A_zero_point, B, …. */
const binary: ShapeRule = (call) => [
  { shape: broadcastShapes([shapeOf(call, 0), shapeOf(call, 3)]), elementType: typeOf(call, 0) },
];

/** Inputs condition, X, X_scale, X_zero_point, Y, …. */
const choice: ShapeRule = (call) => [
  { shape: broadcastShapes([shapeOf(call, 0), shapeOf(call, 1), shapeOf(call, 4)]), elementType: typeOf(call, 1) },
];

export const quantizationRules: Readonly<Record<string, ShapeRule>> = {
  ...forEach('QuantizeLinear com.microsoft:QuantizeLinear', quantize),
  ...forEach('DequantizeLinear com.microsoft:DequantizeLinear', dequantize),
  DynamicQuantizeLinear: dynamicQuantize,
  ...forEach('com.microsoft:QLinearAdd com.microsoft:QLinearMul', binary),
  'com.microsoft:QLinearWhere': choice,
};
