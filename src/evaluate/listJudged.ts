import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { isSeries, listImages } from '../image/listImages';
import type { ListedImage } from '../protocol/imageSeries';
import { UserError } from '../userError';

/**
 * The images of a folder, a glob or one file, as `listImages` finds them, without masks: `STEM_mask.png` beside an image
 * of that stem is its mask. Throws UserError `fileNotFound`, `badArgument` as `listImages` does.
 */
export async function listJudged(path: string): Promise<readonly ListedImage[]> {
  const [folder, root] = [process.cwd(), resolve(path)];
  if (!(await isSeries(path, folder)) && (await stat(root).catch(() => null)) === null) {
    throw new UserError('fileNotFound', `${path} does not exist; wanted a folder of images.`);
  }
  const { images } = await listImages([path], folder);
  const stems = new Set(images.map(({ id }) => toStem(id)));
  return images.filter(({ id }) => {
    const [stem, image] = [toStem(id), toStem(id).replace(/[_.-]mask$/, '')];
    return image === stem || !stems.has(image);
  });
}

function toStem(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}
