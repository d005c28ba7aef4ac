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

/** With `transBatchA` the rows stand in front of the batch. */
const fusedProduct: MacRule = (node, shapeOf) => {
  const rowsFirst = readInt(node, 'transBatchA') === 1 && readInt(node, 'transA') === 1;
  return rowsFirst
    ? multiply(count(shapeOf(node.outputs[0])), inputShape(node, shapeOf, 0)?.[0])
    : matrixProduct(0)(node, shapeOf);
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

/** Scores and their weighted sum, N·T·S·(heads·size) each, and the projection by weights [I, 3·D]. */
const packedAttention =
  (past: number): MacRule =>
  (node, shapeOf) => {
    const [batch, rows, width] = inputShape(node, shapeOf, 0) ?? [];
    const projected = inputShape(node, shapeOf, 1)?.[1] ?? null;
    const declared = readInts(node, 'qkv_hidden_sizes');
    const third = projected === null ? null : projected / 3;
    const earlier = (node.inputs[past] ?? '') === '' ? 0 : (inputShape(node, shapeOf, past)?.[3] ?? null);
    const keys = add(rows ?? null, earlier);
    const scores = multiply(batch, rows, keys, declared?.[0] ?? third);
    const sums = multiply(batch, rows, keys, declared?.[2] ?? third);
    return add(multiply(batch, rows, width, projected), add(scores, sums));
  };

/**
 * Query, key and value are projected already: [N, T, heads·size], or [N, heads, T, size]. Each row of the query meets
 * every key, each row of the output every value; with grouped heads too, as each query head has its own products.
 */
const attention =
  (past: number): MacRule =>
  (node, shapeOf) => {
    const query = inputShape(node, shapeOf, 0);
    const output = count(shapeOf(node.outputs[0]));
    // Key and value may be packed into the query: [N, T, heads, 3, size], or behind it as further heads.
    const alone = (node.inputs[1] ?? '') === '' || query?.length === 5 ? output : count(query);
    return multiply(countKeys(node, shapeOf, past), add(alone, output));
  };

/** Positions that a query attends to, those of the past included. */
function countKeys(node: GraphNode, shapeOf: ShapeOf, past: number): number | null {
  const present = (node.outputs[1] ?? '') === '' ? null : (shapeOf(node.outputs[1])?.[2] ?? null);
  if (present !== null) {
    return present;
  }
  const key = inputShape(node, shapeOf, (node.inputs[1] ?? '') === '' ? 0 : 1);
  const earlier = (node.inputs[past] ?? '') === '' ? 0 : (inputShape(node, shapeOf, past)?.[2] ?? null);
  return add(key?.[key.length === 4 ? 2 : 1] ?? null, earlier);
}

/** Per token: each key-value head updates its state [d_k, d_v] (delta rules read it before), each query head reads it. */
const linearAttention: MacRule = (node, shapeOf) => {
  const [batch, steps] = inputShape(node, shapeOf, 0) ?? [];
  const [groups, keySize, valueSize] = shapeOf(node.outputs[1])?.slice(-3) ?? [];
  const updates = (readString(node, 'update_rule') ?? 'gated_delta').includes('delta') ? 2 : 1;
  const heads = add(readInt(node, 'q_num_heads') ?? null, multiply(updates, groups));
  return multiply(batch, steps, heads, keySize, valueSize);
};

/** Depends on which tokens belong together, or which weights are chosen: only a run tells. */
const unknown: MacRule = () => null;

/** Weights packed to few bits: K and N are attributes. */
const packedProduct: MacRule = (node, shapeOf) => multiply(count(shapeOf(node.outputs[0])), readInt(node, 'K'));

/** The same rows of the input by the weights of query, key and value. */
const packedProjections: MacRule = (node, shapeOf) =>
  [0, 1, 2].reduce<number | null>(
    (sum, output) => add(sum, multiply(count(shapeOf(node.outputs[output])), readInt(node, 'K'))),
    0,
  );

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
  Attention: attention(4),
  LinearAttention: linearAttention,
  'com.microsoft:LinearAttention': linearAttention,
  CausalConvWithState: convolution(1),
  'com.microsoft:CausalConvWithState': convolution(1),
  'ai.onnx.preview:FlexAttention': attention(Infinity),
  'com.microsoft:FusedConv': convolution(1),
  'com.microsoft:NhwcFusedConv': convolution(1),
  'com.microsoft:NhwcConv': convolution(1),
  'com.ms.internal.nhwc:Conv': convolution(1),
  'com.microsoft:ConvTransposeWithDynamicPads': transposedConvolution,
  'com.microsoft:QLinearConv': convolution(3),
  'com.microsoft:FusedMatMul': fusedProduct,
  'com.microsoft:TransposeMatMul': fusedProduct,
  'com.microsoft:FusedMatMulActivation': fusedProduct,
  'com.microsoft:FusedGemm': matrixProduct(0),
  'com.microsoft:GemmFastGelu': matrixProduct(0),
  'com.microsoft:GemmFloat8': matrixProduct(0),
  'com.microsoft:CDist': matrixProduct(0),
  'com.microsoft:QGemm': matrixProduct(0),
  'com.microsoft:DynamicQuantizeMatMul': matrixProduct(0),
  'com.microsoft:MatMulInteger16': matrixProduct(0),
  'com.microsoft:MatMulIntegerToFloat': matrixProduct(0),
  'com.microsoft:MatMulNBits': packedProduct,
  'com.microsoft:MatMulBnb4': packedProduct,
  'com.microsoft:MatMulFpQ4': packedProduct,
  'com.microsoft:MatMulPacked': packedProduct,
  'com.microsoft:MatMulNBitsMlp': (node, shapeOf) => multiply(2, packedProduct(node, shapeOf)),
  'com.microsoft:MatMulNBitsQkv': packedProjections,
  'com.microsoft:DynamicQuantizeLSTM': recurrent,
  'com.microsoft:Attention': packedAttention(4),
  'com.microsoft:QAttention': packedAttention(8),
  'com.microsoft:MultiHeadAttention': attention(6),
  'com.microsoft:DecoderMaskedMultiHeadAttention': attention(5),
  'com.microsoft:GroupQueryAttention': attention(3),
  'com.microsoft:PackedAttention': unknown,
  'com.microsoft:PackedMultiHeadAttention': unknown,
  'com.microsoft:SparseAttention': unknown,
  'com.microsoft:LongformerAttention': unknown,
  'com.microsoft:MoE': unknown,
  'com.microsoft:QMoE': unknown,
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
