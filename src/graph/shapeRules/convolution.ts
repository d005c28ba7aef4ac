import { readInt, readInts, readString } from '../attributes';
import type { ElementType } from '../model';
import { computeWindowSizes } from '../slidingWindow';
import type { OperatorCall, OutputFacts, PartialShape, ShapeRule } from '../valueFacts';
import { MAXIMUM_RANK, numbersOf, ShapeConflict, shapeOf, typeOf } from '../valueFacts';

/** Output shape of a convolution [N, M, …] of data [N, C, …] with weights [M, C/group, …]. */
function convolve(call: OperatorCall, dataInput: number, weightInput: number): PartialShape | null {
  const data = shapeOf(call, dataInput);
  const weights = shapeOf(call, weightInput);
  if (data === null) {
    return null;
  }
  checkChannels(call, data, weights);
  const spatial = data.slice(2);
  const kernel = readKernel(call, weights);
  const channels = weights?.[0] ?? null;
  return [data[0], channels, ...(kernel === null ? spatial.map(() => null) : sizesOf(call, kernel, spatial))];
}

function sizesOf(call: OperatorCall, kernel: readonly number[], spatial: PartialShape): PartialShape {
  if (kernel.length !== spatial.length) {
    throw new ShapeConflict(`a kernel of ${kernel.length} axes on data with ${spatial.length} spatial axes`);
  }
  return requirePositive(computeWindowSizes(call.node, kernel, spatial));
}

function requirePositive(sizes: PartialShape): PartialShape {
  if (sizes.some((size) => size !== null && size < 0)) {
    throw new ShapeConflict('the kernel is larger than the padded data');
  }
  return sizes;
}

function checkChannels(call: OperatorCall, data: PartialShape, weights: PartialShape | null): void {
  const group = readInt(call.node, 'group') ?? 1;
  const channels = data[1] ?? null;
  const perGroup = weights?.[1] ?? null;
  if (channels !== null && perGroup !== null && channels !== perGroup * group) {
    throw new ShapeConflict(`data with ${channels} channels, weights for ${perGroup * group}`);
  }
}

/** Kernel sizes by attribute or by the weights; null when neither says. */
export function readKernel(call: OperatorCall, weights: PartialShape | null): readonly number[] | null {
  const declared = readInts(call.node, 'kernel_shape');
  if (declared !== undefined && declared.length > 0) {
    return declared;
  }
  const sizes = weights?.slice(2);
  return sizes !== undefined && sizes.every((size) => size !== null) ? sizes : null;
}

const convolution =
  (dataInput: number, weightInput: number, elementType?: ElementType): ShapeRule =>
  (call) => [{ shape: convolve(call, dataInput, weightInput), elementType: elementType ?? typeOf(call, dataInput) }];

/** QLinearConv: the output has the type of its zero point (input 7). */
const quantizedConvolution: ShapeRule = (call) => [
  { shape: convolve(call, 0, 3), elementType: typeOf(call, 7) ?? typeOf(call, 0) },
];

/** Weights [C, M/group, …]; output size (in − 1)·stride + output_padding + (k − 1)·dilation + 1 − pads. */
const transposed: ShapeRule = (call) => transpose(call, undefined);

/** The pads come as input 2. */
const transposedWithPads: ShapeRule = (call) => {
  const known = numbersOf(call, 2);
  return transpose(call, known ?? new Array<null>(2 * MAXIMUM_RANK).fill(null));
};

function transpose(call: OperatorCall, pads: readonly (number | null)[] | undefined): OutputFacts[] {
  const data = shapeOf(call, 0);
  const weights = shapeOf(call, 1);
  const elementType = typeOf(call, 0);
  if (data === null) {
    return [{ shape: null, elementType }];
  }
  const perGroup = weights?.[1] ?? null;
  const channels = perGroup === null ? null : perGroup * (readInt(call.node, 'group') ?? 1);
  const spatial = data.slice(2);
  const kernel = readKernel(call, weights);
  const sizes = kernel === null ? spatial.map(() => null) : transposedSizes(call, kernel, spatial, pads);
  return [{ shape: [data[0], channels, ...sizes], elementType }];
}

