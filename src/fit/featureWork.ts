import type { RunOutput } from '../cam/readEvidence';
import type { BatchWork } from '../explain/batchRunner';
import type { LoadedExtension } from '../explain/extendedModel';
import { loadExtended } from '../explain/extendedModel';
import { findInput } from '../explain/imageFeed';
import { runBatch } from '../explain/runBatch';
import type { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import type { FailedImage } from '../protocol/imageSeries';
import type { Preprocessing } from '../protocol/preprocessing';
import type { FeatureExtension } from './featureExtension';
import type { ImageHash } from './featureJournal';

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
      return computeBatch(source, trunk, { batch, next });
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

/** Features of the images of one batch. */
async function computeBatch(
  { client, analysis, features, options: { preprocessing, withMaps, signal } }: FeatureSource,
  trunk: LoadedExtension<FeatureExtension>,
  images: { readonly batch: readonly UnknownImage[]; readonly next: readonly UnknownImage[] },
): Promise<FeatureItem[]> {
  const shape = [1, ...(analysis.inferred.boundInputs.get(findInput(analysis)) ?? []).slice(1)];
  const results = await runBatch(client, trunk, {
    ...{ ...images, shape, preprocessing, signal },
    feeds: {},
    fetches: withMaps ? [features.pooled, features.map] : [features.pooled],
    wantsPictures: false,
    readAnswers: (outputs) => {
      const pooled = sliceItems(outputs[features.pooled]);
      const maps = withMaps ? sliceItems(outputs[features.map]) : null;
      return pooled.map((values, item) => ({ pooled: values, map: maps?.[item] ?? null }));
    },
  });
  return results.map(({ image, answer, failure }) => ({ image, features: answer, failure }));
}

/** The values of each image. */
function sliceItems({ dims: [count], data }: RunOutput): Float32Array[] {
  const values = data as Float32Array;
  const size = values.length / count;
  return Array.from({ length: count }, (_, item) => values.slice(item * size, (item + 1) * size));
}
