import type { Stats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../userError';
import { compareNames } from './compareNames';
import { readLabelledCsv } from './labelledCsv';
import type { Dataset, LabelledImage } from './dataset';
import { countClasses } from './dataset';
import { isImageName } from '../image/imageExtensions';
import { isSystemError } from '../systemError';

/**
 * Reads a folder of folders (a class is a folder, as in ImageNet and torchvision's ImageFolder: names sorted, images at
 * any depth) or a CSV file (`path,label`; see `readLabelledCsv`). Files that are no images are passed over in folders.
 *
 * Throws UserError `fileNotFound`, and `badArgument` for data that no head can be fitted to: no images, one class only,
 * a class with fewer than two images.
 */
export async function readDataset(source: string): Promise<Dataset> {
  const found = await findSource(source);
  const dataset = found.isDirectory()
    ? await readFolders(source)
    : readLabelledCsv(await readFile(source, 'utf8'), path.resolve(source));
  checkDataset(dataset, source);
  return dataset;
}

async function findSource(source: string): Promise<Stats> {
  try {
    return await stat(source);
  } catch (error) {
    throw new UserError('fileNotFound', `${source} does not exist: give a folder of folders, or a CSV file.`, {
      cause: error,
    });
  }
}

async function readFolders(source: string): Promise<Dataset> {
  const entries = await readdir(source, { withFileTypes: true });
  const isShown = (name: string): boolean => !name.startsWith('.') && name !== '__MACOSX';
  const folders = entries.filter((entry) => isShown(entry.name) && !isImageName(entry.name) && !entry.isFile());
  const classes: string[] = [];
  const images: LabelledImage[] = [];
  for (const name of folders.map((entry) => entry.name).sort(compareNames)) {
    const files = await listImages(path.resolve(source, name));
    if (files.length > 0) {
      images.push(...files.map((file) => ({ path: file, classes: [classes.length] })));
      classes.push(name);
    }
  }
  const loose = entries.filter((entry) => isImageName(entry.name)).length;
  if (classes.length === 0) {
    throw new UserError(
      'badArgument',
      loose > 0
        ? `${source} has ${loose} images but no folders of images: make one folder per class, or give a CSV file (path,label).`
        : `${source} has no folder with images: make one folder per class, named as the class.`,
    );
  }
  return { classes, isMultiLabel: false, images };
}

async function listImages(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    // A symbolic link to a file.
    if (isSystemError(error) && error.code === 'ENOTDIR') return [];
    throw error;
  });
  return entries
    .filter((entry) => isImageName(entry) && !path.basename(entry).startsWith('.'))
    .sort(compareNames)
    .map((entry) => path.join(folder, entry));
}

/**
 * The images of a data set without asking what can be fitted to them: every image below a folder, labelled by the first
 * folder on the way (empty when there is none), or the rows of a CSV file.
 */
export async function readImageList(
  source: string,
): Promise<readonly { readonly path: string; readonly label: string }[]> {
  const found = await findSource(source);
  if (!found.isDirectory()) {
    const { classes, images } = readLabelledCsv(await readFile(source, 'utf8'), path.resolve(source));
    return images.map((image) => ({ path: image.path, label: image.classes.map((index) => classes[index]).join(';') }));
  }
  const folder = path.resolve(source);
  const images = await listImages(folder);
  if (images.length === 0) {
    throw new UserError('badArgument', `${source} has no images.`);
  }
  return images.map((image) => {
    const [label, ...rest] = path.relative(folder, image).split(path.sep);
    return { path: image, label: rest.length === 0 ? '' : label };
  });
}

function checkDataset({ classes, images, isMultiLabel }: Dataset, source: string): void {
  if (classes.length < 2 && !isMultiLabel) {
    throw new UserError(
      'badArgument',
      `${source} has one class only ("${classes[0] ?? ''}"): a classifier needs at least two.`,
    );
  }
  const counts = countClasses(images, classes.length);
  const rare = counts.findIndex((count) => count < 2);
  if (rare >= 0) {
    throw new UserError(
      'badArgument',
      `Class "${classes[rare]}" of ${source} has ${counts[rare]} image${counts[rare] === 1 ? '' : 's'}: at least two are ` +
        'needed, one to fit and one to validate. Add images or leave the class out.',
    );
  }
}
