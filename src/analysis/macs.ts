import { readInt, readInts, readString } from '../graph/attributes';
import { parseEinsum } from '../graph/einsum';
import type { GraphNode } from '../graph/model';
import { operatorKey } from '../graph/shapeRules/table';
import type { PartialShape } from '../graph/valueFacts';
import { countElements, ShapeConflict } from '../graph/valueFacts';

/** Shape of a value by name; null when not even the rank is known. */
export type ShapeOf = (name: string) => PartialShape | null;

/** Multiply-accumulates of one node; null when a shape they depend on is not known. */
type MacRule = (node: GraphNode, shapeOf: ShapeOf) => number | null;

const multiply = (...factors: readonly (number | null | undefined)[]) =>
  factors.reduce<number | null>(
    (product, factor) => (product === null || factor === null || factor === undefined ? null : product * factor),
    1,
  );

const count = (shape: PartialShape | null | undefined) => (shape ? countElements(shape) : null);

function inputShape(node: GraphNode, shapeOf: ShapeOf, input: number): PartialShape | null {
  const name = node.inputs[input] ?? '';
  return name === '' ? null : shapeOf(name);
}

/** Every output element sums one filter: weights [M, C/group, …]. Padding counts, as dense kernels compute it. */
const convolution =
  (weights: number): MacRule =>
  (node, shapeOf) =>
    multiply(count(shapeOf(node.outputs[0])), count(inputShape(node, shapeOf, weights)?.slice(1)));

/** Every input element is spread by one filter: weights [C, M/group, …]. */
const transposedConvolution: MacRule = (node, shapeOf) =>
  multiply(count(inputShape(node, shapeOf, 0)), count(inputShape(node, shapeOf, 1)?.slice(1)));

/** Every output element sums over the inner dimension, the last one of the left operand. */
const matrixProduct =
  (left: number, transposed = 'transA'): MacRule =>
  (node, shapeOf) => {
    const shape = inputShape(node, shapeOf, left);
    const inner = shape && shape[shape.length - (readInt(node, transposed) === 1 ? 2 : 1)];
    return multiply(count(shapeOf(node.outputs[0])), inner);
  };

/** The product of all label sizes, when two operands are contracted over a label; otherwise nothing is accumulated. */
const einsum: MacRule = (node, shapeOf) => {
  const parsed = parseEinsum(
    readString(node, 'equation') ?? '',
    node.inputs.map((name) => shapeOf(name)),
  );
  if (parsed === null) {
    return null;
  }
  const contracted = [...parsed.sizes.keys()].filter((label) => !parsed.output.includes(label));
  const isProduct = contracted.some((label) => parsed.operands.filter((labels) => labels.includes(label)).length > 1);
  return isProduct ? multiply(...parsed.sizes.values()) : 0;
};

/** Per step and direction gates·H·(I + H): X [T, N, I], W [D, gates·H, I], R [D, gates·H, H]. */
const recurrent: MacRule = (node, shapeOf) => {
  const data = inputShape(node, shapeOf, 0);
  return multiply(data?.[0], data?.[1], add(count(inputShape(node, shapeOf, 1)), count(inputShape(node, shapeOf, 2))));
};

function add(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** Scores and their weighted sum, N·T·S·(heads·size) each, and the projection when weights [I, 3·D] are an input. */
const packedAttention: MacRule = (node, shapeOf) => {
  const [batch, rows, width] = inputShape(node, shapeOf, 0) ?? [];
  const projected = inputShape(node, shapeOf, 1)?.[1];
  const declared = readInts(node, 'qkv_hidden_sizes');
  const third = projected === null || projected === undefined ? null : projected / 3;
  const projection = multiply(batch, rows, width, projected);
  const scores = multiply(batch, rows, rows, declared?.[0] ?? third);
  return add(projection, add(scores, multiply(batch, rows, rows, declared?.[2] ?? third)));
};

/** Query, key and value are projected already: [N, T, D], or [N, heads, T, size]. */
const attention: MacRule = (node, shapeOf) => {
  const [query, key, value] = [0, 1, 2].map((input) => inputShape(node, shapeOf, input));
  if (query?.length === 4 && value?.length === 4) {
    const columns = value[2];
    return add(multiply(count(query), columns), multiply(query[0], query[1], query[2], columns, value[3]));
  }
  if (query?.length !== 3 || key?.length !== 3 || value?.length !== 3) {
    return null;
  }
  // With grouped heads each query head has its own product: the width that counts is the query's.
  return multiply(2, count(query), key[1]);
};

/** Weights packed to few bits: K and N are attributes. */
const packedProduct: MacRule = (node, shapeOf) => multiply(count(shapeOf(node.outputs[0])), readInt(node, 'K'));

const MAC_RULES: Readonly<Record<string, MacRule>> = {
  Conv: convolution(1),
  ConvInteger: convolution(1),
  QLinearConv: convolution(3),
  DeformConv: convolution(1),
  ConvTranspose: transposedConvolution,
  Gemm: matrixProduct(0),
  MatMul: matrixProduct(0),
  MatMulInteger: matrixProduct(0),
  QLinearMatMul: matrixProduct(0),
  Einsum: einsum,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
  Attention: attention,
  'com.microsoft:FusedConv': convolution(1),
  'com.microsoft:NhwcFusedConv': convolution(1),
  'com.microsoft:NhwcConv': convolution(1),
  'com.microsoft:QLinearConv': convolution(3),
  'com.microsoft:FusedMatMul': matrixProduct(0),
  'com.microsoft:TransposeMatMul': matrixProduct(0),
  'com.microsoft:FusedGemm': matrixProduct(0),
  'com.microsoft:GemmFastGelu': matrixProduct(0),
  'com.microsoft:QGemm': matrixProduct(0),
  'com.microsoft:DynamicQuantizeMatMul': matrixProduct(0),
  'com.microsoft:MatMulInteger16': matrixProduct(0),
  'com.microsoft:MatMulIntegerToFloat': matrixProduct(0),
  'com.microsoft:MatMulNBits': packedProduct,
  'com.microsoft:MatMulBnb4': packedProduct,
  'com.microsoft:MatMulFpQ4': packedProduct,
  'com.microsoft:DynamicQuantizeLSTM': recurrent,
  'com.microsoft:Attention': packedAttention,
  'com.microsoft:QAttention': packedAttention,
  'com.microsoft:MultiHeadAttention': attention,
  'com.microsoft:GroupQueryAttention': attention,
};

/**
 * Multiply-accumulates of a convolution, matrix product or linear layer at the given shapes, biases not counted;
 * 0 for any other operator (element-wise work, pooling, normalisation); null when a shape is missing.
 */
export function computeMacs(node: GraphNode, shapeOf: ShapeOf): number | null {
  const rule = MAC_RULES[operatorKey(node.domain, node.opType)];
  try {
    return rule === undefined ? 0 : rule(node, shapeOf);
  } catch (error) {
    // Shape inference has warned about the contradiction.
    if (error instanceof ShapeConflict) {
      return null;
    }
    throw error;
  }
}
