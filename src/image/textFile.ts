import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { UserError } from '../userError';
import { toMessage } from '../protocol/errorMessage';
import { isSystemError } from '../systemError';

/** Settings and labels are short; what is longer is another file. */
const SIZE_LIMIT = 16 * 1024 * 1024;

/**
 * Reads a text file that a person named; null when there is none. The path may come from a file of an untrusted folder:
 * devices and pipes, which never end, are refused. Throws UserError `badArgument`.
 */
export async function readTextFile(path: string): Promise<string | null> {
  try {
    // Without O_NONBLOCK, opening a pipe nobody writes to would wait for ever.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const status = await file.stat();
      if (!status.isFile() || status.size > SIZE_LIMIT) {
        const found = status.isFile() ? `has ${status.size} bytes, more than ${SIZE_LIMIT}` : 'is not a file';
        throw new UserError('badArgument', `${path} ${found}. Name a text or JSON file.`);
      }
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') {
      return null;
    }
    if (error instanceof UserError) {
      throw error;
    }
    const reason = toMessage(error);
    throw new UserError('badArgument', `${path} cannot be read: ${reason}.`, { cause: error });
  }
}
