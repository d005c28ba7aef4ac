import { readInt, readInts } from '../attributes';
import { readSlice, sliceSize } from '../sliceBounds';
import type { OperatorCall, PartialShape, ShapeRule } from '../valueFacts';
import { normalizeAxis, numbersOf, shapeOf, typeOf } from '../valueFacts';
import { forEach } from './elementwise';

const withShape =
  (compute: (call: OperatorCall) => PartialShape | null): ShapeRule =>
  (call) => [{ shape: compute(call), elementType: typeOf(call, 0) }];

function gather(call: OperatorCall): PartialShape | null {
  const data = shapeOf(call, 0);
  const indices = shapeOf(call, 1);
  if (data === null || indices === null) {
    return null;
  }
  const axis = normalizeAxis(readInt(call.node, 'axis') ?? 0, data.length);
  return [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
}

/** Rows of a table of few bits (data, indices, scales, zero points); uint8 holds 8 / `bits` elements along the last axis. */
const gatherQuantized: ShapeRule = (call) => {
  const data = shapeOf(call, 0);
  const perByte = typeOf(call, 0) === 'uint8' ? 8 / (readInt(call.node, 'bits') ?? 4) : 1;
  const last = data?.[data.length - 1] ?? null;
  const unpacked = data && [...data.slice(0, -1), last === null ? null : last * perByte];
  const axis = unpacked && normalizeAxis(readInt(call.node, 'gather_axis') ?? 0, unpacked.length);
  const indices = shapeOf(call, 1);
  const shape =
    unpacked && indices && axis !== null ? [...unpacked.slice(0, axis), ...indices, ...unpacked.slice(axis + 1)] : null;
  return [{ shape, elementType: typeOf(call, 2) }];
};

function gatherNd(call: OperatorCall): PartialShape | null {
  const data = shapeOf(call, 0);
  const indices = shapeOf(call, 1);
  const depth = indices?.[indices.length - 1] ?? null;
  if (data === null || indices === null || depth === null) {
    return null;
  }
  return [...indices.slice(0, -1), ...data.slice((readInt(call.node, 'batch_dims') ?? 0) + depth)];
}

function slice(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  if (shape === null) {
    return null;
  }
  const bounds = readSlice(call, shape.length);
  return shape.map((size, axis) => {
    const range = bounds?.get(axis);
    if (bounds === null) {
      return null;
    }
    return range === undefined ? size : range === null || size === null ? null : sliceSize(range, size);
  });
}

const topK: ShapeRule = (call) => {
  const shape = shapeOf(call, 0);
  const count = readInt(call.node, 'k') ?? numbersOf(call, 1)?.[0] ?? null;
  const axis = shape && normalizeAxis(readInt(call.node, 'axis') ?? -1, shape.length);
  const selected = shape && shape.map((size, index) => (index === axis ? count : size));
  return [
    { shape: selected, elementType: typeOf(call, 0) },
    { shape: selected, elementType: 'int64' },
  ];
};

/** Selections whose number depends on the data. */
const compress = (call: OperatorCall): PartialShape | null => {
  const axis = readInt(call.node, 'axis');
  const shape = shapeOf(call, 0);
  if (axis === undefined || shape === null) {
    return axis === undefined ? [null] : null;
  }
  const selected = normalizeAxis(axis, shape.length);
  return shape.map((size, index) => (index === selected ? null : size));
};

const unique: ShapeRule = (call) => {
  const axis = readInt(call.node, 'axis');
  const shape = shapeOf(call, 0);
  const values =
    axis === undefined
      ? [null]
      : shape && shape.map((size, index) => (index === normalizeAxis(axis, shape.length) ? null : size));
  const indices = { shape: [null], elementType: 'int64' as const };
  return [{ shape: values, elementType: typeOf(call, 0) }, indices, indices, indices];
};

/** One row per axis, a column per element that is not 0; a scalar counts as a vector. */
const nonZero: ShapeRule = (call) => {
  const rank = shapeOf(call, 0)?.length;
  const found = numbersOf(call, 0)?.filter((element) => element !== 0).length ?? null;
  return [{ shape: [rank === undefined ? null : Math.max(1, rank), found], elementType: 'int64' }];
};

const oneHot: ShapeRule = (call) => {
  const indices = shapeOf(call, 0);
  const elementType = typeOf(call, 2);
  if (indices === null) {
    return [{ shape: null, elementType }];
  }
  const axis = normalizeAxis(readInt(call.node, 'axis') ?? -1, indices.length + 1);
  const depth = numbersOf(call, 1)?.[0] ?? null;
  return [{ shape: [...indices.slice(0, axis), depth, ...indices.slice(axis)], elementType }];
};

/** [N, C, H, W] sampled at a grid [N, h, w, 2] (any number of spatial axes). */
const gridSample = (call: OperatorCall): PartialShape | null => {
  const data = shapeOf(call, 0);
  const grid = shapeOf(call, 1);
  return data && grid && [data[0], data[1], ...grid.slice(1, -1)];
};

const dynamicSlice = (call: OperatorCall): PartialShape | null => shapeOf(call, 0) && slice(call);

export const selectionRules: Readonly<Record<string, ShapeRule>> = {
  Gather: withShape(gather),
  GatherElements: withShape((call) => shapeOf(call, 1)),
  GatherND: withShape(gatherNd),
  Slice: withShape(slice),
  DynamicSlice: withShape(dynamicSlice),
  TopK: topK,
  Compress: withShape(compress),
  Unique: unique,
  OneHot: oneHot,
  ...forEach('GridSample com.microsoft:GridSample', withShape(gridSample)),
  NonZero: nonZero,
  NonMaxSuppression: () => [{ shape: [null, 3], elementType: 'int64' }],
  Multinomial: (call) => [
    { shape: [shapeOf(call, 0)?.[0] ?? null, readInt(call.node, 'sample_size') ?? 1], elementType: 'int32' },
  ],
  'com.microsoft:GatherND': withShape(gatherNd),
  'com.microsoft:GatherBlockQuantized': gatherQuantized,
  'com.microsoft:Unique': (call) => [
    { shape: [null], elementType: typeOf(call, 0) },
    { shape: shapeOf(call, 0), elementType: 'int64' },
    { shape: [null], elementType: 'int64' },
  ],
  'com.microsoft:EmbedLayerNormalization': (call) => {
    const tokens = shapeOf(call, 0);
    const width = shapeOf(call, 2)?.[1] ?? null;
    const embedded = tokens && [...tokens, width];
    const elementType = typeOf(call, 2);
    return [
      { shape: embedded, elementType },
      { shape: [tokens?.[0] ?? null], elementType: 'int32' },
      { shape: embedded, elementType },
    ];
  },
  'com.microsoft:CropAndResize': (call) => {
    const size = numbersOf(call, 3);
    return [
      {
        shape: [shapeOf(call, 1)?.[0] ?? null, shapeOf(call, 0)?.[1] ?? null, size?.[0] ?? null, size?.[1] ?? null],
        elementType: typeOf(call, 0),
      },
    ];
  },
  Upsample: withShape(upsample),
  Resize: withShape(resize),
  AffineGrid: (call) => {
    const size = numbersOf(call, 1);
    const shape = size && [size[0], ...size.slice(2), size.length - 2];
    return [{ shape, elementType: typeOf(call, 0) }];
  },
};

function scaleSizes(shape: PartialShape, scales: readonly (number | null)[]): PartialShape {
  return shape.map((size, axis) => {
    const scale = scales[axis] ?? null;
    // Scales are stored as float32; the product is taken in float32 too, as ONNX Runtime does.
    return size === null || scale === null ? null : Math.floor(Math.fround(size * scale));
  });
}

function upsample(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  const declared = call.node.attributes.get('scales');
  const scales = declared?.type === 'floats' ? declared.value : numbersOf(call, 1);
  return shape && scaleSizes(shape, scales ?? []);
}

/** Inputs X, roi, scales, sizes (opset 10: X, scales); axes and aspect ratio policy since opset 18. */
function resize(call: OperatorCall): PartialShape | null {
  const shape = shapeOf(call, 0);
  if (shape === null) {
    return null;
  }
  const axes =
    readInts(call.node, 'axes')?.map((axis) => normalizeAxis(axis, shape.length)) ?? shape.map((_, axis) => axis);
  const scales = numbersOf(call, call.opset < 11 ? 1 : 2);
  if (scales !== null && scales.length > 0) {
    const full = shape.map((_, axis) => (axes.includes(axis) ? scales[axes.indexOf(axis)] : 1));
    return scaleSizes(shape, full);
  }
  const sizes = numbersOf(call, 3);
  if (sizes === null) {
    return shape.map((size, axis) => (axes.includes(axis) ? null : size));
  }
  return resizeTo(call, shape, axes, sizes);
}

function resizeTo(
  call: OperatorCall,
  shape: PartialShape,
  axes: readonly number[],
  sizes: readonly number[],
): PartialShape {
  const policy = call.node.attributes.get('keep_aspect_ratio_policy');
  const fit = policy?.type === 'string' ? policy.value : 'stretch';
  const ratios = axes.map((axis, position) => sizes[position] / (shape[axis] ?? NaN));
  const common = fit === 'not_larger' ? Math.min(...ratios) : fit === 'not_smaller' ? Math.max(...ratios) : null;
  return shape.map((size, axis) => {
    const position = axes.indexOf(axis);
    if (position < 0 || size === null) {
      return position < 0 ? size : null;
    }
    return common === null ? sizes[position] : Math.round(common * size);
  });
}
