import { resolve } from 'node:path';
import type { FeatureSet } from '../extractFeatures';
import { extractFeatures } from '../extractFeatures';
import { isInputTensor } from '../image/inputTensor';
import { readPreprocessing } from '../image/modelSettings';
import type { InferenceClient } from '../inference/inferenceClient';
import { analyzeModel } from '../inspectModel';
import type { Preprocessing } from '../protocol/preprocessing';
import { chooseCacheFolder } from './cacheFolder';
import type { FeaturesArguments, FitArguments } from './fitArguments';
import type { Output } from './output';
import { createProgress } from './progress';
import { readSettings } from './settingsFile';

export interface ExtractedData {
  readonly features: FeatureSet;
  readonly preprocessing: Preprocessing | null;
}

/** Features of a command's images, with progress and a line for each image that was left out. */
export async function extractData(
  { model: file, preprocess, cache }: Pick<FitArguments | FeaturesArguments, 'model' | 'preprocess' | 'cache'>,
  images: readonly string[],
  withMaps: boolean,
  client: InferenceClient,
  output: Output,
): Promise<ExtractedData> {
  const analysis = await analyzeModel(file);
  const { model, inferred, heads } = analysis;
  const subject = { model, boundInputs: inferred.boundInputs, classes: heads[0].classes };
  const chosen = preprocess === null ? null : await readSettings(preprocess);
  const preprocessing = images.every(isInputTensor)
    ? null
    : (await readPreprocessing(subject, { chosen })).preprocessing;
  const progress = createProgress(output);
  const features = await extractFeatures(analysis, client, images, {
    ...{ preprocessing, withMaps, cache: resolve(chooseCacheFolder(cache)), isPruned: cache === null },
    tell: (sentence) => output.report(`headlight: ${sentence}`),
    onProgress: ({ done, total, reused }) => {
      progress(`headlight: features of ${done} of ${total} images${reused === 0 ? '' : ` (${reused} known)`}`);
    },
  });
  features.skipped.forEach(({ message }) => output.report(`headlight: left out: ${message}`));
  return { features, preprocessing };
}
