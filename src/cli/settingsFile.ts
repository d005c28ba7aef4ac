import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Sidecar } from '../image/sidecar';
import { parseSidecar } from '../image/sidecar';
import { UserError } from '../userError';

/** The file of --preprocess. */
export async function readSettings(file: string): Promise<Sidecar> {
  try {
    return parseSidecar(await readFile(file, 'utf8'), resolve(file));
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    throw new UserError('fileNotFound', `${basename(file)} cannot be read: does ${resolve(file)} exist?`, {
      cause: error,
    });
  }
}
