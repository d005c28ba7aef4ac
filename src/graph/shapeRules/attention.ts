import { readInt, readInts } from '../attributes';
import type { OperatorCall, PartialShape, ShapeRule } from '../valueFacts';
import { shapeOf, typeOf } from '../valueFacts';
import { sameAsFirst } from './elementwise';

const divide = (size: number | null | undefined, by: number | undefined) =>
  size === null || size === undefined || by === undefined || by === 0 ? null : size / by;
const multiply = (a: number | null | undefined, b: number | null | undefined) =>
  a === null || a === undefined || b === null || b === undefined ? null : a * b;
const add = (a: number | null | undefined, b: number | null | undefined) =>
  a === null || a === undefined || b === null || b === undefined ? null : a + b;

/** com.microsoft Attention: data [N, T, I], weights [I, 3·H] → [N, T, V], present [2, N, heads, T + past, head size]. */
const packedAttention =
  (weights: number): ShapeRule =>
  (call) => {
    const data = shapeOf(call, 0);
    const declared = readInts(call.node, 'qkv_hidden_sizes');
    const width = declared?.[2] ?? divide(shapeOf(call, weights)?.[1], 3);
    const heads = readInt(call.node, 'num_heads');
    const past = shapeOf(call, 4);
    const total = past === null ? data?.[1] : add(data?.[1], past[3]);
    const present: PartialShape = [2, data?.[0] ?? null, heads ?? null, total ?? null, divide(width, heads)];
    const elementType = typeOf(call, weights === 1 ? 0 : 3);
    return [
      { shape: data && [data[0], data[1], width], elementType },
      { shape: present, elementType },
    ];
  };

/** Query [N, T, D] with separate key and value (com.microsoft MultiHeadAttention): the width is the value's. */
const multiHead: ShapeRule = (call) => {
  const query = shapeOf(call, 0);
  const value = shapeOf(call, 2);
  const elementType = typeOf(call, 0);
  const heads = readInt(call.node, 'num_heads');
  // Packed query [N, T, heads, 3, size] carries key and value with it.
  const width =
    query?.length === 5
      ? multiply(query[2], query[4])
      : value?.length === 4
        ? multiply(value[1], value[3])
        : (value?.[2] ?? query?.[2] ?? null);
  const keys = shapeOf(call, 1);
  const present: PartialShape = [query?.[0] ?? null, heads ?? null, keys?.[1] ?? null, divide(width, heads)];
  const isPlain = call.inputs[6] === undefined || call.inputs[6] === null;
  return [
    { shape: query && [query[0], query[1], width], elementType },
    { shape: isPlain ? present : null, elementType },
    { shape: isPlain ? present : null, elementType },
  ];
};

/** Query [N, T, heads·size] (key and value packed behind it when input 1 is left out), cache grows to an unknown length. */
const groupQuery: ShapeRule = (call) => {
  const query = shapeOf(call, 0);
  const elementType = typeOf(call, 0);
  const heads = readInt(call.node, 'num_heads');
  const groups = readInt(call.node, 'kv_num_heads');
  const packed = call.inputs[1] === null || call.inputs[1] === undefined;
  const total = heads !== undefined && groups !== undefined ? heads + 2 * groups : undefined;
  const size = divide(query?.[2], packed ? total : heads);
  const cache: PartialShape = [query?.[0] ?? null, groups ?? null, null, size];
  return [
    { shape: query && [query[0], query[1], multiply(size, heads)], elementType },
    { shape: cache, elementType },
    { shape: cache, elementType },
  ];
};

/** ai.onnx Attention (opset 23): 4-D [N, heads, T, size] or 3-D [N, T, heads·size] with head counts as attributes. */
const attention: ShapeRule = (call) => {
  const [query, key, value] = [shapeOf(call, 0), shapeOf(call, 1), shapeOf(call, 2)];
  const elementType = typeOf(call, 0);
  if (query === null || key === null || value === null) {
    return [{ shape: null, elementType }];
  }
  const flat = query.length === 3;
  const queryHeads = readInt(call.node, 'q_num_heads');
  const valueHeads = readInt(call.node, 'kv_num_heads');
  const heads = flat ? (queryHeads ?? null) : query[1];
  const groups = flat ? (valueHeads ?? null) : key[1];
  const [rows, columns] = flat ? [query[1], key[1]] : [query[2], key[2]];
  const keySize = flat ? divide(key[2], valueHeads) : key[3];
  const valueSize = flat ? divide(value[2], valueHeads) : value[3];
  const total = add(columns, shapeOf(call, 4)?.[2] ?? 0);
  return [
    { shape: flat ? [query[0], rows, multiply(heads, valueSize)] : [query[0], heads, rows, valueSize], elementType },
    { shape: [query[0], groups, total, keySize], elementType },
    { shape: [query[0], groups, total, valueSize], elementType },
    { shape: [query[0], heads, rows, total], elementType },
  ];
};

export const attentionRules: Readonly<Record<string, ShapeRule>> = {
  Attention: attention,
  RotaryEmbedding: sameAsFirst,
  'com.microsoft:RotaryEmbedding': sameAsFirst,
  'com.microsoft:Attention': packedAttention(1),
  'com.microsoft:QAttention': packedAttention(1),
  'com.microsoft:MultiHeadAttention': multiHead,
  'com.microsoft:GroupQueryAttention': groupQuery,
  'com.microsoft:RelativePositionBias': (call: OperatorCall) => [
    { shape: [1, shapeOf(call, 0)?.[1] ?? null, null, null], elementType: typeOf(call, 0) },
  ],
};
