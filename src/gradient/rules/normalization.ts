import { readFloat, readInt } from '../../graph/attributes';
import type { GradientRule, GradientRules } from '../gradientRule';
import type { NodeCall } from '../nodeCall';
import { awayFromZero, meanOver, range, reshapeLike, sumOver, sumToShape } from '../shaping';

/**
 * BatchNormalization with stored statistics: dX = dY·γ/√(σ² + ε) per channel. The factor is folded when the runtime
 * loads the model.
 */
const batchNormalization: GradientRule = (call) => {
  if (readInt(call.node, 'training_mode') === 1) {
    call.fail('it normalises by the batch (training mode)');
  }
  return [
    () => {
      const deviation = call.emit('Sqrt', [call.add(call.input(4), readFloat(call.node, 'epsilon') ?? 1e-5)]);
      return call.mul(call.dY, perChannel(call, call.div(call.input(1), deviation)));
    },
  ];
};

/** [C] → [C, 1, …], which repeats along batch and spatial axes. */
function perChannel(call: NodeCall, value: string): string {
  const trailing = call.rank(call.x) - 2;
  return trailing === 0 ? value : call.build.reshape(value, [-1, ...new Array<number>(trailing).fill(1)]);
}

/**
 * Back through x̂ = (x − μ)/√(σ² + ε) with mean and variance over `axes`: for h = derivative with respect to x̂,
 * dX = (h − mean h − x̂·mean(h·x̂))/√(σ² + ε).
 */
function throughStandardization(
  call: NodeCall,
  x: string,
  h: string,
  axes: readonly number[],
  epsilon: number,
): string {
  const centred = call.sub(x, meanOver(call, x, axes));
  const deviation = call.emit('Sqrt', [call.add(meanOver(call, call.square(centred), axes), epsilon)]);
  const standard = call.div(centred, deviation);
  const along = call.mul(standard, meanOver(call, call.mul(h, standard), axes));
  return call.div(call.sub(call.sub(h, meanOver(call, h, axes)), along), deviation);
}

/** InstanceNormalization: per image and channel; h = dY·γ. */
const instanceNormalization: GradientRule = (call) => [
  () => {
    const h = call.mul(call.dY, perChannel(call, call.input(1)));
    return throughStandardization(
      call,
      call.x,
      h,
      range(2, call.rank(call.x)),
      readFloat(call.node, 'epsilon') ?? 1e-5,
    );
  },
  undefined,
  () => call.build.reduce('ReduceSum', call.dY, [0, ...range(2, call.rank(call.x))], false),
];

/** LayerNormalization: over the axes from `axis` on; h = dY·γ. */
const layerNormalization: GradientRule = (call) => {
  if (call.gradients.slice(1).some((gradient) => gradient !== null)) {
    call.fail('its mean or deviation reaches the target by itself');
  }
  return [
    () => {
      const axes = range(call.axis(readInt(call.node, 'axis') ?? -1), call.rank(call.x));
      const h = call.mul(call.dY, call.input(1));
      return throughStandardization(call, call.x, h, axes, readFloat(call.node, 'epsilon') ?? 1e-5);
    },
    undefined,
    () => sumToShape(call, call.dY, call.y, call.input(2)),
  ];
};

/** GroupNormalization: per image and group of channels. γ per group before operator set 21, per channel since. */
const groupNormalization: GradientRule = (call) => [
  () => {
    const groups = readInt(call.node, 'num_groups') ?? 1;
    const grouped = (value: string) => call.build.reshape(value, [0, groups, -1]);
    const scale = call.input(1);
    const h =
      call.opset >= 21
        ? grouped(call.mul(call.dY, perChannel(call, scale)))
        : call.mul(grouped(call.dY), call.build.reshape(scale, [groups, 1]));
    const epsilon = readFloat(call.node, 'epsilon') ?? 1e-5;
    return reshapeLike(call, throughStandardization(call, grouped(call.x), h, [2], epsilon), call.x);
  },
];

