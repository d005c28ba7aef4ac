import { checkContrast, subtractExactMaps } from '../cam/contrastMaps';
import type { ImageMaps } from '../cam/readEvidence';
import { listMapFetches, readMaps, toClassInput } from '../cam/readEvidence';
import { isInputTensor, readInputTensor } from '../image/inputTensor';
import type { FailedImage, ListedImage, SeriesItem } from '../protocol/imageSeries';
import type { Preprocessing } from '../protocol/preprocessing';
import { UserError } from '../userError';
import { BatchRunner } from './batchRunner';
import type { Explainer } from './explainer';
import type { ExtendedModel } from './extendedModel';
import { extendForBatches } from './extendedModel';
import { runBatch } from './runBatch';

/** Which exact maps are drawn of each image, and how. */
export interface MapOptions {
  /** How many of the most likely classes get a map, 0 to 5. */
  readonly topCount: number;
  /** Classes to map beside them. */
  readonly classes: readonly number[];
  /** Class whose logit is subtracted from that of each mapped class; null for none. */
  readonly contrast: number | null;
  /** null when there are input tensors only. */
  readonly preprocessing: Preprocessing | null;
  /** Images run at once where the model leaves that open; null: as many as memory suggests. */
  readonly batch: number | null;
  /** Whether what the network was fed is wanted too, to draw overlays. */
  readonly wantsPictures: boolean;
  readonly signal?: AbortSignal;
  /** Told what else the user should know, in sentences. */
  readonly tell?: (sentence: string) => void;
}

/** Throws UserError `noHead` or `notExact` for a model without exact maps, and what loading throws. */
export async function createMapRunner(
  explainer: Explainer,
  images: readonly ListedImage[],
  options: MapOptions,
): Promise<BatchRunner<ListedImage, SeriesItem>> {
  const shape = await findImageShape(images, options);
  const loaded = await extendForBatches(explainer, shape, Math.max(1, options.topCount), options.signal);
  const work = {
    run: (batch: readonly ListedImage[], next: readonly ListedImage[]) =>
      mapBatch(explainer, loaded, { batch, next }, shape, options),
    fail: (image: ListedImage, failure: FailedImage): SeriesItem => ({ image, explained: null, failure }),
    readAnswer: ({ explained }: SeriesItem) => explained?.logits ?? null,
    release: () => explainer.client.releaseModel(loaded.handle),
  };
  return new BatchRunner<ListedImage, SeriesItem>(work, loaded.analysis, options);
}

/** Maps of the images of one batch. */
async function mapBatch(
  { client }: Explainer,
  loaded: ExtendedModel,
  images: { readonly batch: readonly ListedImage[]; readonly next: readonly ListedImage[] },
  shape: readonly number[],
  { classes, topCount, contrast, preprocessing, wantsPictures, signal }: MapOptions,
): Promise<SeriesItem[]> {
  const { extension } = loaded;
  const asked = contrast === null ? classes : [...classes, contrast];
  const wanted = { elementType: 'int64', dims: [asked.length], data: toClassInput(extension, asked) } as const;
  const results = await runBatch(client, loaded, {
    ...{ ...images, shape, preprocessing, wantsPictures, signal },
    feeds: extension.inputs.classes === null ? {} : { [extension.inputs.classes]: wanted },
    fetches: listMapFetches(extension),
    readAnswers: (outputs) => readMaps(extension, outputs),
  });
  return results.map((result) => {
    if (result.failure !== null) {
      return { image: result.image, explained: null, failure: result.failure };
    }
    const { image, answer, placement, picture } = result;
    const { maps, ...rest } = chooseMaps(answer, { classes, topCount, contrast });
    const valued = maps.map((map) => ({ ...map, value: map.certificate.logit, figures: [] }));
    return { image, explained: { ...rest, maps: valued, runs: 1, placement, picture }, failure: null };
  });
}

/** Of what the model maps, what was asked for: most likely classes first; as differences when a class is subtracted. */
function chooseMaps(
  answer: ImageMaps,
  { classes, topCount, contrast }: Pick<MapOptions, 'classes' | 'topCount' | 'contrast'>,
): ImageMaps {
  const indices = new Set([...answer.top.slice(0, topCount), ...classes]);
  const maps = answer.maps.filter(({ classIndex }) => indices.has(classIndex));
  const other = answer.maps.find(({ classIndex }) => classIndex === contrast);
  if (contrast === null || other === undefined) {
    return { ...answer, maps };
  }
  checkContrast(contrast, [...indices]);
  return { ...answer, maps: maps.map((map) => subtractExactMaps(map, other)) };
}

/** With pictures the preprocessing tells, without them the first tensor that can be read. */
async function findImageShape(
  images: readonly ListedImage[],
  { preprocessing }: MapOptions,
): Promise<readonly number[]> {
  if (preprocessing !== null) {
    const { height, width, layout, channelOrder } = preprocessing;
    const channels = channelOrder === 'grey' ? 1 : 3;
    return layout === 'NCHW' ? [1, channels, height, width] : [1, height, width, channels];
  }
  const tensors = images.filter(({ path }) => isInputTensor(path));
  for (const { path } of tensors) {
    const tensor = await readInputTensor(path).catch(() => null);
    if (tensor !== null) {
      return tensor.shape;
    }
  }
  throw new UserError('badInputTensor', `None of the ${images.length} input tensors can be read.`);
}
