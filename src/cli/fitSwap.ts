import { readDataset } from '../fit/readDataset';
import { DEFAULT_FIT, fitHeads } from '../fitHead';
import type { ReplacementHead } from '../head/linearHead';
import type { InferenceClient } from '../inference/inferenceClient';
import { UserError } from '../userError';
import { extractData } from './dataRun';
import type { HeadArguments } from './headArguments';
import type { Output } from './output';
import { createProgress } from './progress';

/** A head of the wanted kind that was fitted to the labels of `--images`. */
export interface FittedSwap {
  readonly head: ReplacementHead;
  readonly labels: readonly string[];
  readonly images: readonly string[];
}

/** What `headlight fit` does with its defaults, for one kind of head. Throws UserError as it does. */
export async function fitSwap(
  { model, preprocess, images: data, to, headIndex }: HeadArguments,
  client: InferenceClient,
  output: Output,
): Promise<FittedSwap> {
  if (data === null || headIndex !== 0) {
    const found = data === null ? '--method fit needs --images' : '--method fit works on the main head only';
    throw new UserError(
      'badArgument',
      `${found}: a folder of folders named as the classes, or a CSV file (path,label).`,
    );
  }
  const dataset = await readDataset(data);
  const images = dataset.images.map(({ path }) => path);
  const { features } = await extractData({ model, preprocess, cache: null }, images, to === 'fc', client, output);
  try {
    const progress = createProgress(output);
    const { heads } = await fitHeads(client, dataset, features, {
      ...DEFAULT_FIT,
      kinds: [to],
      onProgress: ({ step, detail }) => progress(`headlight: ${step}${detail && `: ${detail}`}`),
    });
    return { head: heads[0].head, labels: dataset.classes, images };
  } finally {
    await features.close();
  }
}
