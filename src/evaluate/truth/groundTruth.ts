import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, resolve, sep } from 'node:path';
import { UserError } from '../../userError';
import type { ListedImage } from '../../protocol/imageSeries';
import type { Annotation } from './annotation';
import { parseCoco } from './coco';
import { parsePascalVoc } from './pascalVoc';
import { interpretMaskValues, toMaskObjects } from './pngMask';
import { readPngValues } from '../../image/pngValues';
import { parseYolo } from './yolo';

type TruthFormat = 'png' | 'voc' | 'coco' | 'yolo';

/** Where the objects of a set of images are. */
export interface GroundTruth {
  readonly format: TruthFormat;
  /** Throws UserError `fileNotFound` when there is none for the image, and those of reading its file. */
  read(image: ListedImage): Promise<Annotation>;
}

const EXTENSIONS: Readonly<Record<string, TruthFormat>> = { '.png': 'png', '.xml': 'voc', '.txt': 'yolo' };
const SUFFIXES = ['', '_mask', '-mask', '.mask'];
const WANTED =
  'wanted a folder with a PNG mask (STEM.png, STEM_mask.png), Pascal VOC (STEM.xml) or YOLO file (STEM.txt) per image, or a COCO JSON file';

/**
 * Looks for annotations: a COCO file, or a folder with one file per image, named after it. One format holds for the
 * whole set: the one that the most images have. Throws UserError `fileNotFound`, `badArgument`.
 */
export async function openGroundTruth(path: string, images: readonly ListedImage[]): Promise<GroundTruth> {
  const files = await listFiles(resolve(path));
  const taken = new Set(images.map((image) => image.path));
  const candidates = new Map<TruthFormat, Map<ListedImage, string>>();
  for (const image of images) {
    for (const [format, file] of findCandidates(image, files, taken)) {
      candidates.set(format, (candidates.get(format) ?? new Map<ListedImage, string>()).set(image, file));
    }
  }
  const [best] = [...candidates].sort(([, one], [, other]) => other.size - one.size);
  if (best !== undefined) {
    return openFiles(best[0], best[1], path);
  }
  const coco = [...files.values()].filter((file) => extname(file).toLowerCase() === '.json');
  if (coco.length === 1) {
    return openCoco(coco[0]);
  }
  const found =
    files.size === 0
      ? 'it is empty'
      : `it has ${[...files.keys()].slice(0, 3).join(', ')}${files.size > 3 ? ' …' : ''}`;
  throw new UserError(
    'badArgument',
    `${path} has no annotation of any of the ${images.length} images: ${found}; ${WANTED}.`,
  );
}

/** Path relative to the folder, with "/", → absolute path. */
async function listFiles(path: string): Promise<ReadonlyMap<string, string>> {
  const status = await stat(path).catch(() => null);
  if (status === null) {
    throw new UserError('fileNotFound', `${path} does not exist; ${WANTED}.`);
  }
  if (status.isFile()) {
    return new Map([[basename(path), path]]);
  }
  const names = await readdir(path, { recursive: true });
  return new Map(names.sort().map((name) => [name.split(sep).join('/'), join(path, name)]));
}

/** A file in the same place as the image counts before one that only has its name. */
function findCandidates(
  image: ListedImage,
  files: ReadonlyMap<string, string>,
  taken: ReadonlySet<string>,
): ReadonlyMap<TruthFormat, string> {
  const found = new Map<TruthFormat, string>();
  const stems = [image.id, basename(image.id)].map((name) => name.slice(0, name.length - extname(name).length));
  for (const stem of stems) {
    for (const suffix of SUFFIXES) {
      for (const [extension, format] of Object.entries(EXTENSIONS)) {
        const file = files.get(`${stem}${suffix}${extension}`);
        if (file !== undefined && !taken.has(file) && !found.has(format)) {
          found.set(format, file);
        }
      }
    }
  }
  return found;
}

async function openFiles(
  format: Exclude<TruthFormat, 'coco'> | TruthFormat,
  files: ReadonlyMap<ListedImage, string>,
  path: string,
): Promise<GroundTruth> {
  const meaning = format === 'png' ? interpretMaskValues(await collectValues([...files.values()])) : 'object';
  return {
    format,
    async read(image) {
      const file = files.get(image);
      if (file === undefined) {
        const stem = basename(image.id, extname(image.id));
        const wanted = Object.entries(EXTENSIONS).find(([, each]) => each === format)?.[0] ?? '';
        throw new UserError(
          'fileNotFound',
          `${image.id} has no annotation in ${path}, as other images have: wanted ${stem}${wanted}. Add it, or leave the image out.`,
        );
      }
      if (format === 'png') {
        return { file, objects: toMaskObjects(readPngValues(await readFile(file), basename(file)), meaning) };
      }
      const content = await readFile(file, 'utf8');
      return format === 'voc' ? parsePascalVoc(content, file) : parseYolo(content, file);
    },
  };
}

/** Whether masks hold classes can only be told from all of them. */
async function collectValues(files: readonly string[]): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  for (const file of files) {
    readPngValues(await readFile(file), basename(file)).values.forEach((value) => found.add(value));
  }
  return found;
}

async function openCoco(file: string): Promise<GroundTruth> {
  const { annotations } = parseCoco(await readFile(file, 'utf8'), file);
  const byName = new Map([...annotations].map(([name, annotation]) => [basename(name), annotation]));
  return {
    format: 'coco',
    read(image) {
      const annotation = annotations.get(image.id) ?? byName.get(basename(image.id));
      return annotation !== undefined
        ? Promise.resolve(annotation)
        : Promise.reject(
            new UserError('fileNotFound', `${basename(file)} lists no image with the file_name ${basename(image.id)}.`),
          );
    },
  };
}
