import { readInt, readInts, readString } from '../../graph/attributes';
import type { GradientRule, GradientRules } from '../gradientRule';
import type { NodeCall } from '../nodeCall';
import { reshapeLike, sumToShape, zerosLike } from '../shaping';

/** Values are kept and only arranged anew. */
const rearranged: GradientRule = (call) => [() => reshapeLike(call, call.dY, call.x)];

const unchanged: GradientRule = (call) => [() => call.dY];

/** Dropout when it is switched off, as in every exported classifier. */
const dropout: GradientRule = (call) => {
  const isTraining = call.has(2) && call.shapes.constant(call.input(2))?.data[0] !== 0;
  return isTraining ? call.fail('it drops values at random (training mode)') : [() => call.dY];
};

/** Between floating-point types; others carry no derivative. */
const cast: GradientRule = (call) => [() => call.build.cast(call.dY, call.shapes.elementType(call.x) ?? 'float32')];

const transpose: GradientRule = (call) => {
  const rank = call.rank(call.x);
  const permutation = readInts(call.node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const inverse = Array.from(permutation, (_, axis) => permutation.indexOf(axis));
  return [() => call.build.transpose(call.dY, inverse)];
};

/** Each input gets its part of dY. */
const concat: GradientRule = (call) => {
  const axis = call.axis(readInt(call.node, 'axis') ?? 1);
  const start = (position: number) =>
    call.node.inputs.slice(0, position).reduce((total, name) => total + call.size(name, axis), 0);
  return call.node.inputs.map((name, position) => () => {
    const begin = start(position);
    return call.build.slice(call.dY, begin, begin + call.size(name, axis), axis);
  });
};

/** The parts joined again, zeros for those that do not reach the target. */
const split: GradientRule = (call) => [
  () => {
    const axis = call.axis(readInt(call.node, 'axis') ?? 0);
    const parts = call.node.outputs.map((name, index) => call.gradients[index]?.emit() ?? zerosLike(call, name));
    return parts.length === 1 ? parts[0] : call.build.concat(parts, axis);
  },
];

const expand: GradientRule = (call) => [() => sumToShape(call, call.dY, call.y, call.x)];

/** Copies lie beside each other: [r₀·d₀, …] → [r₀, d₀, …], added up over the repeats. */
const tile: GradientRule = (call) => {
  const repeats = call.constant(1) ?? call.fail('it has no repeats');
  return [
    () => {
      const tiled = repeats.flatMap((count, axis) => (count === 1 ? [] : [axis]));
      if (tiled.length === 0) {
        return call.dY;
      }
      const sizes = call.sizes(call.x);
      const dims = sizes.flatMap((size, axis) => (repeats[axis] === 1 ? [size] : [repeats[axis], size]));
      if (dims.filter((size) => size === null).length > 1) {
        call.fail('more than one of its dimensions is only known in a run');
      }
      const axes = tiled.map((axis, position) => axis + position);
      const apart = call.build.reshape(
        call.dY,
        dims.map((size) => size ?? -1),
      );
      return call.build.reduce('ReduceSum', apart, axes, false);
    },
  ];
};

/** [N, C·b², H, W] → [N, C, H·b, W·b]. DCR takes b² from the front of the channels, CRD from their end. */
const depthToSpace: GradientRule = (call) => {
  const block = readInt(call.node, 'blocksize') ?? 1;
  if ((readString(call.node, 'mode') ?? 'DCR') === 'DCR') {
    return [() => call.emit('SpaceToDepth', [call.dY], { blocksize: { type: 'int', value: block } })];
  }
  return [() => reshapeLike(call, call.build.transpose(splitBlocks(call, block), [0, 1, 3, 5, 2, 4]), call.x)];
};

/** dY of [N, C, H·b, W·b] as [N, C, H, b, W, b]; the batch may be free. */
function splitBlocks(call: NodeCall, block: number): string {
  const [channels, height, width] = call.fixedSizes(call.y, 1);
  return call.build.reshape(call.dY, [-1, channels, height / block, block, width / block, block]);
}

const spaceToDepth: GradientRule = (call) => {
  const blocksize = { type: 'int', value: readInt(call.node, 'blocksize') ?? 1 } as const;
  return [() => call.emit('DepthToSpace', [call.dY], { blocksize })];
};

/** Along the other direction. */
const cumulativeSum: GradientRule = (call) => {
  const exclusive = { type: 'int', value: readInt(call.node, 'exclusive') ?? 0 } as const;
  const reverse = { type: 'int', value: 1 - (readInt(call.node, 'reverse') ?? 0) } as const;
  return [() => call.emit('CumSum', [call.dY, call.input(1)], { exclusive, reverse })];
};

/** The same triangle. */
const triangle: GradientRule = (call) => {
  const upper = { type: 'int', value: readInt(call.node, 'upper') ?? 1 } as const;
  return [() => call.emit('Trilu', call.has(1) ? [call.dY, call.input(1)] : [call.dY], { upper })];
};

/** Operators that move values without computing with them. */
export const layoutRules: GradientRules = {
  Identity: unchanged,
  Dropout: dropout,
  Cast: cast,
  CastLike: cast,
  Reshape: rearranged,
  Flatten: rearranged,
  Squeeze: rearranged,
  Unsqueeze: rearranged,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Expand: expand,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  CumSum: cumulativeSum,
  Trilu: triangle,
};
