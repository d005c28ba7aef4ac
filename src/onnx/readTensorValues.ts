import { computeSizeBytes } from '../graph/elementTypes';
import type { Model, Payload, TensorInfo } from '../graph/model';
import type { TensorValues } from '../protocol/messages';
import { UserError } from '../userError';
import { decodeInto, getElementCodec } from './elementCodec';
import { readPayloadBytes } from './payloadBytes';
import { checkPayload, readTensor, type ReadTensorOptions } from './readTensor';

/** More are not sent at once. */
const MOST_VALUES = 1024 * 1024;
/** Small elements share bytes: whole groups of this many elements start at a byte. */
const GROUP = 8;
/** Fields whose elements have a fixed width, so that one can go straight to any of them. */
const FIXED_WIDTH = new Set(['raw_data', 'float_data', 'double_data']);

export interface ValueRange {
  readonly offset: number;
  readonly count: number;
}

/**
 * Some elements of a stored tensor. Reads no more of the file than they take, save from the fields that store varints,
 * which are read from their beginning. Throws UserError as readTensor does, and badArgument for a range that is not in the tensor.
 */
export async function readTensorValues(
  model: Model,
  tensor: TensorInfo,
  { offset, count }: ValueRange,
  { signal }: ReadTensorOptions = {},
): Promise<TensorValues> {
  const codec = getElementCodec(tensor.elementType);
  if (codec === null) {
    const { data } = await readTensor(model, tensor, { signal });
    return { offset, values: Array.from(data as ArrayLike<unknown>, String).slice(offset, offset + count) };
  }
  const total = await checkPayload(model, tensor);
  if (!(offset >= 0 && count >= 0 && count <= MOST_VALUES && offset + count <= total)) {
    throw new UserError(
      'badArgument',
      `Tensor "${tensor.name}" has ${total} elements, not ${count} from ${offset} on.`,
    );
  }
  const start = offset - (offset % GROUP);
  const { tensor: part, skip } = cut(tensor, start, Math.min(total, offset + count) - start);
  const wanted = codec.create(count * codec.parts);
  let position = (skip - offset) * codec.parts; // of the next number, in `wanted`
  for await (const bytes of readPayloadBytes(model, part, signal)) {
    const numbers = codec.create(Math.min(total * codec.parts, bytes.byteLength * 4)); // no element is smaller than 2 bits
    const decoded = decodeInto(tensor.elementType, bytes, numbers, 0);
    const from = Math.max(0, -position);
    const until = Math.min(decoded, wanted.length - position);
    for (let index = from; index < until; index++) {
      wanted[position + index] = numbers[index];
    }
    position += decoded;
    if (position >= wanted.length) {
      break;
    }
  }
  return { offset, values: toPlain(wanted, codec.parts) };
}

/** The tensor with only these elements, where they can be found without reading the rest. `skip`: its first element. */
function cut(tensor: TensorInfo, start: number, count: number): { readonly tensor: TensorInfo; readonly skip: number } {
  const { payload, elementType } = tensor;
  const before = computeSizeBytes(elementType, start) ?? 0;
  const length = computeSizeBytes(elementType, count) ?? 0;
  const cutPayload = toPart(payload, before, length);
  return cutPayload === null
    ? { tensor, skip: 0 }
    : { tensor: { ...tensor, dims: [count], payload: cutPayload }, skip: start };
}

function toPart(payload: Payload, before: number, length: number): Payload | null {
  switch (payload.kind) {
    case 'external':
      return { ...payload, offset: payload.offset + before, length };
    case 'inline':
      return FIXED_WIDTH.has(payload.field)
        ? { ...payload, bytes: payload.bytes.subarray(before, before + length) }
        : null;
    case 'file':
      return FIXED_WIDTH.has(payload.field) ? { ...payload, ranges: cutRanges(payload.ranges, before, length) } : null;
    case 'none':
      return null;
  }
}

function cutRanges(
  ranges: readonly { readonly offset: number; readonly length: number }[],
  before: number,
  length: number,
): { offset: number; length: number }[] {
  let position = 0;
  return ranges.flatMap((range) => {
    const from = Math.max(0, before - position);
    const until = Math.min(range.length, before + length - position);
    position += range.length;
    return until > from ? [{ offset: range.offset + from, length: until - from }] : [];
  });
}

function toPlain(values: ArrayLike<number | bigint>, parts: 1 | 2): Float64Array | string[] {
  if (parts === 2) {
    return Array.from({ length: values.length / 2 }, (_, index) => {
      const [real, imaginary] = [Number(values[2 * index]), Number(values[2 * index + 1])];
      return `${real}${imaginary < 0 ? '−' : '+'}${Math.abs(imaginary)}i`;
    });
  }
  const numbers = Array.from(values);
  const isExact = numbers.every((value) => typeof value === 'number' || Number.isSafeInteger(Number(value)));
  return isExact ? Float64Array.from(numbers, Number) : numbers.map(String);
}
