import { stat } from 'node:fs/promises';
import { UserError } from '../userError';

/**
 * Opening a named pipe or a device would wait for ever. What is not there at all is told of by whoever opens it.
 * Throws UserError `unreadableImage`.
 */
export async function checkRegularFile(path: string): Promise<void> {
  const facts = await stat(path).catch(() => null);
  if (facts !== null && !facts.isFile()) {
    const found = facts.isDirectory() ? 'a folder' : 'a pipe or a device, not a regular file';
    throw new UserError('unreadableImage', `${path} is ${found}. Choose an image file.`);
  }
}
