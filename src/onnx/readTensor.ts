import { computeSizeBytes } from '../graph/elementTypes';
import type { ByteRange, ElementType, Model, TensorInfo } from '../graph/model';
import { UserError } from '../userError';
import type { NumericData } from './elementCodec';
import { decodeInto, getElementCodec } from './elementCodec';
import { createExternalDataError, locateExternalData } from './externalData';
import { openUnchanged } from './openModelFile';
import { readPayloadBytes, readRanges } from './payloadBytes';

export interface ReadTensorOptions {
  readonly signal?: AbortSignal | undefined;
}

interface StoredTensor {
  readonly elementType: ElementType;
  /** Row-major. */
  readonly dims: readonly number[];
  /**
   * Length product(dims); twice that for complex types, whose real and imaginary parts alternate. Integers and bool have
   * the array of their type (4- and 2-bit ones a byte per element), floats of 16 bits and less become float32.
   */
  readonly data: NumericData | string[];
}

/**
 * Reads a stored tensor's elements.
 *
 * Throws UserError: unsupportedTensor (no elements of that type can be shown), truncated (fewer or more bytes than the
 * dimensions ask for), externalDataMissing, fileChanged, fileNotFound, cancelled.
 */
export async function readTensor(
  model: Model,
  tensor: TensorInfo,
  { signal }: ReadTensorOptions = {},
): Promise<StoredTensor> {
  const { elementType, dims } = tensor;
  if (elementType === 'string') {
    return { elementType, dims, data: await readStrings(model, tensor, signal) };
  }
  const codec = getElementCodec(elementType);
  if (codec === null) {
    throw new UserError('unsupportedTensor', `Tensor "${tensor.name}" declares no element type that can be read.`);
  }
  const count = await checkPayload(model, tensor);
  const data = codec.create(count * codec.parts);
  let written = 0;
  for await (const bytes of readPayloadBytes(model, tensor, signal)) {
    written += decodeInto(elementType, bytes, data, written);
  }
  checkCount(tensor, written, data.length);
  return { elementType, dims, data };
}

/** The same as numbers in single precision; 64-bit values are rounded. Throws for strings and complex types as well. */
export async function readTensorAsFloat32(
  model: Model,
  tensor: TensorInfo,
  options: ReadTensorOptions = {},
): Promise<Float32Array> {
  requireRealNumbers(tensor);
  const { data } = await readTensor(model, tensor, options);
  return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number | bigint>, Number);
}

/** The same in pieces as double precision, so that memory stays flat however large the tensor is. */
export async function* iterateTensorAsFloat64(
  model: Model,
  tensor: TensorInfo,
  { signal }: ReadTensorOptions = {},
): AsyncGenerator<Float64Array> {
  const codec = requireRealNumbers(tensor);
  let left = await checkPayload(model, tensor);
  const count = left;
  for await (const bytes of readPayloadBytes(model, tensor, signal)) {
    const data = codec.create(Math.min(left, bytes.byteLength * 4)); // no element is smaller than 2 bits
    const written = decodeInto(tensor.elementType, bytes, data, 0);
    left -= written;
    yield toFloat64(data, written);
  }
  checkCount(tensor, count - left, count);
}

function toFloat64(data: NumericData, count: number): Float64Array {
  return data instanceof BigInt64Array || data instanceof BigUint64Array
    ? Float64Array.from(data.subarray(0, count) as ArrayLike<bigint>, Number)
    : new Float64Array(data.subarray(0, count));
}

function requireRealNumbers({ name, elementType }: TensorInfo): NonNullable<ReturnType<typeof getElementCodec>> {
  const codec = getElementCodec(elementType);
  if (codec === null || codec.parts !== 1) {
    throw new UserError('unsupportedTensor', `Tensor "${name}" holds ${elementType} elements, not real numbers.`);
  }
  return codec;
}

