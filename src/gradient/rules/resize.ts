import { readFloat, readFloats, readInt, readInts, readString } from '../../graph/attributes';
import type { GradientRule, GradientRules } from '../gradientRule';
import type { NodeCall } from '../nodeCall';
import { range } from '../shaping';
import type { Taps } from './axisMap';
import { applyAlong } from './axisMap';
import { ints } from './window';

interface ResizedAxis {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
}

interface Interpolation {
  readonly mode: string;
  readonly coordinates: string;
  readonly rounding: string;
  readonly cubicA: number;
  readonly excludesOutside: boolean;
}

/**
 * Resize and Upsample are linear maps along each axis: back through their matrices. Enlarging by whole numbers with
 * nearest neighbours is a sum over blocks, which AveragePool computes faster.
 */
const resize: GradientRule = (call) => [
  () => {
    const interpolation = readInterpolation(call);
    const axes = readAxes(call);
    const taps = axes.map((axis) => (axis === null ? null : (output: number) => findTaps(axis, output, interpolation)));
    const blocks = findBlocks(call, axes, taps);
    if (blocks !== null) {
      const mean = call.emit('AveragePool', [call.dY], { kernel_shape: ints(blocks), strides: ints(blocks) });
      return call.mul(
        mean,
        blocks.reduce((product, size) => product * size, 1),
      );
    }
    return axes.reduce((value, resized, axis) => {
      const tapsOf = taps[axis];
      return resized === null || tapsOf === null ? value : applyAlong(call, value, axis, resized.input, tapsOf);
    }, call.dY);
  },
];

/** By axis; null where the size stays. */
function readAxes(call: NodeCall): readonly (ResizedAxis | null)[] {
  const scales = readScales(call);
  const listed = readInts(call.node, 'axes')?.map((axis) => call.axis(axis)) ?? range(0, call.rank(call.x));
  return range(0, call.rank(call.x)).map((axis) => {
    const scale = listed.includes(axis) ? scales?.[listed.indexOf(axis)] : 1;
    if (scale === 1 || call.shapes.areEqual(call.x, axis, call.y, axis)) {
      return null;
    }
    const [input, output] = [call.size(call.x, axis), call.size(call.y, axis)];
    return { input, output, scale: scale ?? output / input };
  });
}

/** Upsample 7: attribute; Upsample 9 and Resize 10: second input; Resize 11: third, null when sizes are given. */
function readScales(call: NodeCall): readonly number[] | null {
  const declared = readFloats(call.node, 'scales');
  if (declared !== undefined) {
    return declared;
  }
  if (call.opset < 11 || call.node.opType === 'Upsample') {
    return call.constant(1);
  }
  const isStretched = (readString(call.node, 'keep_aspect_ratio_policy') ?? 'stretch') === 'stretch';
  const scales = call.has(3) ? null : call.constant(2);
  return scales === null && !isStretched ? call.fail('it keeps the aspect ratio') : scales;
}

function readInterpolation(call: NodeCall): Interpolation {
  const isOld = call.opset < 11 || call.node.opType === 'Upsample';
  const mode = readString(call.node, 'mode') ?? 'nearest';
  const coordinates = readString(call.node, 'coordinate_transformation_mode') ?? (isOld ? 'asymmetric' : 'half_pixel');
  if (coordinates === 'tf_crop_and_resize' || readInt(call.node, 'antialias') === 1) {
    call.fail(coordinates === 'tf_crop_and_resize' ? 'it crops while it resizes' : 'it filters while it shrinks');
  }
  return {
    mode,
    coordinates,
    rounding: readString(call.node, 'nearest_mode') ?? (isOld ? 'floor' : 'round_prefer_floor'),
    cubicA: readFloat(call.node, 'cubic_coeff_a') ?? -0.75,
    excludesOutside: readInt(call.node, 'exclude_outside') === 1,
  };
}

