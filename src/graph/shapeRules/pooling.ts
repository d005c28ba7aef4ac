import { readInt, readInts } from '../attributes';
import { computeWindowSizes } from '../slidingWindow';
import type { OperatorCall, PartialShape, ShapeRule } from '../valueFacts';
import { numbersOf, ShapeConflict, shapeOf, typeOf } from '../valueFacts';
import { channelsFirst, channelsLast } from './channelOrder';

function pool(call: OperatorCall, shape: PartialShape | null): PartialShape | null {
  const kernel = readInts(call.node, 'kernel_shape');
  if (shape === null || kernel === undefined) {
    return null;
  }
  if (shape.length !== kernel.length + 2) {
    throw new ShapeConflict(`a window of ${kernel.length} axes on data of rank ${shape.length}`);
  }
  const sizes = computeWindowSizes(call.node, kernel, shape.slice(2));
  if (sizes.some((size) => size !== null && size < 0)) {
    throw new ShapeConflict('the window is larger than the padded data');
  }
  return [...shape.slice(0, 2), ...sizes];
}

const pooling: ShapeRule = (call) => [{ shape: pool(call, shapeOf(call, 0)), elementType: typeOf(call, 0) }];

const maxPooling: ShapeRule = (call) => {
  const shape = pool(call, shapeOf(call, 0));
  return [
    { shape, elementType: typeOf(call, 0) },
    { shape, elementType: 'int64' },
  ];
};

const toOnes = (shape: PartialShape | null) => shape && [...shape.slice(0, 2), ...shape.slice(2).map(() => 1)];

const globalPooling: ShapeRule = (call) => [{ shape: toOnes(shapeOf(call, 0)), elementType: typeOf(call, 0) }];

/** Contrib operators with `channels_last`: the same arithmetic between two changes of layout. */
const eitherLayout =
  (compute: (call: OperatorCall, shape: PartialShape | null) => PartialShape | null): ShapeRule =>
  (call) => {
    const last = readInt(call.node, 'channels_last') === 1;
    const shape = last ? channelsFirst(shapeOf(call, 0)) : shapeOf(call, 0);
    const pooled = compute(call, shape);
    return [{ shape: last ? channelsLast(pooled) : pooled, elementType: typeOf(call, 0) }];
  };

const channelsLastPooling: ShapeRule = (call) => [
  { shape: channelsLast(pool(call, channelsFirst(shapeOf(call, 0)))), elementType: typeOf(call, 0) },
];

/** Inverse of MaxPool: (in − 1)·stride − pads + kernel, or input 2. */
const unpooling: ShapeRule = (call) => {
  const shape = shapeOf(call, 0);
  const kernel = readInts(call.node, 'kernel_shape');
  const elementType = typeOf(call, 0);
  const asked = numbersOf(call, 2);
  if (asked !== null || shape === null || kernel === undefined) {
    return [{ shape: asked, elementType }];
  }
  if (call.inputs[2]) {
    // Asked for in a run.
    return [{ shape: [...shape.slice(0, 2), ...kernel.map(() => null)], elementType }];
  }
  const strides = readInts(call.node, 'strides') ?? [];
  const pads = readInts(call.node, 'pads') ?? [];
  const sizes = shape.slice(2).map((size, axis) => {
    const padding = (pads[axis] ?? 0) + (pads[axis + kernel.length] ?? 0);
    return size === null ? null : (size - 1) * (strides[axis] ?? 1) - padding + kernel[axis];
  });
  return [{ shape: [...shape.slice(0, 2), ...sizes], elementType }];
};

/** [regions, C, h, w]: regions from the ROI tensor. */
function regionPooling(height: number, width: number): ShapeRule {
  return (call) => {
    const data = shapeOf(call, 0);
    const regions = shapeOf(call, 1);
    return [{ shape: [regions?.[0] ?? null, data?.[1] ?? null, height, width], elementType: typeOf(call, 0) }];
  };
}

export const poolingRules: Readonly<Record<string, ShapeRule>> = {
  AveragePool: pooling,
  LpPool: pooling,
  MaxPool: maxPooling,
  GlobalAveragePool: globalPooling,
  GlobalMaxPool: globalPooling,
  GlobalLpPool: globalPooling,
  MaxUnpool: unpooling,
  RoiAlign: (call) =>
    regionPooling(readInt(call.node, 'output_height') ?? 1, readInt(call.node, 'output_width') ?? 1)(call),
  MaxRoiPool: (call) => {
    const [height, width] = readInts(call.node, 'pooled_shape') ?? [1, 1];
    return regionPooling(height, width)(call);
  },
  'com.microsoft:QLinearAveragePool': eitherLayout(pool),
  'com.microsoft:QLinearGlobalAveragePool': eitherLayout((_, shape) => toOnes(shape)),
  'com.microsoft:NhwcMaxPool': channelsLastPooling,
  'com.microsoft:MaxpoolWithMask': pooling,
};
