import { readSync } from 'node:fs';

/** Random access to bytes; what the reader needs of a file. */
export interface ByteSource {
  readonly size: number;
  /** Fills `target` from `offset` on as far as there are bytes; the number read, 0 at the end. */
  read(target: Uint8Array, offset: number): number;
}

/**
 * Synchronous on purpose: a structure takes tens of reads of 4 to 64 KiB, and a trip through the thread pool costs more
 * than such a read. `readModel` returns to the event loop between nodes.
 */
export function openFileSource(fileDescriptor: number, size: number): ByteSource {
  return {
    size,
    read: (target, offset) => readSync(fileDescriptor, target, 0, target.byteLength, offset),
  };
}

export function openMemorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    read(target, offset) {
      const part = bytes.subarray(offset, offset + target.byteLength);
      target.set(part);
      return part.byteLength;
    },
  };
}
