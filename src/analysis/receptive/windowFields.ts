import { readFloats, readInt, readInts, readString } from '../../graph/attributes';
import { readKernel } from '../../graph/shapeRules/convolution';
import { readPadding } from '../../graph/shapeRules/layout';
import { readSlice, resolveSlice } from '../../graph/sliceBounds';
import { readSlidingWindow } from '../../graph/slidingWindow';
import type { PartialShape } from '../../graph/valueFacts';
import { numbersOf, shapeOf } from '../../graph/valueFacts';
import type { CellField, Reach } from './cellField';
import { resample, shift, slide } from './cellField';
import type { FieldCall, FieldRule } from './fieldRule';
import { mapGrid, onCells } from './fieldRule';

/** Convolution and pooling over all axes from `first` on; `weights`: the input that may say the kernel's size. */
function window(weights: number | null, first = 2): FieldRule {
  return onCells((field, shape, { call }) => {
    const spatial = shape.length - 2;
    const weightShape = weights === null ? null : shapeOf(call, weights);
    const kernel =
      first === 2 || weightShape === null ? readKernel(call, weightShape) : channelsLastKernel(weightShape);
    const sizes = shape.slice(first, first + spatial);
    const moved = kernel && kernel.length === spatial ? readSlidingWindow(call.node, kernel, sizes) : null;
    return (
      moved &&
      mapGrid(field, (reach, axis) => {
        const position = axis - first;
        return position < 0 || position >= spatial
          ? null
          : slide(
              reach,
              moved.kernel[position],
              moved.dilations[position],
              moved.strides[position],
              moved.padsBegin[position],
            );
      })
    );
  });
}

const channelsLastKernel = (weights: PartialShape) => weights.slice(1, -1) as number[];

const pool: FieldRule = (fieldCall) =>
  window(null, readInt(fieldCall.call.node, 'channels_last') === 1 ? 1 : 2)(fieldCall);

/** Output cell o gathers input cells (o + pad − k·dilation)/stride; with stride above 1 the centres alternate. */
const transposed: FieldRule = onCells((field, shape, { call, outputShape }) => {
  const kernel = readKernel(call, shapeOf(call, 1));
  const strides = readInts(call.node, 'strides') ?? [];
  const begin = kernel && readTransposedPads(call.node, shape, outputShape, kernel, strides);
  return (
    begin &&
    mapGrid(
      field,
      (reach, axis) => {
        const position = axis - 2;
        const stride = strides[position] ?? 1;
        const margin = ((kernel[position] - 1) * (readInts(call.node, 'dilations')?.[position] ?? 1)) / 2;
        return position < 0 ? null : resample(reach, (begin[position] - margin) / stride, 1 / stride, margin / stride);
      },
      strides.every((stride) => stride === 1),
    )
  );
});

function readTransposedPads(
  node: FieldCall['call']['node'],
  shape: PartialShape,
  outputShape: PartialShape | null,
  kernel: readonly number[],
  strides: readonly number[],
): readonly number[] | null {
  const autoPad = readString(node, 'auto_pad') ?? 'NOTSET';
  const isSolved = autoPad.startsWith('SAME') || node.attributes.has('output_shape');
  if (!isSolved) {
    return kernel.map((_, axis) => (autoPad === 'VALID' ? 0 : (readInts(node, 'pads')?.[axis] ?? 0)));
  }
  const begins = kernel.map((size, axis) => {
    const [input, output] = [shape[axis + 2], outputShape?.[axis + 2] ?? null];
    if (input === null || output === null) {
      return null;
    }
    const covered = (size - 1) * (readInts(node, 'dilations')?.[axis] ?? 1) + 1;
    const total =
      (input - 1) * (strides[axis] ?? 1) + covered + (readInts(node, 'output_padding')?.[axis] ?? 0) - output;
    return autoPad === 'SAME_UPPER' ? Math.floor(total / 2) : total - Math.floor(total / 2);
  });
  return begins.includes(null) ? null : (begins as number[]);
}

const pad: FieldRule = onCells((field, shape, { call }) => {
  const padding = readPadding(call, shape.length);
  return (
    padding &&
    mapGrid(field, (reach, axis) => {
      const begin = padding.begin[axis];
      return begin === null ? null : shift(reach, -begin);
    })
  );
});

const slice: FieldRule = onCells((field, shape, { call }) => {
  const ranges = readSlice(call, shape.length);
  if (ranges === null) {
    return null;
  }
  if (field.axes.kind === 'tokens') {
    return sliceTokens(field, shape, ranges);
  }
  return mapGrid(field, (reach, axis) => {
    const range = ranges.get(axis);
    const size = shape[axis];
    if (range === undefined) {
      return reach;
    }
    return range === null || size === null ? null : resample(reach, resolveSlice(range, size).first, range.step, 0);
  });
});

