import type { FileHandle } from 'node:fs/promises';
import { computeSizeBytes } from '../graph/elementTypes';
import type { ByteRange, ElementType, Model, PayloadField, TensorInfo } from '../graph/model';
import { UserError } from '../userError';
import { locateExternalData } from './externalData';
import { openRegularFile, openUnchanged } from './openModelFile';

/** Read at once: large enough that calls do not matter, small enough that memory stays flat. */
const PIECE_BYTES = 1024 * 1024;
/** Pieces but the last are multiples of this, so that no element is cut: one has up to 16 bytes, four of 6 bits have 3. */
const PIECE_UNIT = 48;

/**
 * A tensor's elements in ONNX's raw layout, whatever field or file holds them, in pieces of whole elements. A piece is
 * valid until the next one is asked for.
 */
export async function* readPayloadBytes(
  model: Model,
  tensor: TensorInfo,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { payload, elementType } = tensor;
  switch (payload.kind) {
    case 'none':
      return;
    case 'inline':
      yield* unitPieces(toRawLayout([payload.bytes], payload.field, elementType));
      return;
    case 'file':
      yield* readFilePieces(() => openUnchanged(model), payload.ranges, payload.field, elementType, signal);
      return;
    case 'external': {
      const length = payload.length ?? computeRawSize(tensor);
      const { file } = await locateExternalData(model, tensor, payload);
      const ranges = [{ offset: payload.offset, length }];
      yield* readFilePieces(() => openRegularFile(file), ranges, 'raw_data', elementType, signal);
    }
  }
}

/** Contents of ranges of a file, several neighbouring ones per read. Each range comes whole. */
export async function* readRanges(
  handle: FileHandle,
  ranges: readonly ByteRange[],
  signal?: AbortSignal,
): AsyncGenerator<readonly Uint8Array[]> {
  for (const group of groupRanges(ranges)) {
    if (signal?.aborted === true) {
      throw new UserError('cancelled', 'Reading the tensor was cancelled.');
    }
    const start = group[0].offset;
    const last = group[group.length - 1];
    const bytes = await readExactly(handle, { offset: start, length: last.offset + last.length - start });
    yield group.map(({ offset, length }) => bytes.subarray(offset - start, offset - start + length));
  }
}

/** Bytes that the dimensions ask for; 0 for types without a fixed size. */
function computeRawSize({ elementType, dims }: TensorInfo): number {
  return (
    computeSizeBytes(
      elementType,
      dims.reduce((count, size) => count * size, 1),
    ) ?? 0
  );
}

async function* readFilePieces(
  openFile: () => Promise<FileHandle>,
  ranges: readonly ByteRange[],
  field: PayloadField,
  elementType: ElementType,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const handle = await openFile();
  try {
    yield* unitPieces(toRawLayout(flatten(readRanges(handle, splitRanges(ranges), signal)), field, elementType));
  } finally {
    await handle.close();
  }
}

function splitRanges(ranges: readonly ByteRange[]): ByteRange[] {
  return ranges.flatMap(({ offset, length }) => {
    const count = Math.ceil(length / PIECE_BYTES);
    return Array.from({ length: count }, (_, index) => ({
      offset: offset + index * PIECE_BYTES,
      length: Math.min(PIECE_BYTES, length - index * PIECE_BYTES),
    }));
  });
}

/** Ranges that one read covers together; a range larger than a piece stands alone. */
function groupRanges(ranges: readonly ByteRange[]): ByteRange[][] {
  const groups: ByteRange[][] = [];
  for (const range of ranges) {
    const group = groups.at(-1);
    const isNear =
      group !== undefined &&
      range.offset >= group[0].offset &&
      range.offset + range.length - group[0].offset <= PIECE_BYTES;
    if (isNear) {
      group.push(range);
    } else {
      groups.push([range]);
    }
  }
  return groups;
}

async function readExactly(handle: FileHandle, { offset, length }: ByteRange): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) {
      throw new UserError('truncated', `The file ends before the tensor's bytes ${offset}…${offset + length}.`);
    }
    done += bytesRead;
  }
  return bytes;
}

async function* flatten<T>(lists: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const list of lists) {
    yield* list;
  }
}

type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Typed fields of fixed width are packed in raw layout already; varints are written out at the element's width. */
function toRawLayout(pieces: Pieces, field: PayloadField, elementType: ElementType): Pieces {
  switch (field) {
    case 'int32_data':
    case 'uint64_data':
      // int32_data carries the bits of every smaller type; 4- and 2-bit elements come packed, a byte per number; 6-bit ones do not.
      return elementType === 'float6e2m3' || elementType === 'float6e3m2'
        ? packSixBits(unpackVarints(pieces, 1))
        : unpackVarints(pieces, computeSizeBytes(elementType, 1) ?? 1);
    case 'int64_data':
      return unpackVarints(pieces, 8);
    default:
      return pieces;
  }
}

async function* unpackVarints(pieces: Pieces, width: number): AsyncGenerator<Uint8Array> {
  let low = 0;
  let high = 0;
  let shift = 0;
  for await (const piece of pieces) {
    const numbers = new DataView(new ArrayBuffer(piece.byteLength * 8));
    let end = 0;
    for (const byte of piece) {
      const bits = byte & 0x7f;
      low |= shift < 32 ? bits << shift : 0;
      high |= shift > 28 ? bits << (shift - 32) : shift === 28 ? bits >> 4 : 0;
      shift += 7;
      if (byte < 0x80) {
        numbers.setInt32(end, low, true);
        if (width > 4) {
          numbers.setInt32(end + 4, high, true);
        }
        end += width; // what a narrower element does not need is overwritten by the next
        low = high = shift = 0;
      }
    }
    yield new Uint8Array(numbers.buffer, 0, end);
  }
}

/** Elements of a byte each become four to three bytes, from the low bits up. */
async function* packSixBits(pieces: Pieces): AsyncGenerator<Uint8Array> {
  let bits = 0;
  let filled = 0;
  for await (const piece of pieces) {
    const packed = new Uint8Array(piece.byteLength);
    let end = 0;
    for (const element of piece) {
      bits |= (element & 0x3f) << filled;
      filled += 6;
      if (filled >= 8) {
        packed[end++] = bits;
        bits >>= 8;
        filled -= 8;
      }
    }
    yield packed.subarray(0, end);
  }
  if (filled > 0) {
    yield Uint8Array.of(bits);
  }
}

/** The same bytes in pieces of whole units. */
async function* unitPieces(pieces: Pieces): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array(0);
  for await (const piece of pieces) {
    const bytes = rest.byteLength === 0 ? piece : Buffer.concat([rest, piece]);
    const whole = bytes.byteLength - (bytes.byteLength % PIECE_UNIT);
    rest = Uint8Array.from(bytes.subarray(whole));
    if (whole > 0) {
      yield bytes.subarray(0, whole);
    }
  }
  if (rest.byteLength > 0) {
    yield rest;
  }
}
