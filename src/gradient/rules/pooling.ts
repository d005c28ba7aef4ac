import { readInt, readInts } from '../../graph/attributes';
import type { SlidingWindow } from '../../graph/slidingWindow';
import { readSlidingWindow } from '../../graph/slidingWindow';
import type { GradientRule, GradientRules } from '../gradientRule';
import type { NodeCall, Operand } from '../nodeCall';
import { awayFromZero, countOver, expandLike, range, sumOver } from '../shaping';
import { maxPool } from './maxPool';
import { emitTransposedWindow, ints, kernelReach } from './window';

function readPoolingWindow(call: NodeCall): SlidingWindow {
  const kernel = readInts(call.node, 'kernel_shape') ?? call.fail('it declares no kernel');
  const sizes = call.sizes(call.x).slice(2);
  return readSlidingWindow(call.node, kernel, sizes) ?? call.fail('its padding depends on a size that a run decides');
}

function spatialAxes(call: NodeCall): readonly number[] {
  return range(2, call.rank(call.x));
}

/** GlobalAveragePool: every element gets dY/count. */
const globalAverage: GradientRule = (call) => [
  () => {
    const axes = spatialAxes(call);
    return expandLike(call, call.div(call.dY, countOver(call, call.x, axes)), call.x, axes);
  },
];

/** GlobalMaxPool: dY to the elements that attain the maximum, in equal shares. */
const globalMax: GradientRule = (call) => [
  () => {
    const attaining = call.mask(call.equal(call.x, call.y));
    return call.mul(attaining, call.div(call.dY, sumOver(call, attaining, spatialAxes(call))));
  },
];

/** sign(x)·|x|^(p−1): slope of Σ|x|ᵖ without its factor p. */
function slopeOfPower(call: NodeCall, p: number): string {
  if (p === 2) {
    return call.x;
  }
  const sign = call.emit('Sign', [call.x]);
  return p === 1 ? sign : call.mul(sign, call.pow(call.emit('Abs', [call.x]), p - 1));
}

/** y = (Σ|x|ᵖ)^(1/p): dY/y^(p−1), to be multiplied by sign(x)·|x|^(p−1). */
function perNorm(call: NodeCall, p: number): string {
  return p === 1 ? call.dY : call.div(call.dY, call.pow(awayFromZero(call, call.y), p - 1));
}

const globalLp: GradientRule = (call) => {
  const p = readInt(call.node, 'p') ?? 2;
  return [() => call.mul(slopeOfPower(call, p), perNorm(call, p))];
};

const lpPool: GradientRule = (call) => {
  const p = readInt(call.node, 'p') ?? 2;
  return [() => call.mul(slopeOfPower(call, p), spreadWindows(call, perNorm(call, p), readPoolingWindow(call)))];
};

/** AveragePool: each element of a window gets dY/count. */
const averagePool: GradientRule = (call) => [
  () => {
    const window = readPoolingWindow(call);
    return spreadWindows(call, call.div(call.dY, countWindows(call, window)), window);
  },
];

/** Elements each window averages: padding counts or not, what a window of ceil mode reads beyond it never does. */
function countWindows(call: NodeCall, window: SlidingWindow): Operand {
  const isPadded = [...window.padsBegin, ...window.padsEnd].some((pad) => pad !== 0);
  const includesPadding = readInt(call.node, 'count_include_pad') === 1;
  const full = window.kernel.reduce((product, size) => product * size, 1);
  if (!window.ceilMode && (!isPadded || includesPadding)) {
    return full;
  }
  const perAxis = window.kernel.map((_, axis) => countAlong(call, window, axis, includesPadding));
  const counts = perAxis.reduce((outer, inner) => outer.flatMap((a) => inner.map((b) => a * b)), [1]);
  return call.build.floats(counts, [1, 1, ...perAxis.map((list) => list.length)], call.type);
}

function countAlong(call: NodeCall, window: SlidingWindow, axis: number, includesPadding: boolean): number[] {
  const size = call.size(call.x, axis + 2);
  const first = includesPadding ? -window.padsBegin[axis] : 0;
  const end = includesPadding ? size + window.padsEnd[axis] : size;
  return range(0, call.size(call.y, axis + 2)).map((position) => {
    const start = position * window.strides[axis] - window.padsBegin[axis];
    const taps = range(0, window.kernel[axis]).map((tap) => start + tap * window.dilations[axis]);
    return Math.max(1, taps.filter((tap) => tap >= first && tap < end).length);
  });
}

/** Adds up, for each input element, the values of all windows that cover it. */
function spreadWindows(call: NodeCall, value: string, window: SlidingWindow): string {
  const channels = call.size(call.x, 1);
  const axes = range(2, window.kernel.length + 2);
  if (axes.every((axis) => call.sizes(call.y)[axis] === 1) && isWholeInput(call, window)) {
    return expandLike(call, value, call.x, axes);
  }
  const reach = kernelReach(window);
  const isPlain = window.strides.every((stride) => stride === 1) && window.dilations.every((step) => step === 1);
  if (isPlain && !window.ceilMode) {
    // Windows of stride 1 overlap the other way round just as much: their average again, times their size.
    const pads = [...window.padsBegin, ...window.padsEnd].map((pad, index) => reach[index % reach.length] - pad);
    const mean = call.emit('AveragePool', [value], {
      kernel_shape: ints(window.kernel),
      pads: ints(pads),
      count_include_pad: { type: 'int', value: 1 },
    });
    return call.mul(
      mean,
      window.kernel.reduce((product, size) => product * size, 1),
    );
  }
  const ones = window.kernel.reduce((product, size) => product * size, channels);
  const kernel = call.build.floats(new Float32Array(ones).fill(1), [channels, 1, ...window.kernel], call.type);
  return emitTransposedWindow(call, value, kernel, window, channels);
}

function isWholeInput(call: NodeCall, window: SlidingWindow): boolean {
  return window.kernel.every(
    (size, axis) => size === call.sizes(call.x)[axis + 2] && window.padsBegin[axis] === 0 && window.padsEnd[axis] === 0,
  );
}

export const poolingRules: GradientRules = {
  GlobalAveragePool: globalAverage,
  GlobalMaxPool: globalMax,
  GlobalLpPool: globalLp,
  AveragePool: averagePool,
  LpPool: lpPool,
  MaxPool: maxPool,
};
