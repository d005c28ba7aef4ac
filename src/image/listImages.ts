import { stat } from 'node:fs/promises';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { IMAGE_EXTENSIONS } from './imageExtensions';
import type { ListedImage } from '../protocol/imageSeries';
import { UserError } from '../userError';

export interface ImageListing {
  /** In the order of what was named, then by name with numbers by value; each file once. */
  readonly images: readonly ListedImage[];
  /** Whether all lie in subfolders, whose names are then taken as true classes. */
  readonly hasClassFolders: boolean;
}

/** Whether a path means several images: a folder or a glob. */
export async function isSeries(path: string, workingFolder: string): Promise<boolean> {
  const found = await stat(resolve(workingFolder, path)).catch(() => null);
  return found === null ? isDynamicPattern(path) : found.isDirectory();
}

/**
 * The images that paths stand for: a folder and all below it, a glob (`**`, `*`, `{a,b}`), or a file as it is.
 * Names that begin with a dot and node_modules are passed over. One pass over the folders; memory for one entry per image.
 * Throws UserError `badArgument` for a folder or a glob without images, and `fileNotFound`.
 */
export async function listImages(paths: readonly string[], workingFolder: string): Promise<ImageListing> {
  const places = await Promise.all(paths.map((path) => findPlace(path, workingFolder)));
  const found = places.flatMap(({ base, files }) => files.map((path) => ({ base, path })));
  const unique = [...new Map(found.map((one) => [one.path, one])).values()];
  const bases = [...new Set(places.map(({ base }) => base))];
  const prefixes = new Map(bases.map((base, index) => [base, bases.length === 1 ? '' : toPrefix(bases, index)]));
  const listed = unique.map(({ base, path }) => {
    const id = `${prefixes.get(base) ?? ''}${relative(base, path).split(sep).join('/')}`;
    return { id, path, folder: dirname(path) === base ? null : basename(dirname(path)) };
  });
  const hasClassFolders = listed.length > 0 && listed.every(({ folder }) => folder !== null);
  return { images: hasClassFolders ? listed : listed.map((one) => ({ ...one, folder: null })), hasClassFolders };
}

interface Place {
  /** Folder that names are relative to. */
  readonly base: string;
  /** Absolute paths. */
  readonly files: readonly string[];
}

async function findPlace(path: string, workingFolder: string): Promise<Place> {
  const absolute = resolve(workingFolder, path);
  const found = await stat(absolute).catch(() => null);
  if (found?.isDirectory() === true) {
    const pattern = `**/*.{${IMAGE_EXTENSIONS.join(',')}}`;
    return checkFound(path, { base: absolute, files: await walk(pattern, absolute) });
  }
  if (found !== null || !isDynamicPattern(path)) {
    // A file that is not there is told of with the others that cannot be read.
    return { base: dirname(absolute), files: [absolute] };
  }
  const pattern = sep === '\\' ? path.replaceAll('\\', '/') : path;
  const parts = pattern.split('/');
  const fixed = parts.slice(
    0,
    parts.findIndex((part) => isDynamicPattern(part)),
  );
  const base = resolve(workingFolder, fixed.join('/') || (pattern.startsWith('/') ? '/' : '.'));
  return checkFound(path, { base, files: await walk(parts.slice(fixed.length).join('/'), base) });
}

async function walk(pattern: string, base: string): Promise<string[]> {
  const files = await glob(pattern, {
    cwd: base,
    absolute: true,
    caseSensitiveMatch: false,
    expandDirectories: false,
    ignore: ['**/node_modules/**'],
  });
  const { compare } = new Intl.Collator('en', { numeric: true });
  return files.map((file) => resolve(file)).sort((one, other) => compare(one, other) || (one < other ? -1 : 1));
}

function checkFound(path: string, place: Place): Place {
  if (place.files.length === 0) {
    const wanted = IMAGE_EXTENSIONS.slice(0, -1).join(', ');
    throw new UserError(
      'badArgument',
      `There is no image in ${path}: looked for ${wanted} and npy files below ${place.base}.`,
    );
  }
  return place;
}

/** `train/` and `test/`; `images/` and `images-2/` for two folders of one name. */
function toPrefix(bases: readonly string[], index: number): string {
  const name = basename(bases[index]) || 'root';
  const earlier = bases.slice(0, index).filter((base) => basename(base) === basename(bases[index])).length;
  return earlier === 0 ? `${name}/` : `${name}-${earlier + 1}/`;
}
