import { rename, rm } from 'node:fs/promises';
import { isSystemError, toWriteError } from './savePlace';

/**
 * Writes a file under a name of its own, looks at it, and only then gives it the wanted name: whatever fails on the way,
 * nothing is left behind and nothing is lost.
 */
export async function saveUnfinished<Checked>(
  file: string,
  write: (unfinished: string) => Promise<void>,
  check: (unfinished: string) => Promise<Checked>,
): Promise<Checked> {
  const unfinished = `${file}.part`;
  try {
    await write(unfinished);
    const checked = await check(unfinished);
    await rename(unfinished, file);
    return checked;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw isSystemError(error) ? toWriteError(file, error) : error;
  }
}