/** Where on the input an output position lies (ONNX Resize, coordinate_transformation_mode). */
function toInputPosition({ input, output, scale }: ResizedAxis, position: number, coordinates: string): number {
  switch (coordinates) {
    case 'align_corners':
      return output === 1 ? 0 : (position * (input - 1)) / (output - 1);
    case 'asymmetric':
      return position / scale;
    case 'tf_half_pixel_for_nn':
      return (position + 0.5) / scale;
    case 'pytorch_half_pixel':
      return output === 1 ? 0 : (position + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const adjustment = output / (scale * input);
      return (input / 2) * (1 - adjustment) + (position + 0.5) / scale - 0.5;
    }
    default:
      return (position + 0.5) / scale - 0.5;
  }
}

function findTaps(axis: ResizedAxis, output: number, interpolation: Interpolation): Taps {
  // ONNX Runtime computes positions in float32, which decides ties of nearest neighbours.
  const position = Math.fround(toInputPosition(axis, output, interpolation.coordinates));
  const clamp = (index: number) => Math.min(Math.max(index, 0), axis.input - 1);
  const floor = Math.floor(position);
  const fraction = position - floor;
  switch (interpolation.mode) {
    case 'linear':
    case 'bilinear': {
      const inside = Math.min(Math.max(position, 0), axis.input - 1);
      const first = Math.floor(inside);
      return [
        [first, 1 - (inside - first)],
        [clamp(first + 1), inside - first],
      ];
    }
    case 'cubic':
      return cubicTaps(axis, floor, fraction, interpolation).map(([index, weight]) => [clamp(index), weight]);
    default:
      return [[clamp(roundNearest(position, interpolation.rounding)), 1]];
  }
}

function roundNearest(position: number, rounding: string): number {
  const isHalf = position - Math.floor(position) === 0.5;
  switch (rounding) {
    case 'floor':
      return Math.floor(position);
    case 'ceil':
      return Math.ceil(position);
    case 'round_prefer_ceil':
      return Math.floor(position + 0.5);
    default:
      return isHalf ? Math.floor(position) : Math.round(position);
  }
}

/** Keys' convolution kernel over four neighbours. */
function cubicTaps(axis: ResizedAxis, floor: number, t: number, { cubicA: a, excludesOutside }: Interpolation): Taps {
  const near = (d: number) => (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  const far = (d: number) => a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a;
  const taps: [number, number][] = [
    [floor - 1, far(1 + t)],
    [floor, near(t)],
    [floor + 1, near(1 - t)],
    [floor + 2, far(2 - t)],
  ];
  if (!excludesOutside) {
    return taps;
  }
  const inside = taps.filter(([index]) => index >= 0 && index < axis.input);
  const total = inside.reduce((sum, [, weight]) => sum + weight, 0);
  return inside.map(([index, weight]) => [index, weight / total]);
}

/** Spatial block sizes when every input element of [N, C, …] was copied to a block of its own; else null. */
function findBlocks(
  call: NodeCall,
  axes: readonly (ResizedAxis | null)[],
  taps: readonly (((output: number) => Taps) | null)[],
): readonly number[] | null {
  const blocks = axes.map((axis, index) => {
    const factor = axis === null ? 1 : axis.output / axis.input;
    const tapsOf = taps[index];
    const isBlock =
      axis === null ||
      tapsOf === null ||
      (Number.isInteger(factor) &&
        range(0, axis.output).every((output) => {
          const [first, ...others] = tapsOf(output);
          return others.length === 0 && first[0] === Math.floor(output / factor);
        }));
    return isBlock ? factor : null;
  });
  const isSpatial = blocks.length > 2 && blocks[0] === 1 && blocks[1] === 1 && call.type !== 'float64';
  const spatial = blocks.slice(2);
  return isSpatial && spatial.every((size) => size !== null) ? spatial : null;
}

export const resizeRules: GradientRules = { Resize: resize, Upsample: resize };
