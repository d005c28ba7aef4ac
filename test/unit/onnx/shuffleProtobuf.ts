/**
 * Rewrites a serialized ONNX model in another spelling that means the same: fields in another order, sub-messages split
 * where they merge, repeated numbers packed, alone or in chunks, unknown fields in between.
 */

export type Random = () => number;

/** mulberry32: seeded, so that a failure can be repeated. */
export function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Schema {
  /** Field → the message it holds. */
  readonly messages: Readonly<Record<number, () => Schema>>;
  /** Repeated numbers, which may be packed. */
  readonly scalars: readonly number[];
  /** Message fields that occur once and merge when they are split. */
  readonly merging: readonly number[];
}

const schema = (
  messages: Schema['messages'] = {},
  scalars: readonly number[] = [],
  merging: readonly number[] = [],
): Schema => ({ messages, scalars, merging });

const leaf = (): Schema => schema();
const tensor = (): Schema => schema({ 13: leaf }, [1, 4, 5, 7, 10, 11]);
const attribute = (): Schema => schema({ 5: tensor, 6: graph, 10: tensor, 11: graph }, [7, 8], [5]);
const node = (): Schema => schema({ 5: attribute });
const dimensions = (): Schema => schema({ 1: leaf });
const tensorType = (): Schema => schema({ 2: dimensions }, [], [2]);
const type = (): Schema => schema({ 1: tensorType }, [], [1]);
const value = (): Schema => schema({ 2: type }, [], [2]);
function graph(): Schema {
  return schema({ 1: node, 5: tensor, 11: value, 12: value, 13: value });
}
const modelSchema = schema({ 7: graph, 8: leaf, 14: leaf }, [], [7]);

interface Field {
  readonly number: number;
  readonly wireType: number;
  readonly content: Buffer;
}

export function shuffleModel(bytes: Uint8Array, random: Random): Buffer {
  return shuffleMessage(Buffer.from(bytes), modelSchema, random);
}

function shuffleMessage(bytes: Buffer, { messages, scalars, merging }: Schema, random: Random): Buffer {
  let fields = parseFields(bytes).map((field): Field => {
    const nested = messages[field.number];
    return nested === undefined ? field : { ...field, content: shuffleMessage(field.content, nested(), random) };
  });
  fields = fields.flatMap((field) => (merging.includes(field.number) ? splitMessage(field, random) : [field]));
  for (const number of scalars) {
    fields = respellScalars(fields, number, random);
  }
  if (random() < 0.3) {
    fields.push({ number: 1000 + Math.floor(random() * 1000), wireType: 2, content: Buffer.alloc(random() * 2000) });
  }
  return writeFields(interleave(fields, random));
}

/** Keeps the order of fields with the same number, which means something, and no other. */
function interleave(fields: readonly Field[], random: Random): Field[] {
  const order = fields.map((field) => ({ field, key: random() })).sort((a, b) => a.key - b.key);
  const queues = new Map<number, Field[]>();
  for (const field of fields) {
    queues.set(field.number, [...(queues.get(field.number) ?? []), field]);
  }
  return order.map(({ field }) => queues.get(field.number)!.shift()!);
}

function splitMessage(field: Field, random: Random): Field[] {
  const inner = parseFields(field.content);
  const cut = Math.floor(random() * (inner.length + 1));
  return [inner.slice(0, cut), inner.slice(cut)].map((part) => ({ ...field, content: writeFields(part) }));
}

/** One by one, all packed, or a mixture of both. */
function respellScalars(fields: readonly Field[], number: number, random: Random): Field[] {
  const singles = fields.filter((field) => field.number === number && field.wireType !== 2);
  const others = fields.filter((field) => field.number !== number || field.wireType === 2);
  const result: Field[] = [];
  for (let index = 0; index < singles.length;) {
    const count = random() < 0.5 ? 1 : 1 + Math.floor(random() * 4);
    const chunk = singles.slice(index, index + count);
    index += count;
    const isPacked = chunk.length > 1 || random() < 0.5;
    result.push(
      isPacked ? { number, wireType: 2, content: Buffer.concat(chunk.map((field) => field.content)) } : chunk[0],
    );
  }
  return [...others, ...result];
}

function parseFields(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  for (let position = 0; position < bytes.length;) {
    const tag = readVarint(bytes, position);
    const wireType = tag.value & 7;
    let start = tag.end;
    let end: number;
    if (wireType === 0) {
      end = readVarint(bytes, start).end;
    } else if (wireType === 2) {
      const length = readVarint(bytes, start);
      start = length.end;
      end = start + length.value;
    } else {
      end = start + (wireType === 5 ? 4 : 8);
    }
    fields.push({ number: tag.value >>> 3, wireType, content: bytes.subarray(start, end) });
    position = end;
  }
  return fields;
}

function writeFields(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(({ number, wireType, content }) => [
      writeVarint(number * 8 + wireType),
      ...(wireType === 2 ? [writeVarint(content.length)] : []),
      content,
    ]),
  );
}

function readVarint(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  let end = start;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[end++];
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      return { value, end };
    }
  }
}

function writeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) + 128);
  }
  return Buffer.from([...bytes, rest]);
}
