import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UserError } from '../userError';
import type { FileStamp, ModelSource } from './messages';

/** How the files behind a model are now; the model file's own stamp is the one it was read with, when known. */
export async function stampFiles({ path, stamp, externalFiles = [] }: ModelSource): Promise<FileStamp[]> {
  const others = await Promise.all(externalFiles.map(readStamp));
  const { sizeBytes, modifiedMs } = stamp ?? (await readStamp(path));
  return [{ path, sizeBytes, modifiedMs }, ...others];
}

/**
 * Throws UserError `fileChanged` when a file is no longer as it was. Weights are mapped from the files: running a session
 * whose file was cut short would end the process (SIGBUS).
 */
export async function checkStamps(stamps: readonly FileStamp[]): Promise<void> {
  for (const stamp of stamps) {
    const now = await readStamp(stamp.path);
    // Some file systems keep times to the millisecond only.
    if (now.sizeBytes !== stamp.sizeBytes || Math.abs(now.modifiedMs - stamp.modifiedMs) >= 1) {
      throw new UserError('fileChanged', `${basename(stamp.path)} has changed since it was read. Reload the model.`);
    }
  }
}

async function readStamp(path: string): Promise<FileStamp> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { path, sizeBytes: size, modifiedMs: mtimeMs };
  } catch (error) {
    throw new UserError('fileNotFound', `${path} does not exist any more. Was it moved or deleted?`, { cause: error });
  }
}