function transposedSizes(
  call: OperatorCall,
  kernel: readonly number[],
  spatial: PartialShape,
  explicit: readonly (number | null)[] | undefined,
): PartialShape {
  const { node } = call;
  const declared = readInts(node, 'output_shape');
  if (declared !== undefined && declared.length > 0) {
    return declared.slice(-spatial.length);
  }
  const autoPad = readString(node, 'auto_pad') ?? 'NOTSET';
  const same = autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER';
  const pads = explicit ?? (autoPad === 'NOTSET' ? (readInts(node, 'pads') ?? []) : []);
  return spatial.map((size, axis) => {
    if (size === null) {
      return null;
    }
    const stride = readInts(node, 'strides')?.[axis] ?? 1;
    const extra = readInts(node, 'output_padding')?.[axis] ?? 0;
    const covered = (kernel[axis] - 1) * (readInts(node, 'dilations')?.[axis] ?? 1) + 1;
    const [begin, end] = [pads[axis], pads[axis + spatial.length]];
    if (begin === null || end === null) {
      return null;
    }
    const padding = (begin ?? 0) + (end ?? 0);
    const full = (size - 1) * stride + extra + covered;
    // SAME crops to size·stride where there is that much; ONNX Runtime adds nothing to a smaller result.
    return same ? Math.min(full, size * stride) : full - padding;
  });
}

/** Data [N, C, L] and weights [C, 1, k]; beside the data's shape the state [N, C, k − 1] for the next step. */
const causal: ShapeRule = (call) => {
  const data = shapeOf(call, 0);
  const kernel = shapeOf(call, 1)?.[2] ?? null;
  const elementType = typeOf(call, 0);
  const state = data && [data[0], data[1], kernel === null ? null : kernel - 1];
  return [
    { shape: data, elementType },
    { shape: state, elementType },
  ];
};

/** Attributes of com.microsoft's operator that change which axis is which, or the state. */
const CAUSAL_EXTENSIONS = ['ndim', 'channels_last', 'input_channels', 'state_length', 'state_window', 'dilation'];

/** Data [N, H, W, C] and weights [M, kH, kW, C/group]; the attributes are those of Conv. */
const channelsLast =
  (weightInput: number, outputType: number): ShapeRule =>
  (call) => {
    const data = shapeOf(call, 0);
    const weights = shapeOf(call, weightInput);
    if (data === null || weights === null) {
      return [{ shape: null, elementType: typeOf(call, outputType) }];
    }
    const kernel = readInts(call.node, 'kernel_shape') ?? (weights.slice(1, -1) as number[]);
    const sizes = sizesOf(call, kernel, data.slice(1, -1));
    return [{ shape: [data[0], ...sizes, weights[0]], elementType: typeOf(call, outputType) }];
  };

const microsoftQuantized: ShapeRule = (call) =>
  readInt(call.node, 'channels_last') === 1 ? channelsLast(3, 7)(call) : quantizedConvolution(call);

export const convolutionRules: Readonly<Record<string, ShapeRule>> = {
  Conv: convolution(0, 1),
  ConvInteger: convolution(0, 1, 'int32'),
  QLinearConv: quantizedConvolution,
  ConvTranspose: transposed,
  DeformConv: convolution(0, 1),
  CausalConvWithState: causal,
  'com.microsoft:CausalConvWithState': (call) =>
    CAUSAL_EXTENSIONS.some((name) => call.node.attributes.has(name)) ? [] : causal(call),
  'com.microsoft:FusedConv': convolution(0, 1),
  'com.microsoft:ConvTransposeWithDynamicPads': transposedWithPads,
  'com.microsoft:NhwcFusedConv': channelsLast(1, 0),
  'com.microsoft:NhwcConv': channelsLast(1, 0),
  'com.microsoft:QLinearConv': microsoftQuantized,
  'com.ms.internal.nhwc:Conv': channelsLast(1, 0),
};
