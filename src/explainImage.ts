import { findReceptiveField } from './analysis/receptiveFields';
import { readEvidence } from './cam/readEvidence';
import type { Explainer } from './explain/explainer';
import { runExtended } from './explain/extendedModel';
import { prepareInput } from './explain/prepareInput';
import type { Explanation } from './protocol/explanation';
import type { Preprocessing } from './protocol/preprocessing';

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
    receptiveField: findReceptiveField(extended.analysis, extended.analysis.heads[0].featureMap?.tensor ?? ''),
    placement: input.placement,
    inputPicture: input.picture,
    elapsedMs: { decode: input.elapsedMs, run: result.elapsedMs },
  };
}
