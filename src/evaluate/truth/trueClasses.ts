import { basename, dirname, extname } from 'node:path';
import { findClass } from '../../image/findClass';
import { findNamedClass } from '../../image/namedClass';
import type { ResolvedLabels } from '../../image/resolveLabels';
import { readTextFile } from '../../image/textFile';
import { UserError } from '../../userError';
import type { ListedImage } from '../../protocol/imageSeries';
import type { AnnotatedObject } from './annotation';

export interface ClassNames {
  readonly labels: ResolvedLabels | null;
  readonly classes: number;
}

/** null: the model has no such class. Names count before indices, which may be numbered in another way. */
export function findObjectClass({ className, classIndex }: AnnotatedObject, names: ClassNames): number | null {
  if (className !== null && names.labels !== null) {
    return findNamedClass(names.labels, className, names.classes);
  }
  return classIndex !== null && classIndex < names.classes ? classIndex : null;
}

/** Image name → its class, as `--truth FILE` lists them: one `image,class` per line, the class by index or label. */
export type ListedClasses = ReadonlyMap<string, number>;

/** Throws UserError `fileNotFound`, `badArgument` naming the line. */
export async function readListedClasses(path: string, names: ClassNames): Promise<ListedClasses> {
  const content = await readTextFile(path);
  if (content === null) {
    throw new UserError('fileNotFound', `${path} does not exist; wanted a text file with one "image,class" per line.`);
  }
  const lines = content.replace(/^\uFEFF/, '').split(/\r?\n/);
  const listed = lines.flatMap((line, index): [string, number][] => {
    const match = /^\s*"?([^",;\t]+?)"?\s*[,;\t]\s*"?([^"]+?)"?\s*$/.exec(line);
    const isTitle = index === 0 && match !== null && findNamedClass(names.labels, match[2], names.classes) === null;
    if (line.trim() === '' || isTitle) {
      return [];
    }
    if (match === null) {
      throw new UserError(
        'badArgument',
        `${basename(path)}, line ${index + 1}: found "${line.trim()}"; wanted "image,class".`,
      );
    }
    return [[match[1], findListed(match[2], names, `${basename(path)}, line ${index + 1}`)]];
  });
  return new Map(listed);
}

function findListed(text: string, { labels, classes }: ClassNames, where: string): number {
  try {
    return findClass(labels, text, classes);
  } catch (error) {
    throw error instanceof UserError
      ? new UserError(error.code, `${where}: ${error.message}`, { cause: error })
      : error;
  }
}

/**
 * The classes of an image: those that a list gives it, those of its annotated objects, else the label that its folder is
 * called by (as in ImageNet and torchvision's ImageFolder), else the one label that is a word of its file's name
 * (00_circle.png). Empty when none of them tells.
 */
export function findTrueClasses(
  image: ListedImage,
  objects: readonly AnnotatedObject[],
  listed: ListedClasses | null,
  names: ClassNames,
): readonly number[] {
  const given = listed?.get(image.id) ?? listed?.get(basename(image.id));
  if (given !== undefined) {
    return [given];
  }
  const annotated = objects
    .filter(({ isIgnored }) => !isIgnored)
    .flatMap((object) => findObjectClass(object, names) ?? []);
  if (annotated.length > 0) {
    return [...new Set(annotated)].sort((one, other) => one - other);
  }
  const isNamed = (text: string) => text !== '' && !/^\d+$/.test(text);
  const folder = basename(dirname(image.path));
  const words = basename(image.id, extname(image.id))
    .split(/[^\p{L}]+/u)
    .filter(isNamed);
  for (const candidates of [[folder].filter(isNamed), words]) {
    const found = new Set(
      names.labels === null
        ? []
        : candidates.flatMap((text) => findNamedClass(names.labels, text, names.classes) ?? []),
    );
    if (found.size === 1) {
      return [...found];
    }
  }
  return [];
}
