import { toElementType } from '../elementTypes';
import { readInt } from '../attributes';
import type { ElementType } from '../model';
import type { OperatorCall, ShapeRule } from '../valueFacts';
import { broadcastShapes, hasInput, shapeOf, typeOf } from '../valueFacts';

/** Shape and type of the first input. */
export const sameAsFirst: ShapeRule = (call) => [{ shape: shapeOf(call, 0), elementType: typeOf(call, 0) }];

const broadcast = (elementType: (call: OperatorCall) => ElementType | null): ShapeRule => {
  return (call) => [{ shape: broadcastInputs(call), elementType: elementType(call) }];
};

function broadcastInputs(call: OperatorCall) {
  // Before opset 7 the second operand was aligned by attributes and the first one kept its shape.
  if (call.opset < 7 && call.node.attributes.has('broadcast')) {
    return shapeOf(call, 0);
  }
  return broadcastShapes(call.inputs.map((facts) => facts?.shape ?? null));
}

const firstKnownType = (call: OperatorCall) => call.inputs.find((facts) => facts?.elementType)?.elementType ?? null;
const arithmetic = broadcast(firstKnownType);
const comparison = broadcast(() => 'bool');

const test: ShapeRule = (call) => [{ shape: shapeOf(call, 0), elementType: 'bool' }];

const cast: ShapeRule = (call) => [
  { shape: shapeOf(call, 0), elementType: toElementType(readInt(call.node, 'to') ?? 0) },
];

/** The attribute `dtype` names the type; without it the output is like the first input. */
const likeFirst: ShapeRule = (call) => {
  const dtype = readInt(call.node, 'dtype');
  return [{ shape: shapeOf(call, 0), elementType: dtype === undefined ? typeOf(call, 0) : toElementType(dtype) }];
};

const dropout: ShapeRule = (call) => {
  const data = { shape: shapeOf(call, 0), elementType: typeOf(call, 0) };
  return [data, { shape: data.shape, elementType: call.opset >= 10 ? 'bool' : data.elementType }];
};

const where: ShapeRule = (call) => [{ shape: broadcastInputs(call), elementType: typeOf(call, 1) ?? typeOf(call, 2) }];

/** BiasGelu and its like: data plus a bias along the last axis, the data's shape wins. */
const withBias: ShapeRule = (call) => [
  { shape: hasInput(call, 1) ? broadcastInputs(call) : shapeOf(call, 0), elementType: typeOf(call, 0) },
];

/** The same rule for several operators, named in a string separated by blanks. */
export function forEach(names: string, rule: ShapeRule): Record<string, ShapeRule> {
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]));
}

const UNARY =
  'Abs Acos Acosh Asin Asinh Atan Atanh Ceil Celu Clip Cos Cosh CumSum Elu Erf Exp Floor Gelu HardSigmoid HardSwish Hardmax ' +
  'LRN LeakyRelu Log LogSoftmax LpNormalization MeanVarianceNormalization Mish Neg Not BitwiseNot ' +
  'Reciprocal Relu ReverseSequence Round Scatter ScatterElements ScatterND Selu Shrink Sigmoid Sign Sin Sinh Softmax ' +
  'Softplus Softsign Sqrt Swish Tan Tanh TensorScatter ThresholdedRelu Trilu Affine ParametricSoftplus ScaledTanh ' +
  'CumProd ImageScaler SwiGLU';
const ARITHMETIC = 'Add Sub Mul Div Pow Mod Max Min Mean Sum And Or Xor BitShift BitwiseAnd BitwiseOr BitwiseXor PRelu';
const COMPARISON = 'Equal Greater GreaterOrEqual Less LessOrEqual';

export const elementwiseRules: Readonly<Record<string, ShapeRule>> = {
  ...forEach(UNARY, sameAsFirst),
  ...forEach(ARITHMETIC, arithmetic),
  ...forEach(COMPARISON, comparison),
  IsInf: test,
  IsNaN: test,
  RegexFullMatch: test,
  StringConcat: arithmetic,
  Cast: cast,
  CastLike: (call) => [{ shape: shapeOf(call, 0), elementType: typeOf(call, 1) }],
  BitCast: cast,
  Bernoulli: likeFirst,
  EyeLike: likeFirst,
  RandomNormalLike: likeFirst,
  RandomUniformLike: likeFirst,
  Dropout: dropout,
  Where: where,
  ...forEach(
    'com.microsoft:QuickGelu com.microsoft:Gelu com.microsoft:QLinearSigmoid com.microsoft:QLinearLeakyRelu ' +
      'com.microsoft:QLinearSoftmax com.microsoft:Trilu com.microsoft:Inverse com.microsoft:BiasSoftmax ' +
      'com.microsoft:MoE com.microsoft:QMoE com.microsoft:LongformerAttention',
    sameAsFirst,
  ),
  ...forEach('com.microsoft:BiasGelu com.microsoft:FastGelu com.microsoft:BiasAdd', withBias),
  'com.microsoft:BiasDropout': (call) => [
    { shape: shapeOf(call, 0), elementType: typeOf(call, 0) },
    { shape: shapeOf(call, 0), elementType: 'bool' },
  ],
  'com.microsoft:MurmurHash3': (call) => [
    { shape: shapeOf(call, 0), elementType: readInt(call.node, 'positive') === 0 ? 'int32' : 'uint32' },
  ],
  'com.microsoft:NGramRepeatBlock': (call) => [{ shape: shapeOf(call, 1), elementType: typeOf(call, 1) }],
};
