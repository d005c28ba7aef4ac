import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

/** SHA-256 of an image file, 64 hexadecimal digits. */
export type ImageHash = string;

const HASH_BYTES = 32;
/** The beginning of the hash once more: what was torn or never reached the disk does not end in it. */
const SEAL_BYTES = 8;

/**
 * Features by image, appended to one file. A record is [hash, 32 bytes][values, float32 little-endian][the first 8 bytes
 * of the hash]; all have one length, so a process that is killed leaves whole records and at most one torn one, which is
 * cut off when the file is opened again. One process at a time (see `lockFolder`).
 */
export interface FeatureJournal {
  has(hash: ImageHash): boolean;
  /** The values of an image that the journal has. */
  read(hash: ImageHash): Promise<Float32Array>;
  append(records: readonly { readonly hash: ImageHash; readonly values: Float32Array }[]): Promise<void>;
  close(): Promise<void>;
}

/** `size`: values of a record. Costs reading 40 bytes a record. */
export async function openJournal(file: string, size: number): Promise<FeatureJournal> {
  const handle = await open(file, 'a+');
  try {
    const recordBytes = HASH_BYTES + 4 * size + SEAL_BYTES;
    const positions = await readRecords(handle, recordBytes);
    let end = [...positions.values()].reduce((last, start) => Math.max(last, start + recordBytes), 0);
    if ((await handle.stat()).size !== end) {
      await handle.truncate(end);
    }
    return {
      has: (hash) => positions.has(hash),
      async read(hash) {
        const values = new Uint8Array(4 * size);
        await handle.read(values, 0, values.length, (positions.get(hash) ?? 0) + HASH_BYTES);
        return new Float32Array(values.buffer);
      },
      async append(records) {
        const bytes = Buffer.concat(records.flatMap(({ hash, values }) => toRecord(hash, values)));
        await handle.appendFile(bytes);
        for (const { hash } of records) {
          positions.set(hash, end);
          end += recordBytes;
        }
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function toRecord(hash: ImageHash, { buffer, byteOffset, byteLength }: Float32Array): Uint8Array[] {
  const key = Buffer.from(hash, 'hex');
  return [key, new Uint8Array(buffer, byteOffset, byteLength), key.subarray(0, SEAL_BYTES)];
}

/** Place of each whole record; what follows the first broken one is worth nothing. */
async function readRecords(handle: FileHandle, recordBytes: number): Promise<Map<ImageHash, number>> {
  const positions = new Map<ImageHash, number>();
  const whole = Math.floor((await handle.stat()).size / recordBytes);
  const [key, seal] = [Buffer.alloc(HASH_BYTES), Buffer.alloc(SEAL_BYTES)];
  for (let record = 0; record < whole; record++) {
    const start = record * recordBytes;
    await handle.read(key, 0, HASH_BYTES, start);
    await handle.read(seal, 0, SEAL_BYTES, start + recordBytes - SEAL_BYTES);
    if (!key.subarray(0, SEAL_BYTES).equals(seal)) {
      break;
    }
    positions.set(key.toString('hex'), start);
  }
  return positions;
}
