/** What an operator is for; decides the colour of its title bar (styles/families.css). */
export type OperatorFamily =
  | 'layer'
  | 'activation'
  | 'pool'
  | 'normalization'
  | 'elementwise'
  | 'join'
  | 'shape'
  | 'recurrent'
  | 'quantization'
  | 'control'
  | 'other';

const MEMBERS: Record<Exclude<OperatorFamily, 'other'>, string> = {
  layer:
    'Conv ConvTranspose ConvInteger QLinearConv DeformConv Gemm MatMul MatMulInteger QLinearMatMul Einsum FusedConv ' +
    'FusedMatMul FusedGemm Attention MultiHeadAttention GroupQueryAttention Embedding',
  activation:
    'Relu Clip Sigmoid Tanh LeakyRelu PRelu Elu Selu Celu ThresholdedRelu Softplus Softsign HardSigmoid HardSwish Mish ' +
    'Gelu FastGelu Erf Softmax LogSoftmax Hardmax QuickGelu Swish QLinearSigmoid QLinearLeakyRelu',
  pool:
    'MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool ReduceMean ReduceMax ReduceMin ReduceSum ' +
    'ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare MaxRoiPool RoiAlign ' +
    'QLinearGlobalAveragePool QLinearAveragePool ArgMax ArgMin TopK',
  normalization:
    'BatchNormalization InstanceNormalization LayerNormalization GroupNormalization RMSNormalization LRN ' +
    'LpNormalization MeanVarianceNormalization SkipLayerNormalization SimplifiedLayerNormalization Dropout Identity',
  elementwise:
    'Add Sub Mul Div Pow Sqrt Exp Log Neg Abs Reciprocal Min Max Sum Mean Mod Floor Ceil Round Sign Sin Cos And Or Not ' +
    'Xor Equal Greater GreaterOrEqual Less LessOrEqual Where IsNaN IsInf QLinearAdd QLinearMul BiasGelu CumSum BitShift',
  join: 'Concat Split Slice Gather GatherElements GatherND ScatterElements ScatterND Scatter QLinearConcat SplitToSequence',
  shape:
    'Reshape Flatten Transpose Squeeze Unsqueeze Expand Tile Pad Shape Size Cast CastLike Resize Upsample DepthToSpace ' +
    'SpaceToDepth Range Constant ConstantOfShape EyeLike OneHot NonZero ReverseSequence Trilu Compress CenterCropPad',
  recurrent: 'LSTM GRU RNN',
  quantization: 'QuantizeLinear DequantizeLinear DynamicQuantizeLinear',
  control: 'If Loop Scan SequenceAt SequenceConstruct SequenceInsert ConcatFromSequence Optional OptionalGetElement',
};

const familyOf = new Map(
  Object.entries(MEMBERS).flatMap(([family, names]) =>
    names.split(' ').map((name) => [name, family as OperatorFamily] as const),
  ),
);

export function toOperatorFamily(opType: string): OperatorFamily {
  return familyOf.get(opType) ?? 'other';
}

/** Operators that change values one by one: they are drawn under the layer whose only reader they are. */
export function isElementwise(opType: string): boolean {
  const family = toOperatorFamily(opType);
  return (
    (family === 'activation' && opType !== 'Softmax' && opType !== 'LogSoftmax' && opType !== 'Hardmax') ||
    family === 'quantization' ||
    ELEMENTWISE.has(opType)
  );
}

const ELEMENTWISE = new Set(
  (
    'BatchNormalization Dropout Identity Cast Add Sub Mul Div Pow Sqrt Exp Log Neg Abs Reciprocal Min Max Floor Ceil ' +
    'Round Sign'
  ).split(' '),
);
