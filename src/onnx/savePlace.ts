import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Model } from '../graph/model';
import { UserError } from '../userError';
import { listExternalFiles } from './externalData';
import { toMessage } from '../protocol/errorMessage';
import { isSystemError } from '../systemError';

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

/**
 * Looks before long work whether its result can be written. Throws UserError `badArgument` for a folder that is not
 * there or may not be written to, and for a name that a folder has.
 */
export async function checkWritable(file: string): Promise<void> {
  try {
    const folder = path.dirname(path.resolve(file));
    await access(folder, constants.W_OK);
    if ((await stat(file).catch(() => null))?.isDirectory() === true) {
      throw Object.assign(new Error(file), { code: 'EISDIR', syscall: 'open' });
    }
  } catch (error) {
    throw toWriteError(file, error);
  }
}

/** What the operating system's refusals mean; for others its own words are shown. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is used up',
  EFBIG: 'it is larger than files may be there',
  EROFS: 'that file system is read-only',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'there is a folder of that name',
  EEXIST: 'there is a file of that name',
  ENAMETOOLONG: 'its name is too long',
};
/** The path was right, but the disk is not: no fault of whoever chose it. */
const DISK_CODES: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'];

/** The error for a file or folder that the system does not let be written: `cannotWrite` or `badArgument`. */
export function toWriteError(file: string, error: unknown): UserError {
  const code = isSystemError(error) ? (error.code ?? '') : '';
  const reason = REFUSALS[code] ?? toMessage(error);
  return DISK_CODES.includes(code)
    ? new UserError('cannotWrite', `${file} cannot be written: ${reason}. Make room, or choose another place.`, {
        cause: error,
      })
    : new UserError('badArgument', `${file} cannot be written: ${reason}. Choose another place.`, { cause: error });
}
