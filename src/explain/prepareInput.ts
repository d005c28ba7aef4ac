import { basename } from 'node:path';
import { isInputTensor, pictureTensor, readInputTensor } from '../image/inputTensor';
import type { InferenceClient } from '../inference/inferenceClient';
import type { InputPlacement, Picture } from '../protocol/explanation';
import type { Preprocessing } from '../protocol/preprocessing';
import type { Tensor } from '../tensor/tensor';
import { UserError } from '../userError';

interface PreparedInput {
  readonly tensor: Tensor;
  readonly picture: Picture;
  readonly placement: InputPlacement | null;
  readonly elapsedMs: number;
}

/** The tensor to be fed, from a picture or a `.npy` file. */
export async function prepareInput(
  client: InferenceClient,
  path: string,
  preprocessing: Preprocessing | null,
  signal: AbortSignal | undefined,
): Promise<PreparedInput> {
  if (isInputTensor(path)) {
    const startedAt = performance.now();
    const tensor = await readInputTensor(path);
    const picture = pictureTensor(tensor, preprocessing, basename(path));
    return { tensor, picture, placement: null, elapsedMs: performance.now() - startedAt };
  }
  if (preprocessing === null) {
    throw new UserError('badPreprocessing', `How ${basename(path)} becomes the model's input is not known.`);
  }
  return client.prepareImage({ image: path, preprocessing, signal });
}
