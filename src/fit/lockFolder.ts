import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createFolder } from '../onnx/createFolder';
import { UserError } from '../userError';
import { toMessage } from '../protocol/errorMessage';
import { isProcessAlive } from '../inference/processAlive';
import { isSystemError } from '../systemError';

export const LOCK_FILE = 'lock';
/** In which a process that has made a lock has written its number there. */
const WRITING_MS = 50;
/** A lock may go, and another one come, between two looks. */
const ATTEMPTS = 3;

/** Locks of this process: after a restart a container may give the same number to another one. */
const held = new Set<string>();

/**
 * Makes the folder this process's own until the result is called. A lock whose process is gone (killed) is taken over.
 * Throws UserError `badArgument` when another process has it, or when the folder cannot be made.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = path.join(folder, LOCK_FILE);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // Each time: another process may be removing the folder.
      await createFolder(folder);
      const isOurs = held.has(file);
      if (!isOurs && (await takeLock(file))) {
        return async () => {
          await rm(file, { force: true });
          held.delete(file);
        };
      }
      const owner = await readOwner(file);
      if (isOurs || held.has(file) || (owner !== null && owner > 0 && owner !== process.pid && isProcessAlive(owner))) {
        throw new UserError(
          'badArgument',
          `Process ${owner || process.pid} is computing these features already (${file}). Wait for it, or give another ` +
            'cache folder.',
        );
      }
      if (owner !== null) {
        await rm(file, { force: true });
      }
    }
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    const found = toMessage(error);
    throw new UserError('badArgument', `${folder} cannot be used for features: ${found}. Give another cache folder.`, {
      cause: error,
    });
  }
  throw new UserError('badArgument', `${file} cannot be taken over: another process is faster. Try again.`);
}

/** It counts as held from the first step on, as others of this process come between its steps. */
async function takeLock(file: string): Promise<boolean> {
  held.add(file);
  let isTaken = false;
  try {
    isTaken = await tryLock(file);
    return isTaken;
  } finally {
    if (!isTaken) {
      held.delete(file);
    }
  }
}

async function tryLock(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if (isSystemError(error) && (error.code === 'EEXIST' || error.code === 'ENOENT')) {
      return false;
    }
    throw error;
  }
}

/** null where there is no lock any more, 0 where its process was killed before it wrote its number. */
async function readOwner(file: string): Promise<number | null> {
  const read = (): Promise<string | null> => readFile(file, 'utf8').catch(() => null);
  let text = await read();
  if (text === '') {
    await wait(WRITING_MS);
    text = await read();
  }
  return text === null ? null : Number(text);
}
