import { basename } from 'node:path';
import { readClassifierWeights as readRows, readEvidence } from './cam/readEvidence';
import type { Explainer } from './explainer';
import { extendModel, findInput, runExtended } from './explainer';
import { isInputTensor, pictureTensor, readInputTensor } from './image/inputTensor';
import type { InferenceClient } from './inference/inferenceClient';
import type { Explanation, InputPlacement, Picture } from './protocol/explanation';
import type { ClassifierWeights } from './protocol/messages';
import type { Preprocessing } from './protocol/preprocessing';
import type { Tensor } from './tensor/tensor';
import { computeElementCount } from './tensor/tensor';
import { UserError } from './userError';

export interface ExplainOptions {
  /** Classes to map beside the most likely ones. */
  readonly classes: readonly number[];
  /** How the picture is read; null when that is not known, which is enough for a ready input tensor. */
  readonly preprocessing: Preprocessing | null;
  readonly signal?: AbortSignal;
}

/**
 * From an image file to what the model looks at in it. A `.npy` file is taken as the ready input tensor.
 * Throws UserError: those of reading the image, `noHead`, `notExact`, `badInputTensor`, `inferenceFailed`,
 * `inferenceStopped`, `externalDataMissing`, `fileChanged`, `cancelled`.
 */
export async function explainImage(
  explainer: Explainer,
  image: { readonly id: string; readonly path: string },
  { classes, preprocessing, signal }: ExplainOptions,
): Promise<Explanation> {
  const input = await prepareInput(explainer.client, image.path, preprocessing, signal);
  const extended = await explainer.extend(input.tensor.shape, signal);
  const result = await runExtended(explainer.client, extended, input.tensor, classes, signal);
  const [evidence] = readEvidence(extended.extension, result.outputs);
  return {
    imageId: image.id,
    image: image.path,
    ...evidence,
    receptiveField: extended.analysis.report.receptiveField,
    placement: input.placement,
    inputPicture: input.picture,
    elapsedMs: { decode: input.elapsedMs, run: result.elapsedMs },
  };
}

/**
 * All rows of the classifier, so that every class can be mapped without running the model again; null when they depend
 * on the image or are larger than `limitBytes`.
 */
export async function readClassifierWeights(
  { analysis, client }: Explainer,
  limitBytes: number,
  signal?: AbortSignal,
): Promise<ClassifierWeights | null> {
  const { featureMap, classes, exact, kind } = analysis.heads[0];
  if (!exact || featureMap === null || classes === null) {
    return null;
  }
  const cells = kind.startsWith('flatten') ? featureMap.height * featureMap.width : 1;
  if (4 * classes * featureMap.channels * cells > limitBytes) {
    return null;
  }
  const shape = analysis.inferred.boundInputs.get(findInput(analysis)) ?? [];
  const extended = await extendModel(analysis, client, { allClasses: true }, signal);
  try {
    if (!extended.extension.isLinear) {
      return null;
    }
    const blank = { data: new Float32Array(computeElementCount(shape)), shape };
    const result = await runExtended(client, extended, blank, [], signal);
    return readRows(extended.extension, result.outputs);
  } finally {
    await client.releaseModel(extended.handle);
  }
}

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
