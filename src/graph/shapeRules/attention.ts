import { readInt, readInts } from '../attributes';
import type { OperatorCall, OutputFacts, PartialShape, ShapeRule } from '../valueFacts';
import { hasInput, numbersOf, shapeOf, typeOf } from '../valueFacts';
import { sameAsFirst } from './elementwise';

const divide = (size: number | null | undefined, by: number | undefined) =>
  size === null || size === undefined || by === undefined || by === 0 ? null : size / by;
const multiply = (a: number | null | undefined, b: number | null | undefined) =>
  a === null || a === undefined || b === null || b === undefined ? null : a * b;
const add = (a: number | null | undefined, b: number | null | undefined) =>
  a === null || a === undefined || b === null || b === undefined ? null : a + b;

/** Where an operator of packed attention has its past, and which input's type its outputs have. */
interface PackedInputs {
  readonly past: number;
  readonly typed: number;
}

/** com.microsoft Attention: data [N, T, I], weights [I, 3·H] → [N, T, V], present [2, N, heads, T + past, head size]. */
const packedAttention =
  ({ past, typed }: PackedInputs): ShapeRule =>
  (call) => {
    const data = shapeOf(call, 0);
    const declared = readInts(call.node, 'qkv_hidden_sizes');
    const width = declared?.[2] ?? divide(shapeOf(call, 1)?.[1], 3);
    const heads = readInt(call.node, 'num_heads');
    const total = add(data?.[1], hasInput(call, past) ? shapeOf(call, past)?.[3] : 0);
    const present: PartialShape = [2, data?.[0] ?? null, heads ?? null, total, divide(width, heads)];
    const elementType = typeOf(call, typed);
    return [
      { shape: data && [...data.slice(0, -1), width], elementType },
      { shape: present, elementType },
    ];
  };

/** Width of what comes out of query (input 0), key and value: the value's, heads put side by side. */
function outputWidth(call: OperatorCall): number | null {
  const query = shapeOf(call, 0);
  const value = shapeOf(call, 2);
  // Packed query [N, T, heads, 3, size], or packed key [N, S, heads, 2, size], carries the rest with it.
  const packed = query?.length === 5 ? query : shapeOf(call, 1)?.length === 5 ? shapeOf(call, 1) : null;
  if (packed !== null) {
    return multiply(packed[2], packed[4]);
  }
  return value?.length === 4 ? multiply(value[1], value[3]) : (value?.[value.length - 1] ?? query?.[2] ?? null);
}

/** Query [N, T, D] with separate key and value (com.microsoft MultiHeadAttention): the width is the value's. */
const multiHead: ShapeRule = (call) => {
  const query = shapeOf(call, 0);
  const elementType = typeOf(call, 0);
  const heads = readInt(call.node, 'num_heads');
  const width = outputWidth(call);
  const rows = query?.length === 5 ? query[1] : (shapeOf(call, 1)?.[shapeOf(call, 1)?.length === 4 ? 2 : 1] ?? null);
  const present = (past: number, size: number | null): OutputFacts => {
    const total = hasInput(call, past) ? add(rows, shapeOf(call, past)?.[2]) : rows;
    // A length in input 8 says that the cache is written in place.
    const shape = hasInput(call, 8) ? shapeOf(call, past) : [query?.[0] ?? null, heads ?? null, total, size];
    return { shape, elementType };
  };
  const querySize = query?.length === 5 ? query[4] : divide(query?.[2], heads);
  return [
    { shape: query && [query[0], query[1], width], elementType },
    present(6, querySize),
    present(7, divide(width, heads)),
  ];
};

/** One step of decoding: the cache (inputs 5 and 6) is written in place, or grows by one. */
const decoderStep: ShapeRule = (call) => {
  const query = shapeOf(call, 0);
  const elementType = typeOf(call, 0);
  const inPlace = readInt(call.node, 'past_present_share_buffer') === 1;
  const present = (input: number): OutputFacts => {
    const past = shapeOf(call, input);
    return { shape: past && [past[0], past[1], inPlace ? past[2] : add(past[2], 1), past[3]], elementType };
  };
  return [{ shape: query && [query[0], query[1], outputWidth(call)], elementType }, present(5), present(6)];
};

