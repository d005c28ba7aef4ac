import { resolve } from 'node:path';
import type { ImageEvidence } from '../cam/readEvidence';
import { readEvidence } from '../cam/readEvidence';
import type { Explainer } from '../explain/explainer';
import { runExtended } from '../explain/extendedModel';
import { prepareInput } from '../explain/prepareInput';
import { computeChannelMeans, computeClassMap, computeLogits } from './applyHead';
import type { LinearHead } from './linearHead';
import type { SwapImage, SwapMaps, SwapProposal } from '../protocol/headSwap';
import type { Preprocessing } from '../protocol/preprocessing';
import { UserError } from '../userError';

/** One image as the old head sees it, and what the new one says when that is known already. */
export interface HeadSample {
  /** Path as given. */
  readonly image: string;
  /** [K] of the old head. */
  readonly logits: Float32Array;
  /** [C]. */
  readonly means: Float64Array;
  /** Logits of the new head; null while there is none. */
  readonly after: Float32Array | null;
}

export interface RunHeadOptions {
  readonly images: readonly string[];
  readonly preprocessing: Preprocessing | null;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the model on each image once, one after the other; feature maps are not kept. An image that cannot be read does
 * not keep the others from it. Throws that image's UserError when there is no other.
 */
export async function runHead(
  explainer: Explainer,
  after: LinearHead | null,
  { images, preprocessing, onProgress, signal }: RunHeadOptions,
): Promise<{ readonly samples: readonly HeadSample[]; readonly errors: SwapProposal['errors'] }> {
  const samples: HeadSample[] = [];
  const failures: { readonly image: string; readonly error: UserError }[] = [];
  for (const [index, image] of images.entries()) {
    onProgress?.(index, images.length);
    try {
      const { logits, featureMap: data, channels } = await look(explainer, image, preprocessing, signal);
      const means = computeChannelMeans({ data, channels });
      samples.push({ image, logits, means, after: after && applyHead(after, means, data, image) });
    } catch (error) {
      if (!(error instanceof UserError) || error.code === 'cancelled') {
        throw error;
      }
      failures.push({ image, error });
    }
  }
  onProgress?.(images.length, images.length);
  if (samples.length === 0 && failures.length > 0) {
    throw failures[0].error;
  }
  const errors = failures.map(({ image, error }) => ({ image, code: error.code, message: error.message }));
  return { samples, errors };
}

function applyHead(head: LinearHead, means: Float64Array, data: Float32Array, image: string): Float32Array {
  const read = head.kind === 'gap' ? means : data;
  if (head.weights.length !== head.bias.length * read.length) {
    const wanted = head.weights.length / head.bias.length;
    throw new UserError(
      'badInputTensor',
      `${image} gives a feature map of ${read.length} values, but the new head takes ${wanted}: give images of one size.`,
    );
  }
  return computeLogits(head, read);
}

/** Maps of both heads for the first class before the swap, on one scale: the mean of each plus its bias is its logit. */
export async function drawBothMaps(
  explainer: Explainer,
  after: LinearHead,
  images: readonly SwapImage[],
  { preprocessing, signal }: RunHeadOptions,
): Promise<SwapMaps[]> {
  const maps: SwapMaps[] = [];
  for (const { image, top1Before: classIndex } of images) {
    const evidence = await look(explainer, image, preprocessing, signal);
    const { height, width, channels, aggregate, featureMap } = evidence;
    const drawn = evidence.maps.find((map) => map.classIndex === classIndex)?.map ?? new Float32Array(height * width);
    const scale = aggregate === 'sum' ? height * width : 1;
    maps.push({
      image,
      classIndex,
      height,
      width,
      before: drawn.map((value) => scale * value),
      after: computeClassMap(after, { data: featureMap, channels }, classIndex),
    });
  }
  return maps;
}

async function look(
  explainer: Explainer,
  image: string,
  preprocessing: Preprocessing | null,
  signal: AbortSignal | undefined,
): Promise<ImageEvidence> {
  const { tensor } = await prepareInput(explainer.client, resolve(image), preprocessing, signal);
  const extended = await explainer.extend(tensor.shape, signal);
  const { outputs } = await runExtended(explainer.client, extended, tensor, [], signal);
  return readEvidence(extended.extension, outputs)[0];
}
