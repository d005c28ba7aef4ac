import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Picture } from '../protocol/explanation';
import type { Preprocessing } from '../protocol/preprocessing';
import { readNpy } from '../tensor/npy';
import type { Tensor } from '../tensor/tensor';
import { UserError } from '../userError';
import { checkRegularFile } from './regularFile';
import { tensorToPicture } from './tensorPicture';

/** Whether a file is a ready input tensor instead of a picture. */
export function isInputTensor(path: string): boolean {
  return path.toLowerCase().endsWith('.npy');
}

/**
 * A ready input tensor of one image: shape as stored, with a batch axis of 1 in front when it has rank 3.
 * Throws UserError `fileNotFound`, `badInputTensor`.
 */
export async function readInputTensor(path: string): Promise<Tensor> {
  const { data, shape } = readNpy(await readBytes(path), basename(path));
  const batched = shape.length === 3 ? [1, ...shape] : shape;
  if (batched[0] !== 1) {
    throw new UserError(
      'badInputTensor',
      `${basename(path)} has the shape [${shape.join(', ')}]; wanted one image, [1, …]. Save one image per file.`,
    );
  }
  return { data, shape: batched };
}

/** What a ready tensor looks like: normalisation undone when it is known, else stretched from black to white. */
export function pictureTensor(tensor: Tensor, preprocessing: Preprocessing | null, name: string): Picture {
  if (preprocessing !== null) {
    return tensorToPicture(tensor, preprocessing, name);
  }
  const [channels, height, width] = tensor.shape.slice(-3);
  const area = height * width;
  const plane = channels === 1 || channels === 3 ? tensor.data : tensor.data.subarray(0, area);
  const minimum = plane.reduce((least, value) => Math.min(least, value), Infinity);
  const maximum = plane.reduce((most, value) => Math.max(most, value), -Infinity);
  const range = maximum > minimum ? maximum - minimum : 1;
  const rgba = new Uint8ClampedArray(area * 4).fill(255);
  for (let index = 0; index < area; index++) {
    for (let color = 0; color < 3; color++) {
      const offset = channels === 3 ? color * area : 0;
      rgba[index * 4 + color] = (255 * (plane[offset + index] - minimum)) / range;
    }
  }
  return { width, height, rgba };
}

async function readBytes(path: string): Promise<Uint8Array> {
  await checkRegularFile(path);
  try {
    return await readFile(path);
  } catch (error) {
    throw new UserError('fileNotFound', `${path} cannot be read. Does it exist?`, { cause: error });
  }
}
