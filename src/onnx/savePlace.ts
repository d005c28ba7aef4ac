import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Model } from '../graph/model';
import { UserError } from '../userError';
import { listExternalFiles } from './externalData';

/**
 * Whether a model made from another one may be saved as `file`. Throws UserError `badArgument` when that is the model
 * itself, or lies in another folder than the weights that the new model does not hold itself: those that the model
 * keeps in files of their own, and with `isThin` those in its own file.
 */
export async function checkPlace(model: Model, file: string, isThin = false): Promise<void> {
  const folder = await realpath(path.dirname(path.resolve(file))).catch((error: unknown) => {
    throw toWriteError(file, error);
  });
  const original = await realpath(model.path);
  const target = path.join(folder, path.basename(file));
  if ((await realpath(target).catch(() => target)) === original) {
    throw new UserError('badArgument', `${file} is the model itself. Choose another name for the new one.`);
  }
  const [external] = isThin ? [original] : listExternalFiles(model);
  if (external !== undefined && folder !== path.dirname(original)) {
    throw new UserError(
      'badArgument',
      `Weights stay in ${path.basename(external)}, and the new model has to be saved beside it: choose a file in ` +
        `${path.dirname(original)}.`,
    );
  }
}

/** The error for a file that the system does not let be written. */
export function toWriteError(file: string, error: unknown): UserError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError('badArgument', `${file} cannot be written: ${reason}. Choose a folder that exists.`, {
    cause: error,
  });
}

/** Whether the operating system refused: a folder that is not there, a full disk. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