/** MeanVarianceNormalization: (x − μ)/(σ + 1e-9) over the axes, by default all but the channels. */
const meanVariance: GradientRule = (call) => {
  const declared = call.node.attributes.get('axes');
  const axes = declared?.type === 'ints' ? declared.value.map((axis) => call.axis(axis)) : [0, 2, 3];
  return [() => throughStandardization(call, call.x, call.dY, axes, 1e-18)];
};

/** LpNormalization: y = x/n, n = ‖x‖ₚ along an axis; dX = (dY − s·Σ dY·y)/n with s = y for p = 2, sign(x) for p = 1. */
const lpNormalization: GradientRule = (call) => [
  () => {
    const axes = [call.axis(readInt(call.node, 'axis') ?? -1)];
    const isFirst = (readInt(call.node, 'p') ?? 2) === 1;
    const norm = isFirst
      ? sumOver(call, call.emit('Abs', [call.x]), axes)
      : call.emit('Sqrt', [sumOver(call, call.square(call.x), axes)]);
    const direction = isFirst ? call.emit('Sign', [call.x]) : call.y;
    const along = call.mul(direction, sumOver(call, call.mul(call.dY, call.y), axes));
    return call.div(call.sub(call.dY, along), awayFromZero(call, norm));
  },
];

/** RMSNormalization: y = γ·x/r, r = √(mean x² + ε); for h = dY·γ, dX = (h − x·mean(h·x)/r²)/r. */
const rmsNormalization: GradientRule = (call) => [
  () => {
    const axes = range(call.axis(readInt(call.node, 'axis') ?? -1), call.rank(call.x));
    const h = call.mul(call.dY, call.input(1));
    const square = call.add(meanOver(call, call.square(call.x), axes), readFloat(call.node, 'epsilon') ?? 1e-5);
    const along = call.div(call.mul(call.x, meanOver(call, call.mul(h, call.x), axes)), square);
    return call.div(call.sub(h, along), call.emit('Sqrt', [square]));
  },
];

/**
 * LRN: y = x·D^−β, D = k + α/n·Σ x² over n neighbouring channels.
 * dX = dY·D^−β − 2αβ/n·x·Σ dY·x·D^(−β−1), the sum over the channels whose window holds this one.
 */
const localResponse: GradientRule = (call) => [
  () => {
    const size = readInt(call.node, 'size') ?? 1;
    const [alpha, beta] = [readFloat(call.node, 'alpha') ?? 1e-4, readFloat(call.node, 'beta') ?? 0.75];
    const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
    const mean = averageChannels(call, call.square(call.x), size, before, after);
    const base = call.add(call.mul(mean, alpha), readFloat(call.node, 'bias') ?? 1);
    const direct = call.mul(call.dY, call.pow(base, -beta));
    const shared = averageChannels(call, call.div(call.mul(direct, call.x), base), size, after, before);
    return call.sub(direct, call.mul(call.x, shared, 2 * alpha * beta));
  },
];

/** Mean over `size` neighbouring channels, zeros beyond the ends: AveragePool over [N, 1, C, …]. */
function averageChannels(call: NodeCall, value: string, size: number, before: number, after: number): string {
  const channels = call.size(call.x, 1);
  const flat = call.build.reshape(value, [0, 1, channels, -1]);
  const mean = call.emit('AveragePool', [flat], {
    kernel_shape: { type: 'ints', value: [size, 1] },
    pads: { type: 'ints', value: [before, 0, after, 0] },
    count_include_pad: { type: 'int', value: 1 },
  });
  return reshapeLike(call, mean, call.x);
}

export const normalizationRules: GradientRules = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  MeanVarianceNormalization: meanVariance,
  LpNormalization: lpNormalization,
  RMSNormalization: rmsNormalization,
  LRN: localResponse,
};
