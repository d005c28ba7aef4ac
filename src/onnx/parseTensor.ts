import { computeSizeBytes, toElementType } from '../graph/elementTypes';
import type { ByteRange, Payload, PayloadField, SparseTensorInfo, TensorInfo } from '../graph/model';
import { INLINE_PAYLOAD_BYTES } from './limits';
import { parseStringPair } from './parseStringPair';
import type { StructureReader } from './structureReader';

/** A TensorProto while its fields arrive, in any order and possibly in several messages. */
export interface TensorParts {
  name: string;
  dataType: number;
  readonly dims: number[];
  /** The field that holds the elements; null: none so far. */
  field: PayloadField | null;
  readonly ranges: ByteRange[];
  externalData: Map<string, string> | null;
  isExternal: boolean;
  /** The last message that holds documentation or metadata. */
  notes: ByteRange | null;
}

export function createTensorParts(): TensorParts {
  return {
    name: '',
    dataType: 0,
    dims: [],
    field: null,
    ranges: [],
    externalData: null,
    isExternal: false,
    notes: null,
  };
}

export function parseTensor(structure: StructureReader): TensorInfo {
  const parts = createTensorParts();
  parseTensorInto(structure, parts);
  return finishTensor(structure, parts);
}

/** Adds one TensorProto message to what is known of the tensor. Field numbers: onnx.proto. */
export function parseTensorInto(structure: StructureReader, parts: TensorParts): void {
  const { reader } = structure;
  const outer = reader.enter();
  const offset = reader.position;
  let hasNotes = false;
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    switch (tag) {
      case 0x08: // dims = 1, one by one
      case 0x0a: // dims = 1, packed
        reader.readScalars(tag, () => parts.dims.push(reader.readInt()));
        break;
      case 0x10: // data_type = 2
        parts.dataType = reader.readInt();
        break;
      case 0x42: // name = 8
        parts.name = reader.readName();
        break;
      case 0x6a: // external_data = 13
        parts.externalData ??= new Map();
        parseStringPair(reader, parts.externalData);
        break;
      case 0x70: // data_location = 14
        parts.isExternal = reader.readInt() === 1;
        break;
      case 0x62: // doc_string = 12
      case 0x82: // metadata_props = 16
        hasNotes = reader.skipContent().length > 0 || hasNotes;
        break;
      default:
        parsePayloadField(structure, tag, parts);
    }
  }
  if (hasNotes) {
    parts.notes = { offset, length: reader.position - offset };
  }
  reader.leave(outer);
}

/** Tag → payload field; the typed fields occur packed (wire type 2) and one by one. */
const PAYLOAD_TAGS: ReadonlyMap<number, PayloadField> = new Map([
  [0x4a, 'raw_data'],
  [0x22, 'float_data'],
  [0x25, 'float_data'],
  [0x2a, 'int32_data'],
  [0x28, 'int32_data'],
  [0x32, 'string_data'],
  [0x3a, 'int64_data'],
  [0x38, 'int64_data'],
  [0x52, 'double_data'],
  [0x51, 'double_data'],
  [0x5a, 'uint64_data'],
  [0x58, 'uint64_data'],
]);

function parsePayloadField({ reader }: StructureReader, tag: number, parts: TensorParts): void {
  const field = PAYLOAD_TAGS.get(tag);
  if (field === undefined) {
    reader.skip(tag);
    return;
  }
  const range = reader.skipScalars(tag);
  if (field === 'raw_data') {
    parts.ranges.length = 0; // does not repeat, so the last one wins; ONNX Runtime prefers it to the typed fields
    parts.field = field;
  }
  parts.field ??= field;
  if (parts.field === field) {
    reader.budget.countItem(range.offset);
    parts.ranges.push(range);
  }
}

export function finishTensor(structure: StructureReader, parts: TensorParts): TensorInfo {
  structure.reader.budget.countTensor(structure.reader.position);
  const elementType = toElementType(parts.dataType);
  const tensor: TensorInfo = {
    name: parts.name,
    elementType: elementType ?? 'undefined',
    dims: parts.dims,
    payload: parts.isExternal ? toExternalPayload(parts.externalData) : toPayload(structure, parts),
  };
  if (elementType === null) {
    structure.warn(`Tensor "${parts.name}" has element type ${parts.dataType}, which this version does not know.`);
  } else {
    checkSize(structure, tensor);
  }
  return parts.notes === null ? tensor : { ...tensor, notes: parts.notes };
}

