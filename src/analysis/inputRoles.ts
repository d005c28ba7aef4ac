import { isFloatType } from '../graph/elementTypes';
import { operatorKey } from '../graph/shapeRules/table';
import type { InitializerRole } from '../protocol/modelReport';
import type { Frame, TensorUse } from './tensorUses';

/** p parameter, s statistic, q quantization, c constant; one letter per input, the last one repeats. */
const ROLES_BY_POSITION: Readonly<Record<string, string>> = {
  Conv: 'cpp',
  ConvTranspose: 'cpp',
  DeformConv: 'cpcpc',
  ConvInteger: 'cpqq',
  QLinearConv: 'cqqpqqqqp',
  Gemm: 'ppp',
  MatMul: 'pp',
  Einsum: 'p',
  MatMulInteger: 'ppqq',
  QLinearMatMul: 'pqqpqqqq',
  BatchNormalization: 'cppss',
  InstanceNormalization: 'cpp',
  LayerNormalization: 'cpp',
  GroupNormalization: 'cpp',
  RMSNormalization: 'cp',
  SimplifiedLayerNormalization: 'cp',
  PRelu: 'cp',
  LSTM: 'cpppcccp',
  GRU: 'cpppc',
  RNN: 'cpppc',
  QuantizeLinear: 'cqq',
  DequantizeLinear: 'cqq',
  'com.microsoft:QuantizeLinear': 'cqq',
  'com.microsoft:DequantizeLinear': 'cqq',
  'com.microsoft:FusedConv': 'cppc',
  'com.microsoft:NhwcFusedConv': 'cppc',
  'com.microsoft:NhwcConv': 'cpp',
  'com.microsoft:QLinearConv': 'cqqpqqqqp',
  'com.microsoft:FusedMatMul': 'pp',
  'com.microsoft:TransposeMatMul': 'pp',
  'com.microsoft:FusedGemm': 'ppp',
  'com.microsoft:GemmFastGelu': 'ppp',
  'com.microsoft:QGemm': 'pqqpqqpqq',
  'com.microsoft:DynamicQuantizeMatMul': 'cpqqp',
  'com.microsoft:MatMulIntegerToFloat': 'ppqqqqp',
  'com.microsoft:MatMulNBits': 'cpqqcp',
  'com.microsoft:MatMulBnb4': 'cpq',
  'com.microsoft:DynamicQuantizeLSTM': 'cpppccccqqqq',
  'com.microsoft:Attention': 'cppc',
  'com.microsoft:QAttention': 'cppqqcqqc',
  'com.microsoft:MultiHeadAttention': 'cccpc',
  'com.microsoft:LayerNormalization': 'cpp',
  'com.microsoft:SkipLayerNormalization': 'ccppp',
  'com.microsoft:SkipSimplifiedLayerNormalization': 'ccpp',
  'com.microsoft:EmbedLayerNormalization': 'ccpppppc',
  'com.microsoft:GroupNorm': 'cpp',
  'com.microsoft:SkipGroupNorm': 'cppcp',
  'com.microsoft:BiasGelu': 'cp',
  'com.microsoft:FastGelu': 'cp',
  'com.microsoft:BiasAdd': 'cpc',
  'com.microsoft:QLinearAdd': 'pqqpqqqq',
  'com.microsoft:QLinearMul': 'pqqpqqqq',
  'com.microsoft:QLinearConcat': 'qqcqqcqqcqqcqqcqqcqqcqqcqqcqqcqq',
  'com.microsoft:QLinearGlobalAveragePool': 'cq',
  'com.microsoft:QLinearAveragePool': 'cq',
  'com.microsoft:QLinearSigmoid': 'cq',
  'com.microsoft:QLinearLeakyRelu': 'cq',
  'com.microsoft:QLinearSoftmax': 'cq',
};

const ROLE_OF_LETTER: Readonly<Record<string, InitializerRole>> = {
  p: 'parameter',
  s: 'statistic',
  q: 'quantization',
  c: 'constant',
};

/** Operators through which learned vectors enter the data: biases, scales, tokens, position embeddings. */
const LEARNED_OPERANDS = new Set(['Add', 'Mul', 'Sum', 'Concat']);
/** Operators through which a mean is taken off and a deviation divided out. */
const STATISTIC_OPERANDS = new Set(['Sub', 'Div']);
/** Element-wise operators that may stand between the image and its normalisation. */
const IMAGE_PREPARATION = new Set(['Cast', 'Transpose', 'Unsqueeze', 'Identity', 'Add', 'Sub', 'Mul', 'Div']);

/** The role a stored tensor plays where it is used; `elements`: how many it has. */
export function findRole(use: TensorUse, elements: number, rank: number): InitializerRole {
  const { node, input } = use;
  const letters = ROLES_BY_POSITION[operatorKey(node.domain, node.opType)];
  if (letters !== undefined) {
    const role = ROLE_OF_LETTER[letters[Math.min(input, letters.length - 1)]];
    // A number that only takes part in computing a weight (an epsilon, a gain) is no weight.
    return role === 'parameter' && !use.direct && elements === 1 ? 'constant' : role;
  }
  if (use.elementType === null || !isFloatType(use.elementType)) {
    return 'constant';
  }
  if (elements === 1) {
    return rank > 0 && node.opType === 'Add' && followsMatrixProduct(use) ? 'parameter' : 'constant';
  }
  if (LEARNED_OPERANDS.has(node.opType)) {
    return elements <= 4 && preparesImage(use) ? 'statistic' : 'parameter';
  }
  if (STATISTIC_OPERANDS.has(node.opType)) {
    return 'statistic';
  }
  const isTable = node.opType === 'Gather' && input === 0 && rank > 1;
  return isTable || node.domain !== '' ? 'parameter' : 'constant';
}

/** The bias of a linear layer with one output: [1] added to a matrix product. */
function followsMatrixProduct({ node, input, frame }: TensorUse): boolean {
  const other = frame.index.producerOf.get(node.inputs[1 - input] ?? '');
  return other !== undefined && ['MatMul', 'MatMulInteger', 'FusedMatMul'].includes(other.opType);
}

/** Normalisation of the image inside the model: per-channel numbers right behind a graph input. */
function preparesImage({ node, input, frame }: TensorUse): boolean {
  return node.inputs.length === 2 && comesFromInput(node.inputs[1 - input], frame, 8);
}

function comesFromInput(name: string, frame: Frame, depth: number): boolean {
  const producer = frame.index.producerOf.get(name);
  if (producer === undefined) {
    return frame.parent === null && (frame.graph?.inputs.some((input) => input.name === name) ?? false);
  }
  const source = producer.inputs.find((input) => !frame.constants.has(input));
  return (
    depth > 0 &&
    IMAGE_PREPARATION.has(producer.opType) &&
    source !== undefined &&
    comesFromInput(source, frame, depth - 1)
  );
}