/** Number of elements, after making sure that the payload can hold them: hostile dimensions must not allocate. */
export async function checkPayload(model: Model, tensor: TensorInfo): Promise<number> {
  const { name, dims, elementType, payload } = tensor;
  const count = dims.reduce((product, size) => product * size, 1);
  if (dims.some((size) => size < 0) || !Number.isSafeInteger(count)) {
    throw new UserError('unsupportedTensor', `Tensor "${name}" has the impossible dimensions [${dims.join(', ')}].`);
  }
  const wanted = computeSizeBytes(elementType, count) ?? 0;
  const { least, most } = await computeAvailableBytes(model, tensor, wanted);
  if (payload.kind === 'external' && wanted > most) {
    throw createExternalDataError(model, [{ location: payload.location, tensors: [name], reason: 'tooShort' }]);
  }
  if (wanted < least || wanted > most) {
    const found = least === most ? String(most) : `at most ${most}`;
    throw new UserError(
      'truncated',
      `Tensor "${name}" of ${elementType} [${dims.join(', ')}] needs ${wanted} bytes, but the file has ${found}. ` +
        'Download or export the model again.',
    );
  }
  return count;
}

/** Bytes of raw layout that the payload can hold; a varint takes one byte to ten. */
async function computeAvailableBytes(
  model: Model,
  tensor: TensorInfo,
  wanted: number,
): Promise<{ readonly least: number; readonly most: number }> {
  const { payload, elementType } = tensor;
  if (payload.kind === 'none') {
    return { least: 0, most: 0 };
  }
  if (payload.kind === 'external') {
    const left = (await locateExternalData(model, tensor, payload)).sizeBytes - payload.offset;
    return payload.length === null
      ? { least: 0, most: left }
      : { least: payload.length, most: Math.min(payload.length, left) };
  }
  const found =
    payload.kind === 'inline' ? payload.bytes.byteLength : payload.ranges.reduce((sum, range) => sum + range.length, 0);
  const isVarint = payload.field === 'int32_data' || payload.field === 'int64_data' || payload.field === 'uint64_data';
  return isVarint
    ? { least: Math.min(wanted, found / 10), most: found * (computeSizeBytes(elementType, 1) ?? 1) }
    : { least: found, most: found };
}

function checkCount({ name }: TensorInfo, found: number, wanted: number): void {
  if (found !== wanted) {
    throw new UserError('truncated', `Tensor "${name}" has ${found} of its ${wanted} elements in the file.`);
  }
}

async function readStrings(model: Model, tensor: TensorInfo, signal: AbortSignal | undefined): Promise<string[]> {
  const { payload, name, dims } = tensor;
  const strings: string[] = [];
  if (payload.kind === 'inline' && payload.field === 'string_data') {
    for (const { offset, length } of findInlineStrings(payload.bytes)) {
      strings.push(Buffer.from(payload.bytes.subarray(offset, offset + length)).toString('utf8'));
    }
  } else if (payload.kind === 'file' && payload.field === 'string_data') {
    const handle = await openUnchanged(model);
    try {
      for await (const group of readRanges(handle, payload.ranges, signal)) {
        strings.push(...group.map((bytes) => Buffer.from(bytes).toString('utf8')));
      }
    } finally {
      await handle.close();
    }
  } else if (payload.kind !== 'none') {
    throw new UserError('unsupportedTensor', `Tensor "${name}" holds strings in a form that ONNX does not allow.`);
  }
  checkCount(
    tensor,
    strings.length,
    dims.reduce((count, size) => count * size, 1),
  );
  return strings;
}

/** Inline strings stand one after the other, each after its length as a varint of at most two bytes. */
function findInlineStrings(bytes: Uint8Array): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (let offset = 0; offset < bytes.byteLength;) {
    const first = bytes[offset];
    const isLong = first > 0x7f;
    const length = isLong ? (first & 0x7f) | (bytes[offset + 1] << 7) : first;
    ranges.push({ offset: offset + (isLong ? 2 : 1), length });
    offset += (isLong ? 2 : 1) + length;
  }
  return ranges;
}
