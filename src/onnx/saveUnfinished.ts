import { rmSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { isSystemError } from '../systemError';
import { toWriteError } from './savePlace';

/** Files that are being written, for `removeUnfinished`. */
const underWay = new Set<string>();

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
  underWay.add(unfinished);
  try {
    await write(unfinished);
    const checked = await check(unfinished);
    await rename(unfinished, file);
    return checked;
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw isSystemError(error) ? toWriteError(file, error) : error;
  } finally {
    underWay.delete(unfinished);
  }
}

/** A file written at once: what had its name stays until the new one is complete. Throws as `saveUnfinished`. */
export async function saveFile(file: string, data: string | Uint8Array): Promise<void> {
  await saveUnfinished(
    file,
    (unfinished) => writeFile(unfinished, data),
    () => Promise.resolve(),
  );
}

/** For a program that is about to end: takes away what is half written. */
export function removeUnfinished(): void {
  underWay.forEach((unfinished) => rmSync(unfinished, { force: true }));
}
