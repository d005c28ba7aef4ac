import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../userError';

export interface ListedImage {
  /** Absolute. */
  readonly path: string;
  /** Relative to the folder that was listed, with "/". */
  readonly name: string;
}

const EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif', '.npy'];

/**
 * The images of a folder and the folders in it, or one image, by name. `STEM_mask.png` beside an image of that stem is
 * its mask, and no image. Throws UserError `fileNotFound` when there are none.
 */
export async function listImages(path: string): Promise<readonly ListedImage[]> {
  const root = resolve(path);
  const status = await stat(root).catch(() => null);
  if (status === null) {
    throw new UserError('fileNotFound', `${path} does not exist; wanted a folder of images.`);
  }
  if (status.isFile()) {
    return [{ path: root, name: basename(root) }];
  }
  const names = (await readdir(root, { recursive: true })).filter((name) =>
    EXTENSIONS.includes(extname(name).toLowerCase()),
  );
  const stems = new Set(names.map(toStem));
  const images = names.filter(
    (name) => !stems.has(toStem(name).replace(/[_.-]mask$/, '')) || !/[_.-]mask$/.test(toStem(name)),
  );
  if (images.length === 0) {
    throw new UserError('fileNotFound', `${path} has no images; wanted files that end in ${EXTENSIONS.join(', ')}.`);
  }
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  return images
    .map((name) => ({ path: join(root, name), name: name.split(sep).join('/') }))
    .sort((one, other) => compare(one.name, other.name));
}

/** Images that were chosen one by one; names are relative to the folder that they have in common. */
export function nameImages(paths: readonly string[]): readonly ListedImage[] {
  const folder = paths.map((path) => dirname(path)).reduce((one, other) => shareFolder(one, other));
  return paths.map((path) => ({ path, name: relative(folder, path).split(sep).join('/') }));
}

function shareFolder(one: string, other: string): string {
  let folder = one;
  while (folder !== dirname(folder) && folder !== other && !other.startsWith(folder + sep)) {
    folder = dirname(folder);
  }
  return folder;
}

function toStem(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}
