import type { CamMethod, DrawnMethod } from './cam/camMethod';
import type { SamplingOptions } from './cam/sampling';
import type { Target } from './cam/target';
import type { Explainer } from './explain/explainer';
import { runInBatches } from './explain/batchRunner';
import { explainLayer } from './explainLayer';
import type { MapOptions } from './explain/mapRunner';
import { createMapRunner } from './explain/mapRunner';
import type { ExplainedImage, ListedImage, SeriesItem } from './protocol/imageSeries';
import type { ErrorCode } from './userError';
import { UserError } from './userError';

export interface SeriesOptions extends MapOptions {
  readonly method: CamMethod;
  /** For methods that draw at any layer. */
  readonly layer: string;
  /** What is explained; absent: classes. Not for the exact method. */
  readonly target?: Target;
  /** For methods of many runs; what is left out is the method's own choice. */
  readonly sampling?: Partial<SamplingOptions>;
}

/** As many images as the model refuses in a row before it is the model that is wrong and not the images. */
const REFUSALS = 8;

/**
 * Explains images one batch after the other, in the order given; one that fails is an item of its own and the others go
 * on. The exact method runs in batches: the next one is read and run while the caller deals with the last, and no
 * more than these two are in memory, however many images there are and however slow the caller is. Other methods run
 * image by image. Time grows with the number of images; the exact map of the most likely class adds a few percent to the
 * bare forward. Throws UserError as `explainImage` and `explainLayer` do for what concerns all images.
 */
export async function* explainImages(
  explainer: Explainer,
  images: readonly ListedImage[],
  options: SeriesOptions,
): AsyncGenerator<readonly SeriesItem[], void, undefined> {
  const { method } = options;
  const batches =
    method.kind === 'exact'
      ? explainInBatches(explainer, images, options)
      : explainOneByOne(explainer, images, options, method);
  let refusals = 0;
  for await (const items of batches) {
    for (const { failure } of items) {
      refusals += failure === null ? -Infinity : isAboutRunning(failure) ? 1 : 0;
    }
    const last = items.at(-1)?.failure ?? null;
    if (refusals >= REFUSALS && last !== null) {
      throw new UserError(last.code, last.message);
    }
    yield items;
  }
}

async function* explainInBatches(
  explainer: Explainer,
  images: readonly ListedImage[],
  options: SeriesOptions,
): AsyncGenerator<readonly SeriesItem[], void, undefined> {
  if (images.length > 0) {
    yield* runInBatches(await createMapRunner(explainer, images, options), images);
  }
}

async function* explainOneByOne(
  explainer: Explainer,
  images: readonly ListedImage[],
  options: SeriesOptions,
  method: DrawnMethod,
): AsyncGenerator<readonly SeriesItem[], void, undefined> {
  for (const image of images) {
    try {
      const explained = await explainLayer(explainer, image, { ...options, method });
      const { inputPicture, maps, ...answer } = explained;
      const item: ExplainedImage = {
        ...answer,
        maps: maps.map(({ classIndex, map, value = NaN, figures = [] }) => ({
          ...{ classIndex, map, value, figures },
          certificate: null,
        })),
        picture: options.wantsPictures ? inputPicture : null,
      };
      yield [{ image, explained: item, failure: null }];
    } catch (error) {
      if (!(error instanceof UserError) || !isAboutImage(error)) {
        throw error;
      }
      yield [{ image, explained: null, failure: { code: error.code, message: error.message } }];
    }
  }
}

const IMAGE_CODES: readonly ErrorCode[] = ['fileNotFound', 'unreadableImage', 'tooLarge', 'badInputTensor'];
const RUN_CODES: readonly ErrorCode[] = ['inferenceFailed', 'inferenceStopped'];

function isAboutImage(error: { readonly code: ErrorCode }): boolean {
  return IMAGE_CODES.includes(error.code) || isAboutRunning(error);
}

function isAboutRunning({ code }: { readonly code: ErrorCode }): boolean {
  return RUN_CODES.includes(code);
}
