import { readInt } from '../attributes';
import type { ElementType } from '../model';
import type { OperatorCall, PartialShape, ShapeRule } from '../valueFacts';
import { normalizeAxis, shapeOf, typeOf } from '../valueFacts';
import { forEach } from './elementwise';
import { readAxes } from './layout';

/** Axes a Reduce* operator acts on; null when they or the rank are not known. */
export function readReducedAxes(call: OperatorCall): ReadonlySet<number> | null {
  const shape = shapeOf(call, 0);
  const axes = readAxes(call, 1);
  if (shape === null || axes === null) {
    return null;
  }
  if (axes === undefined || axes.length === 0) {
    const none = readInt(call.node, 'noop_with_empty_axes') === 1;
    return new Set(none ? [] : shape.map((_, axis) => axis));
  }
  return new Set(axes.map((axis) => normalizeAxis(axis, shape.length)));
}

/** Reduced axes become 1 or vanish. */
function reduceShape(shape: PartialShape, axes: ReadonlySet<number>, keep: boolean): PartialShape {
  return keep ? shape.map((size, axis) => (axes.has(axis) ? 1 : size)) : shape.filter((_, axis) => !axes.has(axis));
}

const reduce: ShapeRule = (call) => {
  const shape = shapeOf(call, 0);
  const axes = readReducedAxes(call);
  const keep = (readInt(call.node, 'keepdims') ?? 1) !== 0;
  if (shape === null || axes === null) {
    return [{ shape: shape !== null && keep ? shape.map(() => null) : null, elementType: typeOf(call, 0) }];
  }
  return [{ shape: reduceShape(shape, axes, keep), elementType: typeOf(call, 0) }];
};

const argument = (elementType: ElementType): ShapeRule => {
  return (call) => {
    const shape = shapeOf(call, 0);
    const keep = (readInt(call.node, 'keepdims') ?? 1) !== 0;
    const axis = shape && normalizeAxis(readInt(call.node, 'axis') ?? 0, shape.length);
    return [{ shape: shape && axis !== null ? reduceShape(shape, new Set([axis]), keep) : null, elementType }];
  };
};

/** Scalar unless `reduction` is none, then the shape of the labels; second output: log probabilities. */
const loss: ShapeRule = (call) => {
  const reduction = call.node.attributes.get('reduction');
  const none = reduction?.type === 'string' && reduction.value === 'none';
  return [
    { shape: none ? shapeOf(call, 1) : [], elementType: typeOf(call, 0) },
    { shape: shapeOf(call, 0), elementType: typeOf(call, 0) },
  ];
};

export const reductionRules: Readonly<Record<string, ShapeRule>> = {
  ...forEach(
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare',
    reduce,
  ),
  ArgMax: argument('int64'),
  ArgMin: argument('int64'),
  NegativeLogLikelihoodLoss: loss,
  SoftmaxCrossEntropyLoss: loss,
  'com.microsoft:ReduceSumInteger': (call) => [{ shape: reduce(call)[0].shape, elementType: 'int32' }],
};
