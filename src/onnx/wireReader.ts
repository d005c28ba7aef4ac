import type { ByteRange } from '../graph/model';
import type { ByteSource } from './byteSource';
import { FormatError } from './formatError';
import { NameCache } from './nameCache';
import type { ReadBudget } from './readBudget';

/** Wire types of protobuf (https://protobuf.dev/programming-guides/encoding). 3 and 4 are groups, which ONNX never uses. */
export const VARINT = 0;
const FIXED64 = 1;
export const LENGTH_DELIMITED = 2;
export const FIXED32 = 5;

const WINDOW_BYTES = 64 * 1024;
/** After a jump the next thing is usually a small header and another jump, so that little is read ahead. */
const JUMP_READ_BYTES = 4 * 1024;
const LONGEST_VARINT = 10;

/**
 * Walks protobuf messages through a window over the source. Positions are bytes from the start of the file and stay
 * exact up to 2^53. Usage: `const outer = reader.enter()`, then `nextTag()` until 0, then `reader.leave(outer)`.
 */
export class WireReader {
  private readonly window: Buffer;
  private readonly names = new NameCache();
  /** File offset of window[0]; window[cursor] is next, window[filled] the first byte not read yet. */
  private base = 0;
  private cursor = 0;
  private filled = 0;
  private jumped = true;
  private depth = 0;
  /** End of the message being walked. */
  private end: number;
  private skippedBytes = 0;
  /** The last varint: unsigned halves. */
  private low = 0;
  private high = 0;

  constructor(
    private readonly source: ByteSource,
    readonly budget: ReadBudget,
  ) {
    this.window = Buffer.allocUnsafeSlow(Math.min(WINDOW_BYTES, source.size));
    this.end = source.size;
  }

  get position(): number {
    return this.base + this.cursor;
  }

  /** Starts the message whose length comes next; returns the end of the enclosing one for `leave`. */
  enter(): number {
    const length = this.readLength();
    this.depth += 1;
    if (this.depth > this.budget.limits.depth) {
      throw new FormatError('tooDeep', `messages nest deeper than ${this.budget.limits.depth} levels`, this.position);
    }
    const outer = this.end;
    this.end = this.position + length;
    return outer;
  }

  /** Goes to a message anywhere in the file and walks it as if it stood alone: what was read before counts no more. */
  enterAt({ offset, length }: ByteRange): void {
    const cursor = offset - this.base;
    const isNear = cursor >= 0 && cursor <= this.filled;
    this.cursor = isNear ? cursor : 0;
    if (!isNear) {
      this.base = offset;
      this.filled = 0;
      this.jumped = true;
    }
    this.skippedBytes = offset;
    this.end = offset + length;
  }

  leave(outer: number): void {
    this.depth -= 1;
    this.end = outer;
  }

  /** Field number · 8 + wire type of the next field of the current message; 0 at its end. */
  nextTag(): number {
    if (this.isAtEnd()) {
      return 0;
    }
    const tag = this.readUint();
    if (tag < 8 || tag > 0xffffffff) {
      throw new FormatError('damaged', `${tag} starts no field of a protobuf message`, this.position);
    }
    return tag;
  }

  /** An unsigned varint; above 2^53 the low digits are lost. */
  readUint(): number {
    this.readVarint();
    return this.high * 0x100000000 + this.low;
  }

  /** A signed 64-bit varint (int64, int32, enum); beyond ±2^53 the low digits are lost. */
  readInt(): number {
    this.readVarint();
    return (this.high | 0) * 0x100000000 + this.low;
  }

  readFloat(): number {
    this.require(4);
    const value = this.window.readFloatLE(this.cursor);
    this.cursor += 4;
    return value;
  }

  /** Calls `read` for each element of a repeated scalar field: of a packed chunk, or the one that stands alone. */
  readScalars(tag: number, read: () => void): void {
    if ((tag & 7) !== LENGTH_DELIMITED) {
      this.budget.countItem(this.position);
      read();
      return;
    }
    const outer = this.enter();
    while (!this.isAtEnd()) {
      this.budget.countItem(this.position);
      read();
    }
    this.leave(outer);
  }

  /** The content of the message that comes next when it has at most `longest` bytes, valid until the walk goes on. */
  peekContent(longest: number): Uint8Array | null {
    // A length below 128 is one byte.
    this.require(Math.min(longest + 1, this.end - this.position));
    const length = this.window[this.cursor];
    return length <= longest && this.position + 1 + length <= this.end
      ? this.window.subarray(this.cursor + 1, this.cursor + 1 + length)
      : null;
  }

  /** A name: short, often repeated, never longer than the limit. */
  readName(): string {
    const length = this.readLength();
    if (length > Math.min(this.budget.limits.nameBytes, WINDOW_BYTES)) {
      throw new FormatError('tooLarge', `a name of ${length} bytes`, this.position);
    }
    this.budget.countItem(this.position);
    this.require(length);
    const name = this.names.decode(this.window, this.cursor, this.cursor + length);
    this.cursor += length;
    return name;
  }

  /** A text that may be long; null, and skipped, when it is longer than the limit. */
  readText(): string | null {
    const length = this.readLength();
    if (length > this.budget.limits.textBytes) {
      this.moveBy(length);
      return null;
    }
    if (length <= WINDOW_BYTES) {
      this.require(length);
      this.cursor += length;
      return this.window.toString('utf8', this.cursor - length, this.cursor);
    }
    const range = this.moveBy(length);
    this.skippedBytes -= length; // it is read after all
    return Buffer.from(this.copy(range).buffer).toString('utf8');
  }

