import { basename } from 'node:path';
import { subtractExactMaps, checkContrast } from './cam/contrastMaps';
import type { ImageMaps } from './cam/readEvidence';
import { listMapFetches, readMaps, toClassInput } from './cam/readEvidence';
import type { Explainer, ExtendedModel } from './explainer';
import { extendForBatches, findInput } from './explainer';
import type { SeriesOptions } from './explainImages';
import { isInputTensor, readInputTensor } from './image/inputTensor';
import type { ModelAnalysis } from './inspectModel';
import type { ListedImage, SeriesItem } from './protocol/imageSeries';
import { UserError } from './userError';

/** More at once saves little on a CPU, and takes memory. */
const MOST_IMAGES = 16;
/** For the activations of a batch, by the graph's own shapes. */
const ACTIVATION_BYTES = 512e6;
/** Largest difference of a logit alone and in a batch, relative to the largest one: sums in another order. */
const BATCH_TOLERANCE = 1e-3;

/** Runs the extended model on several images at once; `release` it. */
export class BatchRunner {
  readonly #explainer: Explainer;
  readonly #loaded: ExtendedModel;
  readonly #shape: readonly number[];
  readonly #options: SeriesOptions;
  /** Images that the model takes at once where that cannot be chosen. */
  readonly #fixed: number | null;
  #size: number;
  /** Whether an image is known to be answered for in a batch as it is alone. */
  #isChecked: boolean;

  /** `shape`: of one image, with a batch axis of 1. */
  constructor(explainer: Explainer, loaded: ExtendedModel, shape: readonly number[], options: SeriesOptions) {
    this.#explainer = explainer;
    this.#loaded = loaded;
    this.#shape = shape;
    this.#options = options;
    this.#fixed = findFixedBatch(loaded.analysis);
    this.#size = this.#fixed ?? options.batch ?? chooseBatch(loaded.analysis);
    this.#isChecked = this.#fixed !== null;
    if (this.#fixed !== null && options.batch !== null && options.batch !== this.#fixed) {
      options.tell?.(`The model takes exactly ${this.#fixed} at once: a batch of ${options.batch} is not possible.`);
    }
  }

  /** Images that the next batch should have. */
  get size(): number {
    return this.#size;
  }

  /** One item per image of the batch. `next`: images of the batch after it, read while this one runs. */
  async run(batch: readonly ListedImage[], next: readonly ListedImage[]): Promise<readonly SeriesItem[]> {
    let items: readonly SeriesItem[];
    try {
      items = await this.#runOnce(batch, next);
    } catch (error) {
      return this.#findRefused(batch, error);
    }
    if (await this.#isAnsweredAlike(batch, items)) {
      return items;
    }
    this.#goOnAlone('The model answers otherwise for an image in a batch than for the image alone.');
    return this.#runAlone(batch);
  }

  release(): Promise<void> {
    return this.#explainer.client.releaseModel(this.#loaded.handle);
  }

  /** A batch failed as a whole: which images are to blame, or is it the batch itself? */
  async #findRefused(batch: readonly ListedImage[], error: unknown): Promise<readonly SeriesItem[]> {
    if (!(error instanceof UserError) || !['inferenceFailed', 'inferenceStopped'].includes(error.code)) {
      throw error;
    }
    if (batch.length === 1) {
      return [toFailedItem(batch[0], error)];
    }
    const items = await this.#runAlone(batch);
    if (this.#fixed === null && items.every(({ failure }) => failure?.code !== error.code)) {
      this.#goOnAlone(`The model does not run on ${batch.length} images at once (${error.message})`);
    }
    return items;
  }

  /** For good: what went wrong once would again. */
  #goOnAlone(why: string): void {
    this.#size = 1;
    this.#isChecked = true;
    this.#options.tell?.(`${why} Images are run one by one.`);
  }

  async #runAlone(batch: readonly ListedImage[]): Promise<SeriesItem[]> {
    const items: SeriesItem[] = [];
    for (const image of batch) {
      items.push(...(await this.#runOnce([image], []).catch((error: unknown) => [toFailedItem(image, error)])));
    }
    return items;
  }

  /** Compared once: a graph may mix the images of a batch although it declares their number free. */
  async #isAnsweredAlike(batch: readonly ListedImage[], items: readonly SeriesItem[]): Promise<boolean> {
    const first = items.findIndex(({ explained }) => explained !== null);
    if (this.#isChecked || first < 0 || items.length === 1) {
      return true;
    }
    this.#isChecked = true;
    const [alone] = await this.#runOnce([batch[first]], []);
    return isSameAnswer(items[first], alone);
  }

  #runOnce(batch: readonly ListedImage[], next: readonly ListedImage[]): Promise<SeriesItem[]> {
    return runBatch(
      this.#explainer,
      this.#loaded,
      { batch, next, shape: this.#shape, fixed: this.#fixed },
      this.#options,
    );
  }
}

