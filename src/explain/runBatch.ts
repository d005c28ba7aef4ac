import { basename } from 'node:path';
import type { RunOutputs } from '../cam/readEvidence';
import type { InferenceClient, RunImagesOptions } from '../inference/inferenceClient';
import type { ImageOutcome } from '../inference/messages';
import type { FailedImage } from '../protocol/imageSeries';
import { UserError } from '../userError';
import { findFixedBatch } from './batchRunner';
import type { LoadedExtension } from './extendedModel';
import { findInput } from './imageFeed';

type ReadImage = Extract<ImageOutcome, { readonly ok: true }>;

/** What came of one image of a batch. */
export type BatchResult<Image, Answer> =
  | ({ readonly image: Image; readonly answer: Answer; readonly failure: null } & Pick<
      ReadImage,
      'placement' | 'picture'
    >)
  | { readonly image: Image; readonly answer: null; readonly failure: FailedImage };

interface BatchRequest<Image, Answer> extends Pick<
  RunImagesOptions,
  'preprocessing' | 'feeds' | 'fetches' | 'wantsPictures' | 'signal'
> {
  readonly batch: readonly Image[];
  /** Of the batch after it, read while this one runs. */
  readonly next: readonly Image[];
  /** Of one image. */
  readonly shape: readonly number[];
  /** One answer for each image that was run, and perhaps more: those that fill up a fixed batch. */
  readonly readAnswers: (outputs: RunOutputs) => readonly Answer[];
}

/**
 * Runs a model on several images at once and tells each its answer; one that cannot be read has a failure instead.
 * Throws UserError `inferenceFailed` for a model that gives fewer answers than it was given images, and those of running.
 */
export async function runBatch<Image extends { readonly path: string }, Answer>(
  client: InferenceClient,
  { analysis, handle }: Pick<LoadedExtension<unknown>, 'analysis' | 'handle'>,
  { batch, next, shape, readAnswers, ...options }: BatchRequest<Image, Answer>,
): Promise<BatchResult<Image, Answer>[]> {
  const { images, run } = await client.runImages(handle, {
    images: batch.map(({ path }) => path),
    next: next.map(({ path }) => path),
    input: { name: findInput(analysis), shape, batch: findFixedBatch(analysis) },
    ...options,
  });
  const answers = run === null ? [] : readAnswers(run.outputs);
  const readable = images.filter(({ ok }) => ok).length;
  if (answers.length < readable) {
    const found = `${basename(analysis.model.path)} gives ${answers.length} answers for ${readable} images.`;
    throw new UserError('inferenceFailed', `${found} Its graph fixes the batch somewhere.`);
  }
  let answered = 0;
  return images.map((outcome, index) => {
    const image = batch[index];
    if (!outcome.ok) {
      return { image, answer: null, failure: { code: outcome.code, message: outcome.message } };
    }
    const { placement, picture } = outcome;
    return { image, answer: answers[answered++], failure: null, placement, picture };
  });
}
