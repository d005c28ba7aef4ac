import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseCsv } from '../fit/parseCsv';
import { UserError } from '../userError';
import { isImageName } from '../image/imageExtensions';

/**
 * Images of a folder (at any depth, sorted), of a CSV file (first column, relative to it; a header is passed over), or
 * one image. Throws UserError `fileNotFound`, and `badArgument` when there is none.
 */
export async function listImageFiles(source: string): Promise<string[]> {
  const found = await stat(source).catch((error: unknown) => {
    throw new UserError('fileNotFound', `${source} does not exist: give a folder of images, or a CSV file.`, {
      cause: error,
    });
  });
  const files = found.isDirectory() ? await listFolder(source) : isImageName(source) ? [source] : await listCsv(source);
  if (files.length === 0) {
    throw new UserError('badArgument', `${source} holds no images (png, jpg, webp, gif, tiff, avif or npy).`);
  }
  return files;
}

async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries
    .filter((entry) => isImageName(entry) && !entry.split(path.sep).some((part) => part.startsWith('.')))
    .sort()
    .map((entry) => path.join(folder, entry));
}

async function listCsv(file: string): Promise<string[]> {
  return parseCsv(await readFile(file, 'utf8'))
    .map(({ fields }) => fields[0].trim())
    .filter((name) => isImageName(name))
    .map((name) => path.resolve(path.dirname(file), name));
}