function toExternalPayload(entries: ReadonlyMap<string, string> | null): Payload {
  return {
    kind: 'external',
    location: entries?.get('location') ?? '',
    offset: toByteCount(entries?.get('offset')) ?? 0,
    length: toByteCount(entries?.get('length')),
  };
}

/** Decimal digits as the specification writes them; null when absent or malformed. */
function toByteCount(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : null;
}

function toPayload({ reader }: StructureReader, { field, ranges }: TensorParts): Payload {
  if (field === null) {
    return { kind: 'none' };
  }
  // A length byte or two for each string.
  const overhead = field === 'string_data' ? 2 : 0;
  const sizeBytes = ranges.reduce((sum, range) => sum + range.length + overhead, 0);
  if (sizeBytes > INLINE_PAYLOAD_BYTES) {
    return { kind: 'file', field, ranges };
  }
  if (field === 'string_data') {
    return { kind: 'inline', field, bytes: concatenate(ranges.flatMap((range) => prefixLength(reader.copy(range)))) };
  }
  const bytes = ranges.length === 1 ? reader.copy(ranges[0]) : concatenate(ranges.map((range) => reader.copy(range)));
  return { kind: 'inline', field, bytes };
}

/** Inline strings stand after their lengths as varints, as in the file; none is longer than two bytes' worth. */
function prefixLength(bytes: Uint8Array): Uint8Array[] {
  const { length } = bytes;
  return [length > 0x7f ? Uint8Array.of((length & 0x7f) | 0x80, length >> 7) : Uint8Array.of(length), bytes];
}

/** In a buffer of its own, not of Node's pool. */
function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Payload length = product(dims) × element size, where the length says so (varints have none). */
function checkSize(structure: StructureReader, { name, elementType, dims, payload }: TensorInfo): void {
  if (dims.some((size) => size < 0 || !Number.isSafeInteger(size))) {
    structure.warn(`Tensor "${name}" has the impossible dimensions [${dims.join(', ')}].`);
    return;
  }
  const expected = computeSizeBytes(
    elementType,
    dims.reduce((count, size) => count * size, 1),
  );
  const found = computePayloadBytes(payload);
  if (expected !== null && found !== null && expected !== found) {
    structure.warn(
      `Tensor "${name}" of ${elementType} [${dims.join(', ')}] needs ${expected} bytes, but the file has ${found}.`,
    );
  }
}

/** Bytes of a payload that holds elements in their memory layout; null for varints, strings and open lengths. */
function computePayloadBytes(payload: Payload): number | null {
  switch (payload.kind) {
    case 'none':
      return 0;
    case 'external':
      return payload.length;
    case 'inline':
      return isFixedWidth(payload.field) ? payload.bytes.byteLength : null;
    case 'file':
      return isFixedWidth(payload.field) ? payload.ranges.reduce((sum, range) => sum + range.length, 0) : null;
  }
}

function isFixedWidth(field: PayloadField): boolean {
  return field === 'raw_data' || field === 'float_data' || field === 'double_data';
}

/** SparseTensorProto: values = 1 (which carries the name), indices = 2, dims = 3. */
export function parseSparseTensor(structure: StructureReader): SparseTensorInfo {
  const { reader } = structure;
  const values = createTensorParts();
  const indices = createTensorParts();
  const dims: number[] = [];
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    switch (tag) {
      case 0x0a:
        parseTensorInto(structure, values);
        break;
      case 0x12:
        parseTensorInto(structure, indices);
        break;
      case 0x18:
      case 0x1a:
        reader.readScalars(tag, () => dims.push(reader.readInt()));
        break;
      default:
        reader.skip(tag);
    }
  }
  reader.leave(outer);
  return {
    name: values.name,
    dims,
    values: finishTensor(structure, values),
    indices: finishTensor(structure, indices),
  };
}
