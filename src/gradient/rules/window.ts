import type { SlidingWindow } from '../../graph/slidingWindow';
import type { EmittedAttribute } from '../../onnx/graphExtension';
import type { NodeCall } from '../nodeCall';
import { range } from '../shaping';

export function ints(value: readonly number[]): EmittedAttribute {
  return { type: 'ints', value };
}

/** How far each axis of the kernel reaches beyond its first element. */
export function kernelReach(window: SlidingWindow): readonly number[] {
  return window.kernel.map((size, axis) => (size - 1) * window.dilations[axis]);
}

/**
 * Hands each output element of a sliding window back to what the window covered, weighted by the kernel
 * [outputs, inputs per group, k…]: ConvTranspose, with as much output padding as the forward pass left unread at the end.
 */
export function emitTransposedWindow(
  call: NodeCall,
  value: string,
  kernel: string,
  window: SlidingWindow,
  group: number,
): string {
  const spatial = range(2, window.kernel.length + 2);
  const sizes = call.sizes(call.x);
  const counts = call.sizes(call.y);
  const isFree = spatial.some((axis) => sizes[axis] === null || counts[axis] === null);
  const isStepping = window.strides.some((stride) => stride !== 1) || window.ceilMode;
  const attributes = (padsEnd: readonly number[], outputPadding: readonly number[]) => ({
    kernel_shape: ints(window.kernel),
    strides: ints(window.strides),
    dilations: ints(window.dilations),
    pads: ints([...window.padsBegin, ...padsEnd]),
    output_padding: ints(outputPadding),
    group: { type: 'int', value: group } as const,
  });
  if (!isFree) {
    // Positive: read beyond the input (padding at the end, or a last window of ceil mode); negative: left unread.
    const excess = spatial.map((axis) => {
      const i = axis - 2;
      const covered = (call.size(call.y, axis) - 1) * window.strides[i] + kernelReach(window)[i] + 1;
      return covered - window.padsBegin[i] - call.size(call.x, axis);
    });
    const ends = excess.map((size) => Math.max(0, size));
    return call.emit(
      'ConvTranspose',
      [value, kernel],
      attributes(
        ends,
        excess.map((size) => Math.max(0, -size)),
      ),
    );
  }
  if (!isStepping) {
    return call.emit(
      'ConvTranspose',
      [value, kernel],
      attributes(
        window.padsEnd,
        window.kernel.map(() => 0),
      ),
    );
  }
  // Sizes are only known in a run: give back as much as can be, and cut it to the size of the input.
  const whole = call.emit(
    'ConvTranspose',
    [value, kernel],
    attributes(
      window.padsEnd,
      window.strides.map((stride) => stride - 1),
    ),
  );
  return cutToInput(call, whole, spatial);
}

function cutToInput(call: NodeCall, value: string, axes: readonly number[]): string {
  if (call.opset < 10) {
    return call.fail('a stride over sizes that are only known in a run needs operator set 10');
  }
  const ends = call.build.gather(call.emit('Shape', [call.x]), call.build.int64(axes));
  return call.emit('Slice', [value, call.build.int64(axes.map(() => 0)), ends, call.build.int64(axes)]);
}