  /** The place of a length-delimited field's content; moves past it without reading. */
  skipContent(): ByteRange {
    return this.moveBy(this.readLength());
  }

  /** Moves past a message that was read before; as with any other, there may only be so many. */
  skipKnown(): void {
    this.budget.countItem(this.position);
    this.skipContent();
  }

  /** The place of a packed chunk or a single number; moves past it without decoding. */
  skipScalars(tag: number): ByteRange {
    switch (tag & 7) {
      case LENGTH_DELIMITED:
        return this.skipContent();
      case FIXED32:
        return this.moveBy(4);
      case FIXED64:
        return this.moveBy(8);
      default: {
        const offset = this.position;
        this.readVarint();
        return { offset, length: this.position - offset };
      }
    }
  }

  /** Skips a field that this reader does not know, as protobuf demands. */
  skip(tag: number): void {
    const wireType = tag & 7;
    if (wireType !== VARINT && wireType !== FIXED64 && wireType !== LENGTH_DELIMITED && wireType !== FIXED32) {
      throw new FormatError('damaged', `wire type ${wireType}, which ONNX does not use`, this.position);
    }
    this.skipScalars(tag);
  }

  /** Bytes anywhere in the file, as a copy that owns its buffer. The walk does not move. */
  copy(range: ByteRange): Uint8Array {
    const bytes = new Uint8Array(range.length);
    const start = range.offset - this.base;
    if (start >= 0 && start + range.length <= this.filled) {
      bytes.set(this.window.subarray(start, start + range.length));
      return bytes;
    }
    for (let done = 0; done < range.length;) {
      done += this.readSource(bytes.subarray(done), range.offset + done);
    }
    return bytes;
  }

  private isAtEnd(): boolean {
    const position = this.base + this.cursor;
    if (position > this.end) {
      throw new FormatError('truncated', 'a field runs past the end of the message around it', position);
    }
    return position === this.end;
  }

  /** A length that stays inside the message being walked. */
  private readLength(): number {
    const length = this.readUint();
    if (this.position + length > this.end) {
      const where = this.position + length > this.source.size ? 'the file ends' : 'the message around it ends';
      throw new FormatError('truncated', `a field says ${length} bytes, but ${where} before`, this.position);
    }
    return length;
  }

  private moveBy(length: number): ByteRange {
    const offset = this.position;
    if (offset + length > this.end) {
      throw new FormatError('truncated', 'a field runs past the end of the message around it', offset);
    }
    if (this.cursor + length <= this.filled) {
      this.cursor += length;
    } else {
      this.base = offset + length;
      this.cursor = 0;
      this.filled = 0;
      this.jumped = true;
    }
    this.skippedBytes += length;
    return { offset, length };
  }

  private readVarint(): void {
    if (this.cursor + LONGEST_VARINT > this.filled) {
      this.load(LONGEST_VARINT);
    }
    const { window, filled } = this;
    // Nearly all tags and lengths are one byte.
    if (this.cursor < filled && window[this.cursor] < 0x80) {
      this.low = window[this.cursor++];
      this.high = 0;
      return;
    }
    let byte = 0x80;
    let low = 0;
    let high = 0;
    let shift = 0;
    for (; byte >= 0x80 && this.cursor < filled; shift += 7) {
      byte = window[this.cursor++];
      if (shift < 28) {
        low |= (byte & 0x7f) << shift;
      } else if (shift === 28) {
        low |= (byte & 0x7f) << 28;
        high = (byte & 0x7f) >> 4;
      } else if (shift < 70) {
        high |= (byte & 0x7f) << (shift - 32);
      } else {
        throw new FormatError('damaged', 'a number longer than 64 bits', this.position);
      }
    }
    if (byte >= 0x80) {
      throw new FormatError('truncated', 'the file ends inside a number', this.position);
    }
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  /** Makes the next `count` bytes (at most the window) available, which must lie inside the current message. */
  private require(count: number): void {
    if (this.position + count > this.end) {
      throw new FormatError('truncated', 'a field runs past the end of the message around it', this.position);
    }
    if (this.cursor + count > this.filled) {
      this.load(count);
    }
  }

  /** Reads ahead so that `count` bytes follow the cursor, or as many as the file has. */
  private load(count: number): void {
    if (this.position - this.skippedBytes > this.budget.limits.structureBytes) {
      const megabytes = Math.round(this.budget.limits.structureBytes / 2 ** 20);
      throw new FormatError('tooLarge', `more than ${megabytes} MiB of structure beside the weights`, this.position);
    }
    const rest = this.filled - this.cursor;
    this.window.copyWithin(0, this.cursor, this.filled);
    this.base += this.cursor;
    this.cursor = 0;
    this.filled = rest;
    const readTo = Math.max(this.jumped ? JUMP_READ_BYTES : WINDOW_BYTES, count);
    this.jumped = false;
    const target = Math.min(count, this.source.size - this.base);
    while (this.filled < target) {
      this.filled += this.readSource(this.window.subarray(this.filled, readTo), this.base + this.filled);
    }
  }

  private readSource(target: Uint8Array, offset: number): number {
    const count = this.source.read(target, offset);
    if (count === 0) {
      throw new FormatError('truncated', 'the file became shorter while it was read', offset);
    }
    return count;
  }
}
