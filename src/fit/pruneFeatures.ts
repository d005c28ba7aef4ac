import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isSystemError } from '../systemError';
import { UserError } from '../userError';
import { ABOUT_FILE, FOLDER_NAME } from './featureFolder';
import { LOCK_FILE, lockFolder } from './lockFolder';

/** What all features together may take: those of some 20 000 images with their maps (C 1280, 7×7), of a million without. */
export const MOST_FEATURE_BYTES = 5e9;

interface KeptFolder {
  readonly place: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/**
 * Removes features from a cache, those used longest ago first, until they take `mostBytes` or less. Left are `kept`, what
 * a process is working with (also of another window), and whatever else lies there. Costs a look at each file's size.
 */
export async function pruneFeatures(cache: string, kept: string, mostBytes = MOST_FEATURE_BYTES): Promise<void> {
  const folders = await listFolders(cache);
  let total = folders.reduce((sum, { bytes }) => sum + bytes, 0);
  const oldestFirst = folders.filter(({ place }) => place !== kept).sort((a, b) => a.usedMs - b.usedMs);
  for (const { place, bytes } of oldestFirst) {
    if (total <= mostBytes) {
      return;
    }
    total -= (await removeUnused(place)) ? bytes : 0;
  }
}

async function listFolders(cache: string): Promise<readonly KeptFolder[]> {
  const names = (await readdir(cache)).filter((name) => FOLDER_NAME.test(name));
  const found = await Promise.all(names.map((name) => describe(path.join(cache, name))));
  return found.filter((folder) => folder !== null);
}

/** null for what is no folder of features, or was removed by another window meanwhile. */
async function describe(place: string): Promise<KeptFolder | null> {
  try {
    const files = await readdir(place);
    const { mtimeMs } = await stat(path.join(place, ABOUT_FILE));
    const sizes = await Promise.all(files.map(async (name) => (await stat(path.join(place, name))).size));
    return { place, bytes: sizes.reduce((sum, size) => sum + size, 0), usedMs: mtimeMs };
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return null;
    }
    throw error;
  }
}

/** Whether nobody works with it, so that it could be removed: under its own lock, and last what tells that it is features. */
async function removeUnused(place: string): Promise<boolean> {
  let unlock: () => Promise<void>;
  try {
    unlock = await lockFolder(place);
  } catch (error) {
    if (error instanceof UserError) {
      return false;
    }
    throw error;
  }
  try {
    const files = (await readdir(place)).filter((name) => name !== LOCK_FILE && name !== ABOUT_FILE);
    await Promise.all(files.map((name) => rm(path.join(place, name), { force: true })));
    await rm(path.join(place, ABOUT_FILE), { force: true });
  } finally {
    await unlock();
  }
  // Somebody else may have begun to use it again.
  await rmdir(place).catch(() => undefined);
  return true;
}
