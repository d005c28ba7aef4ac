import { readInt, readInts } from '../../graph/attributes';
import type { GradientRule, GradientRules } from '../gradientRule';
import type { NodeCall, Operand } from '../nodeCall';
import { awayFromZero, countOver, expandLike, range, sumOver } from '../shaping';

/** Reduced axes: an attribute, or an input since operator set 13 (ReduceSum) or 18; none means all, or none at all. */
function reducedAxes(call: NodeCall): readonly number[] {
  const declared = readInts(call.node, 'axes') ?? call.constant(1);
  if (declared === null || declared.length === 0) {
    return readInt(call.node, 'noop_with_empty_axes') === 1 ? [] : range(0, call.rank(call.x));
  }
  return declared.map((axis) => call.axis(axis));
}

/** A value of the output's shape with the reduced axes kept as 1. */
function withReducedAxes(call: NodeCall, value: string, axes: readonly number[]): string {
  const isKept = (readInt(call.node, 'keepdims') ?? 1) !== 0;
  return isKept || axes.length === 0
    ? value
    : call.build.unsqueeze(
        value,
        [...axes].sort((a, b) => a - b),
      );
}

/** Every element gets dY, times a factor of the reduced shape. */
function spread(factor: (call: NodeCall, axes: readonly number[]) => Operand): GradientRule {
  return (call) => [
    () => {
      const axes = reducedAxes(call);
      return expandLike(call, withReducedAxes(call, call.mul(call.dY, factor(call, axes)), axes), call.x, axes);
    },
  ];
}

/** dX = dY·h, where `slope` emits h from x and y (repeated to the shape of x). */
function perElement(slope: (call: NodeCall, y: string) => Operand): GradientRule {
  return (call) => [
    () => {
      const axes = reducedAxes(call);
      return call.mul(slope(call, withReducedAxes(call, call.y, axes)), withReducedAxes(call, call.dY, axes));
    },
  ];
}

function inverseCount(call: NodeCall, axes: readonly number[]): Operand {
  const count = countOver(call, call.x, axes);
  return typeof count === 'number' ? 1 / count : call.div(1, count);
}

/** Max and Min: dY to the elements that attain it, in equal shares. */
const extremum: GradientRule = (call) => [
  () => {
    const axes = reducedAxes(call);
    const attaining = call.mask(call.equal(call.x, withReducedAxes(call, call.y, axes)));
    const share = call.div(withReducedAxes(call, call.dY, axes), sumOver(call, attaining, axes));
    return call.mul(attaining, share);
  },
];

/** Of a sum of logarithms: ln Σ x has the slope 1/Σ x = e⁻ʸ. */
const logSum = spread((call) => call.emit('Exp', [call.mul(call.y, -1)]));

export const reductionRules: GradientRules = {
  ReduceSum: spread(() => 1),
  ReduceMean: spread(inverseCount),
  ReduceMax: extremum,
  ReduceMin: extremum,
  ReduceL1: perElement((call) => call.emit('Sign', [call.x])),
  ReduceL2: perElement((call, y) => call.div(call.x, awayFromZero(call, y))),
  ReduceSumSquare: perElement((call) => call.mul(call.x, 2)),
  ReduceLogSum: logSum,
  ReduceLogSumExp: perElement((call, y) => call.emit('Exp', [call.sub(call.x, y)])),
};
