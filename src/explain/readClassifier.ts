import type { HeadExtension } from '../cam/headExtension';
import type { RunOutputs } from '../cam/readEvidence';
import { readClassifierWeights as readRows } from '../cam/readEvidence';
import type { ClassifierWeights } from '../protocol/messages';
import { computeElementCount } from '../tensor/tensor';
import type { Explainer } from './explainer';
import { extendModel, runExtended } from './extendedModel';
import { findInput } from './imageFeed';

/**
 * All rows of the classifier, so that every class can be mapped without running the model again; null when they depend
 * on the image or are larger than `limitBytes`.
 */
export async function readClassifierWeights(
  explainer: Explainer,
  limitBytes: number,
  signal?: AbortSignal,
): Promise<ClassifierWeights | null> {
  const { featureMap, classes, exact, kind } = explainer.analysis.heads[0];
  if (!exact || featureMap === null || classes === null) {
    return null;
  }
  const cells = kind.startsWith('flatten') ? featureMap.height * featureMap.width : 1;
  if (4 * classes * featureMap.channels * cells > limitBytes) {
    return null;
  }
  return loadClassifier(explainer, signal, async (extension, run) =>
    extension.isLinear ? readRows(extension, await run()) : null,
  );
}

/**
 * Loads the model extended by the weights of every class, for as long as `read` takes. The input of a run is blank: those
 * of a linear classifier depend on none.
 */
export async function loadClassifier<Result>(
  { analysis, client }: Explainer,
  signal: AbortSignal | undefined,
  read: (extension: HeadExtension, run: () => Promise<RunOutputs>) => Promise<Result>,
): Promise<Result> {
  const shape = analysis.inferred.boundInputs.get(findInput(analysis)) ?? [];
  const extended = await extendModel(analysis, client, { allClasses: true }, signal);
  const blank = { data: new Float32Array(computeElementCount(shape)), shape };
  try {
    return await read(extended.extension, async () => (await runExtended(client, extended, blank, [], signal)).outputs);
  } finally {
    await client.releaseModel(extended.handle);
  }
}