/** Query [N, T, heads·size], key and value packed behind it when input 1 is left out; a cache for each. */
const groupQuery: ShapeRule = (call) => {
  const query = shapeOf(call, 0);
  const elementType = typeOf(call, 0);
  const heads = readInt(call.node, 'num_heads');
  const groups = readInt(call.node, 'kv_num_heads');
  const total = heads !== undefined && groups !== undefined ? heads + 2 * groups : undefined;
  const size = divide(query?.[2], hasInput(call, 1) ? heads : total);
  const cache: PartialShape = [query?.[0] ?? null, groups ?? null, cacheLength(call), size];
  return [
    { shape: query && [query[0], query[1], multiply(size, heads)], elementType },
    { shape: cache, elementType },
    { shape: cache, elementType },
  ];
};

/** As long as the past (input 3), or as all tokens (input 6) where those are more. */
function cacheLength(call: OperatorCall): number | null {
  const total = numbersOf(call, 6)?.[0] ?? null;
  const past = hasInput(call, 3) ? (shapeOf(call, 3)?.[2] ?? null) : 0;
  return total === null || past === null ? null : Math.max(past, total);
}

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

/** [N, heads, T, size], with the size of the value. */
const flexAttention: ShapeRule = (call) => {
  const query = shapeOf(call, 0);
  return [{ shape: query && [...query.slice(0, 3), shapeOf(call, 2)?.[3] ?? null], elementType: typeOf(call, 0) }];
};

/**
 * Packed query [N, T, heads·d_k] and value [N, T, groups·d_v]; the state is [N, groups, d_k, d_v]. com.microsoft's has as
 * many heads as there are queries or groups, whichever is more, and may keep `state_window` states.
 */
const linearAttention: ShapeRule = (call) => {
  const query = shapeOf(call, 0);
  const heads = readInt(call.node, 'q_num_heads');
  const groups = readInt(call.node, 'kv_num_heads');
  const size = divide(shapeOf(call, 2)?.[2], groups);
  const elementType = typeOf(call, 0);
  const shown = call.node.domain === '' ? heads : Math.max(heads ?? NaN, groups ?? NaN);
  const states = readInt(call.node, 'state_window') ?? 0;
  return [
    { shape: query && [query[0], query[1], multiply(shown, size)], elementType },
    {
      shape: [...(states > 0 ? [states] : []), query?.[0] ?? null, groups ?? null, divide(query?.[2], heads), size],
      elementType: typeOf(call, 3) ?? elementType,
    },
  ];
};

export const attentionRules: Readonly<Record<string, ShapeRule>> = {
  Attention: attention,
  LinearAttention: linearAttention,
  'com.microsoft:LinearAttention': linearAttention,
  'ai.onnx.preview:FlexAttention': flexAttention,
  RotaryEmbedding: sameAsFirst,
  'com.microsoft:RotaryEmbedding': sameAsFirst,
  'com.microsoft:Attention': packedAttention({ past: 4, typed: 0 }),
  'com.microsoft:PackedAttention': packedAttention({ past: Infinity, typed: 0 }),
  'com.microsoft:QAttention': packedAttention({ past: 8, typed: 3 }),
  'com.microsoft:MultiHeadAttention': multiHead,
  'com.microsoft:DecoderMaskedMultiHeadAttention': decoderStep,
  'com.microsoft:GroupQueryAttention': groupQuery,
  'com.microsoft:SparseAttention': groupQuery,
  'com.microsoft:RelativePositionBias': (call: OperatorCall) => [
    {
      shape: [1, shapeOf(call, 0)?.[1] ?? null, numbersOf(call, 1)?.[0] ?? null, numbersOf(call, 2)?.[0] ?? null],
      elementType: typeOf(call, 0),
    },
  ],
};
