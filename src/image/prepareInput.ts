import { basename } from 'node:path';
import type { InputPlacement, Picture } from '../protocol/explanation';
import type { Preprocessing } from '../protocol/preprocessing';
import type { Tensor } from '../tensor/tensor';
import { UserError } from '../userError';
import { decodeImage } from './decodeImage';
import { isInputTensor, pictureTensor, readInputTensor } from './inputTensor';
import { preprocessImage } from './preprocessImage';

export interface PreparedInput {
  /** [1, channels, height, width] or [1, height, width, channels]; of a `.npy` file: as stored. */
  readonly tensor: Tensor;
  /** What the network is fed, before normalisation. */
  readonly picture: Picture;
  /** null for a ready input tensor. */
  readonly placement: InputPlacement | null;
}

/**
 * The tensor to be fed, from a picture or from a `.npy` file, which is taken as it is.
 * Throws UserError: those of decoding, `badInputTensor`, and `badPreprocessing` for a picture without preprocessing.
 */
export async function prepareInput(
  image: string | Uint8Array,
  preprocessing: Preprocessing | null,
): Promise<PreparedInput> {
  if (typeof image === 'string' && isInputTensor(image)) {
    const tensor = await readInputTensor(image);
    return { tensor, picture: pictureTensor(tensor, preprocessing, basename(image)), placement: null };
  }
  if (preprocessing === null) {
    const name = typeof image === 'string' ? basename(image) : 'the image';
    throw new UserError('badPreprocessing', `How ${name} becomes the model's input is not known.`);
  }
  return preprocessImage(await decodeImage(image, preprocessing), preprocessing);
}