/** Throws UserError `noHead` or `notExact` for a model without exact maps, and what loading throws. */
export async function createBatchRunner(
  explainer: Explainer,
  images: readonly ListedImage[],
  options: SeriesOptions,
): Promise<BatchRunner> {
  const shape = await findImageShape(images, options);
  const loaded = await extendForBatches(explainer, shape, Math.max(1, options.topCount), options.signal);
  return new BatchRunner(explainer, loaded, shape, options);
}

interface Batch {
  readonly batch: readonly ListedImage[];
  readonly next: readonly ListedImage[];
  /** Of one image. */
  readonly shape: readonly number[];
  readonly fixed: number | null;
}

async function runBatch(
  { client }: Explainer,
  { analysis, extension, handle }: ExtendedModel,
  { batch, next, shape, fixed }: Batch,
  { classes, topCount, contrast, preprocessing, wantsPictures, signal }: SeriesOptions,
): Promise<SeriesItem[]> {
  const asked = contrast === null ? classes : [...classes, contrast];
  const wanted = { elementType: 'int64', dims: [asked.length], data: toClassInput(extension, asked) } as const;
  const { images, run } = await client.runImages(handle, {
    images: batch.map(({ path }) => path),
    next: next.map(({ path }) => path),
    preprocessing,
    input: { name: findInput(analysis), shape, batch: fixed },
    feeds: extension.inputs.classes === null ? {} : { [extension.inputs.classes]: wanted },
    fetches: listMapFetches(extension),
    wantsPictures,
    signal,
  });
  const answers = run === null ? [] : readMaps(extension, run.outputs);
  const readable = images.filter(({ ok }) => ok).length;
  if (answers.length < readable) {
    const found = `${basename(analysis.model.path)} gives ${answers.length} answers for ${readable} images.`;
    throw new UserError('inferenceFailed', `${found} Its graph fixes the batch somewhere.`);
  }
  let answered = 0;
  return images.map((outcome, index) => {
    const image = batch[index];
    if (!outcome.ok) {
      return { image, explained: null, failure: { code: outcome.code, message: outcome.message } };
    }
    const { placement, picture } = outcome;
    const { maps, ...answer } = chooseMaps(answers[answered++], { classes, topCount, contrast });
    const valued = maps.map((map) => ({ ...map, value: map.certificate.logit, figures: [] }));
    return { image, explained: { ...answer, maps: valued, runs: 1, placement, picture }, failure: null };
  });
}

/** Of what the model maps, what was asked for: most likely classes first; as differences when a class is subtracted. */
function chooseMaps(
  answer: ImageMaps,
  { classes, topCount, contrast }: Pick<SeriesOptions, 'classes' | 'topCount' | 'contrast'>,
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

function toFailedItem(image: ListedImage, error: unknown): SeriesItem {
  if (!(error instanceof UserError) || error.code === 'cancelled') {
    throw error;
  }
  return { image, explained: null, failure: { code: error.code, message: error.message } };
}

function isSameAnswer({ explained: one }: SeriesItem, { explained: other }: SeriesItem): boolean {
  if (one === null || other === null) {
    return false;
  }
  const largest = other.logits.reduce((most, logit) => Math.max(most, Math.abs(logit)), 1e-6);
  return one.logits.every((logit, index) => Math.abs(logit - other.logits[index]) <= BATCH_TOLERANCE * largest);
}

/** With pictures the preprocessing tells, without them the first tensor that can be read. */
async function findImageShape(
  images: readonly ListedImage[],
  { preprocessing }: SeriesOptions,
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

function findFixedBatch({ model }: ModelAnalysis): number | null {
  const batch = model.graph.inputs[0]?.shape?.[0];
  return typeof batch === 'number' && batch > 0 ? batch : null;
}

function chooseBatch({ report }: ModelAnalysis): number {
  const bytes = report.totals.peakActivation?.bytes ?? 0;
  const bound = report.inputs[0]?.shape?.[0];
  const perImage = bytes / (typeof bound === 'number' && bound > 0 ? bound : 1);
  return Math.max(1, Math.min(MOST_IMAGES, Math.floor(ACTIVATION_BYTES / Math.max(1, perImage))));
}
