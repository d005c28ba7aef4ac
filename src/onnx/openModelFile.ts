import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Model } from '../graph/model';
import { UserError } from '../userError';
import { toMessage } from '../protocol/errorMessage';
import { isSystemError } from '../systemError';

/** Opens a regular file for reading. Throws UserError `fileNotFound`, whose sentence says what is in the way. */
export async function openRegularFile(file: string): Promise<FileHandle> {
  try {
    // Looked at before it is opened: opening a named pipe would wait for a writer.
    const facts = await stat(file);
    if (facts.isFile()) {
      return await open(file, 'r');
    }
    const kind = facts.isDirectory() ? 'a folder' : 'not a regular file';
    throw new UserError('fileNotFound', `${file} is ${kind}. Choose an ONNX model file.`);
  } catch (error) {
    throw error instanceof UserError ? error : toOpenError(file, error);
  }
}

/** Opens the model's file again. Throws UserError `fileChanged` when byte ranges of `model` may no longer hold. */
export async function openUnchanged(model: Model): Promise<FileHandle> {
  const handle = await openRegularFile(model.path);
  const facts = await handle.stat();
  if (facts.size === model.sizeBytes && facts.mtimeMs === model.modifiedMs) {
    return handle;
  }
  await handle.close();
  const name = path.basename(model.path);
  throw new UserError('fileChanged', `${name} changed on disk since it was opened. Reload the model and try again.`);
}

function toOpenError(file: string, error: unknown): UserError {
  const options = { cause: error };
  switch (isSystemError(error) ? error.code : undefined) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new UserError('fileNotFound', `${file} does not exist. Check the path.`, options);
    case 'EACCES':
    case 'EPERM':
      return new UserError('fileNotFound', `${file} may not be read. Check the permissions of the file.`, options);
    default: {
      const reason = toMessage(error);
      return new UserError('fileNotFound', `${file} cannot be read: ${reason}. Check the path.`, options);
    }
  }
}
