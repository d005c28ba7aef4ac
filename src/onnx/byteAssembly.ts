import { open } from 'node:fs/promises';
import { UserError } from '../userError';
import type { ByteRange } from '../graph/model';
import type { ByteSource } from './byteSource';

/** protobuf's own limit for one message, and ONNX Runtime's for a model in memory. */
export const MOST_BYTES = 2 ** 31 - 1;
/** Copied at once. */
const PIECE_BYTES = 1024 * 1024;

/** Bytes put together from new parts and from ranges of a source, which are read only at the end. */
export class ByteAssembly {
  private readonly parts: (Uint8Array | ByteRange)[] = [];
  private total = 0;

  constructor(private readonly source: ByteSource) {}

  get length(): number {
    return this.total;
  }

  add(bytes: Uint8Array): void {
    this.parts.push(bytes);
    this.total += bytes.byteLength;
  }

  /** Copies the source from `start` to `end`; neighbouring ranges become one read. */
  copy(start: number, end: number): void {
    const last = this.parts.at(-1);
    if (last !== undefined && !(last instanceof Uint8Array) && last.offset + last.length === start) {
      this.parts[this.parts.length - 1] = { offset: last.offset, length: end - last.offset };
    } else {
      this.parts.push({ offset: start, length: end - start });
    }
    this.total += end - start;
  }

  append(other: ByteAssembly): void {
    for (const part of other.parts) {
      if (part instanceof Uint8Array) {
        this.add(part);
      } else {
        this.copy(part.offset, part.offset + part.length);
      }
    }
  }

  toBytes(): Uint8Array {
    if (this.total > MOST_BYTES) {
      throw new UserError(
        'tooLarge',
        `The model holds ${this.total} bytes outside its initializers, more than the 2 GiB that can be run. ` +
          'Save its large constants as initializers with external data.',
      );
    }
    const bytes = new Uint8Array(this.total);
    let end = 0;
    for (const part of this.parts) {
      if (part instanceof Uint8Array) {
        bytes.set(part, end);
        end += part.byteLength;
      } else {
        this.read(part, bytes.subarray(end, end + part.length));
        end += part.length;
      }
    }
    return bytes;
  }

  /** Writes everything to a new file piece by piece: weights never are in memory as a whole. */
  async writeTo(path: string, signal?: AbortSignal): Promise<void> {
    const file = await open(path, 'w');
    try {
      for (const part of this.parts) {
        for (const piece of part instanceof Uint8Array ? [part] : this.readPieces(part)) {
          if (signal?.aborted === true) {
            throw new UserError('cancelled', 'Saving the model was cancelled.');
          }
          await file.writeFile(piece);
        }
      }
    } finally {
      await file.close();
    }
  }

  private *readPieces({ offset, length }: ByteRange): Generator<Uint8Array> {
    for (let done = 0; done < length; done += PIECE_BYTES) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, length - done));
      this.read({ offset: offset + done, length: piece.byteLength }, piece);
      yield piece;
    }
  }

  private read({ offset }: ByteRange, target: Uint8Array): void {
    for (let done = 0; done < target.byteLength;) {
      const count = this.source.read(target.subarray(done), offset + done);
      if (count === 0) {
        throw new UserError('fileChanged', 'The model file became shorter while it was read. Open it again.');
      }
      done += count;
    }
  }
}
