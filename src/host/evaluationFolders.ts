import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const IMAGES = ['images', 'imgs', 'jpegimages', 'pictures'];
const MASKS = ['masks', 'annotations', 'labels', 'segmentationclass'];

/** Where the images of an evaluation and their annotations probably are; null: there is no such folder. */
export interface EvaluationFolders {
  readonly images: string | null;
  readonly masks: string | null;
}

/**
 * The folder of the images that are open with the model, else one called `images` beside the model; annotations in a
 * folder called `masks` (or `annotations`, `labels`) beside the images' folder, or beside the model.
 */
export async function findEvaluationFolders(model: string, open: readonly string[]): Promise<EvaluationFolders> {
  const folder = dirname(model);
  const images = open.length > 0 ? dirname(open[0]) : await findFolder(folder, IMAGES);
  const besideImages = images === null ? null : await findFolder(dirname(images), MASKS);
  return { images, masks: besideImages ?? (await findFolder(folder, MASKS)) };
}

/** The first of the names that is a folder in `parent`, in whichever case it is written. */
async function findFolder(parent: string, names: readonly string[]): Promise<string | null> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const found = names.flatMap((wanted) => folders.find((name) => name.toLowerCase() === wanted) ?? []);
  return found.length === 0 ? null : join(parent, found[0]);
}
