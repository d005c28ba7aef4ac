import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { toWriteError } from './savePlace';

/**
 * Makes a folder and those above it; one that is there stays as it is. Not by mkdir's `recursive`, which never returns
 * for places where nothing can be made, such as /proc. Throws UserError `badArgument` or `cannotWrite`.
 */
export async function createFolder(folder: string): Promise<void> {
  const wanted = resolve(folder);
  const missing: string[] = [];
  for (let place = wanted; !(await isThere(place)); place = dirname(place)) {
    missing.unshift(place);
  }
  try {
    for (const place of missing) {
      await mkdir(place).catch(async (error: unknown) => {
        // Another program may be faster.
        if (!(await isFolder(place))) {
          throw error;
        }
      });
    }
    if (missing.length === 0 && !(await isFolder(wanted))) {
      await mkdir(wanted);
    }
  } catch (error) {
    throw toWriteError(folder, error);
  }
}

async function isThere(place: string): Promise<boolean> {
  return place === dirname(place) || (await stat(place).catch(() => null)) !== null;
}

async function isFolder(place: string): Promise<boolean> {
  return (await stat(place).catch(() => null))?.isDirectory() === true;
}