/** Cutting off class tokens leaves the cells as they are; any other cut takes cells away. */
function sliceTokens(
  field: CellField,
  shape: PartialShape,
  ranges: NonNullable<ReturnType<typeof readSlice>>,
): CellField | null {
  if (field.axes.kind !== 'tokens') {
    return null;
  }
  const range = ranges.get(field.axes.axis);
  const size = shape[field.axes.axis];
  if (range === undefined) {
    return field;
  }
  if (range === null || size === null || range.step !== 1) {
    return null;
  }
  const { first, count } = resolveSlice(range, size);
  const offset = field.axes.offset - first;
  const isWhole = offset >= 0 && count >= offset + field.axes.rows * field.axes.columns;
  return isWhole ? { ...field, axes: { ...field.axes, offset } } : null;
}

/** Resize and Upsample (ONNX coordinate transformation modes); linear interpolation reads one cell to each side. */
const resize: FieldRule = onCells((field, shape, { call, outputShape }) => {
  const mode = readString(call.node, 'mode') ?? 'nearest';
  const isOld = call.node.opType === 'Upsample' || call.opset < 11;
  const transformation = isOld
    ? 'asymmetric'
    : (readString(call.node, 'coordinate_transformation_mode') ?? 'half_pixel');
  const steps: number[] = [];
  const result = mapGrid(field, (reach, axis) => {
    const [input, output] = [shape[axis], outputShape?.[axis] ?? null];
    if (input === null || output === null || output === 0) {
      return null;
    }
    const scale = readScale(call, axis) ?? output / input;
    const step = transformation === 'align_corners' ? (output > 1 ? (input - 1) / (output - 1) : 0) : 1 / scale;
    steps.push(step);
    const position = firstPosition(transformation, step, output);
    const margin = step === 1 ? 0 : mode === 'nearest' ? 0 : mode === 'cubic' ? 2 : 1;
    return position === null ? null : resample(reach, position, step, margin);
  });
  // Nearest cells alternate in distance unless every new cell coincides with an old one.
  const coincides = steps.every((step) => step === 1 || (transformation === 'asymmetric' && Number.isInteger(step)));
  return result && { ...result, exact: result.exact && (mode !== 'nearest' || coincides) };
});

function firstPosition(transformation: string, step: number, output: number): number | null {
  switch (transformation) {
    case 'half_pixel':
    case 'half_pixel_symmetric':
      return 0.5 * step - 0.5;
    case 'pytorch_half_pixel':
      return output > 1 ? 0.5 * step - 0.5 : 0;
    case 'asymmetric':
    case 'align_corners':
      return 0;
    default:
      return null;
  }
}

/** The scale as given, since output / input is rounded; null when sizes were given instead. */
function readScale(call: FieldCall['call'], axis: number): number | null {
  if (call.node.attributes.has('axes')) {
    return null;
  }
  const input = call.node.opType === 'Upsample' || call.opset < 11 ? 1 : 2;
  return readFloats(call.node, 'scales')?.[axis] ?? numbersOf(call, input)?.[axis] ?? null;
}

const spaceToDepth: FieldRule = onCells((field, _, { call }) => {
  const block = readInt(call.node, 'blocksize') ?? 1;
  return mapGrid(field, (reach) => slide(reach, block, 1, block, 0));
});

/** Cells of a block share one place: their own centres cannot be told apart. */
const depthToSpace: FieldRule = onCells((field, _, { call }) => {
  const block = readInt(call.node, 'blocksize') ?? 1;
  const change = (reach: Reach) => resample(reach, 0.5 / block - 0.5, 1 / block, 0);
  return mapGrid(field, change, block === 1);
});

export const windowFields: Readonly<Record<string, FieldRule>> = {
  Conv: window(1),
  ConvInteger: window(1),
  DeformConv: window(1),
  QLinearConv: window(3),
  ConvTranspose: transposed,
  AveragePool: pool,
  MaxPool: pool,
  LpPool: pool,
  Pad: pad,
  Slice: slice,
  Resize: resize,
  Upsample: resize,
  SpaceToDepth: spaceToDepth,
  DepthToSpace: depthToSpace,
  'com.microsoft:FusedConv': window(1),
  'com.microsoft:NhwcFusedConv': window(1, 1),
  'com.microsoft:NhwcConv': window(1, 1),
  'com.microsoft:QLinearConv': (fieldCall) =>
    readInt(fieldCall.call.node, 'channels_last') === 1 ? window(3, 1)(fieldCall) : window(3)(fieldCall),
  'com.microsoft:QLinearAveragePool': pool,
  'com.microsoft:NhwcMaxPool': window(null, 1),
};
