import { readInt } from '../attributes';
import type { OperatorCall, OutputFacts, PartialShape, ShapeRule } from '../valueFacts';
import { normalizeAxis, shapeOf, typeOf } from '../valueFacts';
import { forEach, sameAsFirst } from './elementwise';

/** Y as X; in training mode (old opsets: further outputs) running mean and variance [C]. */
const batchNormalization: ShapeRule = (call) => {
  const data = { shape: shapeOf(call, 0), elementType: typeOf(call, 0) };
  const statistic = { shape: shapeOf(call, 3), elementType: typeOf(call, 3) };
  return [data, statistic, statistic, statistic, statistic];
};

function toStatisticShape(call: OperatorCall, shape: PartialShape | null): PartialShape | null {
  if (shape === null) {
    return null;
  }
  const axis = normalizeAxis(readInt(call.node, 'axis') ?? -1, shape.length);
  return shape.map((size, index) => (index < axis ? size : 1));
}

/** Y, then mean and inverse standard deviation with 1 in the normalised axes. */
const layerNormalization: ShapeRule = (call) => {
  const shape = shapeOf(call, 0);
  const statistic: OutputFacts = { shape: toStatisticShape(call, shape), elementType: 'float32' };
  return [{ shape, elementType: typeOf(call, 0) }, statistic, statistic];
};

/** Outputs: Y, mean, inverse deviation, and the sum of input and skip, which has the input's shape. */
const skipLayerNormalization: ShapeRule = (call) => {
  const data = { shape: shapeOf(call, 0), elementType: typeOf(call, 0) };
  const statistic: OutputFacts = { shape: toStatisticShape(call, data.shape), elementType: 'float32' };
  return [data, statistic, statistic, data];
};

const skipGroupNorm: ShapeRule = (call) => {
  const data = { shape: shapeOf(call, 0), elementType: typeOf(call, 0) };
  return [data, data];
};

export const normalizationRules: Readonly<Record<string, ShapeRule>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  ...forEach('InstanceNormalization GroupNormalization RMSNormalization', sameAsFirst),
  SimplifiedLayerNormalization: layerNormalization,
  'com.microsoft:LayerNormalization': layerNormalization,
  'com.microsoft:SimplifiedLayerNormalization': layerNormalization,
  'com.microsoft:SkipLayerNormalization': skipLayerNormalization,
  'com.microsoft:SkipSimplifiedLayerNormalization': skipLayerNormalization,
  'com.microsoft:GroupNorm': sameAsFirst,
  'com.microsoft:SkipGroupNorm': skipGroupNorm,
};
