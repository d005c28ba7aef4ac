import { readInt, readInts } from '../../graph/attributes';
import type { SlidingWindow } from '../../graph/slidingWindow';
import { readSlidingWindow } from '../../graph/slidingWindow';
import type { EmittedAttribute } from '../../onnx/graphExtension';
import type { GradientRule, GradientRules } from '../gradientRule';
import type { NodeCall } from '../nodeCall';
import { gatherAlong, range, reversed } from '../shaping';
import { emitTransposedWindow, ints, kernelReach } from './window';

/** The kernel and how it moves; `auto_pad` SAME needs sizes that do not depend on the input. */
function readWindow(call: NodeCall, sizesOf: string): SlidingWindow {
  const kernel = readInts(call.node, 'kernel_shape') ?? call.fixedSizes(call.input(1), 2);
  const sizes = call.sizes(sizesOf).slice(2);
  return readSlidingWindow(call.node, kernel, sizes) ?? call.fail('its padding depends on a size that a run decides');
}

/**
 * Conv: dX = dY convolved with the kernel seen from its inputs. With stride 1 that is again a Conv, with the kernel
 * flipped and its channels exchanged (both folded when the runtime loads the model), padded by k − 1 − p: 3 to 13 times
 * faster than ConvTranspose for depthwise kernels. Otherwise ConvTranspose on the very same weights.
 */
const convolution: GradientRule = (call) => {
  const window = readWindow(call, call.x);
  const group = readInt(call.node, 'group') ?? 1;
  const reach = kernelReach(window);
  const begin = window.padsBegin.map((pad, axis) => reach[axis] - pad);
  const end = window.padsEnd.map((pad, axis) => reach[axis] - pad);
  const isPlain = window.strides.every((stride) => stride === 1) && [...begin, ...end].every((pad) => pad >= 0);
  const isPointwise = group === 1 && window.kernel.every((size) => size === 1);
  return [
    () =>
      isPlain && !isPointwise
        ? call.emit('Conv', [call.dY, flipKernel(call, group, window.kernel)], {
            kernel_shape: ints(window.kernel),
            dilations: ints(window.dilations),
            pads: ints([...begin, ...end]),
            group: { type: 'int', value: group },
          })
        : emitTransposedWindow(call, call.dY, call.input(1), window, group),
    undefined,
    () => call.build.reduce('ReduceSum', call.dY, [0, ...range(2, call.rank(call.y))], false),
  ];
};

/** [g·m, c, k…] → [g·c, m, k…], every spatial axis reversed; m and c are channels per group. */
function flipKernel(call: NodeCall, group: number, kernel: readonly number[]): string {
  const weight = call.input(1);
  const [outputs, inputs] = call.fixedSizes(weight);
  const axes = range(2, kernel.length + 2);
  const flipped = axes.reduce(
    (value, axis) => (kernel[axis - 2] === 1 ? value : gatherAlong(call, value, axis, reversed(kernel[axis - 2]))),
    weight,
  );
  if (outputs === group && inputs === 1) {
    return flipped;
  }
  if (group === 1) {
    return call.build.transpose(flipped, [1, 0, ...axes]);
  }
  const grouped = call.build.reshape(flipped, [group, outputs / group, inputs, ...kernel]);
  const exchanged = call.build.transpose(grouped, [0, 2, 1, ...axes.map((axis) => axis + 1)]);
  return call.build.reshape(exchanged, [group * inputs, outputs / group, ...kernel]);
}

/** ConvTranspose: dX = Conv of dY with the same weights, strides and pads. */
const transposedConvolution: GradientRule = (call) => {
  const kernel = readInts(call.node, 'kernel_shape') ?? call.fixedSizes(call.input(1), 2);
  const attributes: Record<string, EmittedAttribute> = {
    kernel_shape: ints(kernel),
    strides: ints(readInts(call.node, 'strides') ?? kernel.map(() => 1)),
    dilations: ints(readInts(call.node, 'dilations') ?? kernel.map(() => 1)),
    group: { type: 'int', value: readInt(call.node, 'group') ?? 1 },
  };
  return [
    () => call.emit('Conv', [call.dY, call.input(1)], { ...attributes, pads: ints(transposedPads(call, kernel)) }),
    undefined,
    () => call.build.reduce('ReduceSum', call.dY, [0, ...range(2, call.rank(call.y))], false),
  ];
};

/** Pads as written; with `auto_pad` or `output_shape` they follow from the sizes (ONNX ConvTranspose). */
function transposedPads(call: NodeCall, kernel: readonly number[]): readonly number[] {
  const autoPad = call.node.attributes.get('auto_pad');
  const isSame = autoPad?.type === 'string' && autoPad.value.startsWith('SAME');
  if (!isSame && readInts(call.node, 'output_shape') === undefined) {
    return readInts(call.node, 'pads') ?? [...kernel, ...kernel].map(() => 0);
  }
  const strides = readInts(call.node, 'strides') ?? kernel.map(() => 1);
  const dilations = readInts(call.node, 'dilations') ?? kernel.map(() => 1);
  const extra = readInts(call.node, 'output_padding') ?? kernel.map(() => 0);
  const totals = kernel.map((size, axis) => {
    const full = strides[axis] * (call.size(call.x, axis + 2) - 1) + extra[axis] + (size - 1) * dilations[axis] + 1;
    return full - call.size(call.y, axis + 2);
  });
  const isUpper = autoPad?.type === 'string' && autoPad.value === 'SAME_UPPER';
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total, axis) => total - small[axis]);
  return isUpper ? [...small, ...large] : [...large, ...small];
}

export const convolutionRules: GradientRules = { Conv: convolution, ConvTranspose: transposedConvolution };
