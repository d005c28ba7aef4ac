import { basename } from 'node:path';
import type { BatchWork } from '../explain/batchRunner';
import { findFixedBatch } from '../explain/batchRunner';
import type { LoadedExtension } from '../explain/extendedModel';
import { findInput } from '../explain/imageFeed';
import { loadExtended } from '../explain/extendedModel';
import type { FeatureExtension } from './featureExtension';
import type { ImageHash } from './featureJournal';
import type { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import type { FailedImage } from '../protocol/imageSeries';
import type { Preprocessing } from '../protocol/preprocessing';
import { UserError } from '../userError';

/** Where features come from. */
export interface FeatureSource {
  /** Bound to the size of the input. */
  readonly analysis: ModelAnalysis;
  readonly client: InferenceClient;
  readonly features: FeatureExtension;
  readonly options: {
    readonly preprocessing: Preprocessing | null;
    readonly withMaps: boolean;
    readonly signal?: AbortSignal | undefined;
  };
}

export interface UnknownImage {
  readonly hash: ImageHash;
  readonly path: string;
  /** Size and time of the file when it was hashed. */
  readonly stamp: string;
}

export interface FeatureItem {
  readonly image: UnknownImage;
  /** Means over positions [C], and when wanted the map [C, H, W]; null for an image that failed. */
  readonly features: { readonly pooled: Float32Array; readonly map: Float32Array | null } | null;
  readonly failure: FailedImage | null;
}

/** The trunk is loaded when the first image needs it. */
export function createFeatureWork(source: FeatureSource): BatchWork<UnknownImage, FeatureItem> {
  const { analysis, client, features, options } = source;
  let trunk: LoadedExtension<FeatureExtension> | null = null;
  return {
    async run(batch, next) {
      trunk ??= await loadExtended(analysis, client, () => features, options.signal);
      return runBatch(source, trunk, batch, next);
    },
    fail: (image, failure) => ({ image, features: null, failure }),
    readAnswer: (item) => item.features?.pooled ?? null,
    async release() {
      if (trunk !== null) {
        await client.releaseModel(trunk.handle);
      }
    },
  };
}

async function runBatch(
  { client, analysis, features, options: { preprocessing, withMaps, signal } }: FeatureSource,
  { handle }: LoadedExtension<FeatureExtension>,
  batch: readonly UnknownImage[],
  next: readonly UnknownImage[],
): Promise<FeatureItem[]> {
  const name = findInput(analysis);
  const shape = [1, ...(analysis.inferred.boundInputs.get(name) ?? []).slice(1)];
  const { images, run } = await client.runImages(handle, {
    images: batch.map(({ path }) => path),
    next: next.map(({ path }) => path),
    preprocessing,
    input: { name, shape, batch: findFixedBatch(analysis) },
    feeds: {},
    fetches: withMaps ? [features.pooled, features.map] : [features.pooled],
    wantsPictures: false,
    signal,
  });
  const readable = images.filter(({ ok }) => ok).length;
  const answers = run?.outputs[features.pooled].dims[0] ?? 0;
  if (answers < readable) {
    const found = `${basename(analysis.model.path)} gives ${answers} answers for ${readable} images.`;
    throw new UserError('inferenceFailed', `${found} Its graph fixes the batch somewhere.`);
  }
  const read = (output: string, item: number): Float32Array => {
    const values = run?.outputs[output].data as Float32Array;
    const size = values.length / answers;
    return values.slice(item * size, (item + 1) * size);
  };
  let answered = 0;
  return images.map((outcome, index) => {
    const image = batch[index];
    if (!outcome.ok) {
      return { image, features: null, failure: { code: outcome.code, message: outcome.message } };
    }
    const item = answered++;
    const map = withMaps ? read(features.map, item) : null;
    return { image, features: { pooled: read(features.pooled, item), map }, failure: null };
  });
}
