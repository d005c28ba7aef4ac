import { resolve } from 'node:path';
import { readDataset } from '../fit/readDataset';
import type { FitHeadOptions, FittedHeads } from '../fitHead';
import { chooseHead, DEFAULT_FIT, fitHeads } from '../fitHead';
import { InferenceClient } from '../inference/inferenceClient';
import { checkWritable } from '../onnx/savePlace';
import type { HeadFit } from '../protocol/headFit';
import { saveFittedHead } from '../head/saveFittedHead';
import type { ExtractedData } from './dataRun';
import { extractData } from './dataRun';
import type { FitArguments } from './fitArguments';
import { toFitDocument } from './fitDocument';
import { formatFit } from './fitText';
import type { Output } from './output';
import { createProgress } from './progress';

/** Fits heads to labelled images and saves the better one. Exit code 1 when some images could not be read. */
export async function runFit(options: FitArguments, output: Output, inferencePath: string): Promise<0 | 1> {
  if (options.out !== null) {
    await checkWritable(options.out);
  }
  const dataset = await readDataset(options.data);
  const client = new InferenceClient(inferencePath);
  try {
    const images = dataset.images.map(({ path }) => path);
    const data = await extractData(options, images, options.kinds.includes('fc'), client, output);
    try {
      const fitted = await fitHeads(client, dataset, data.features, toFitOptions(options, output));
      const saved = options.out === null ? null : await save(fitted, data, options.out, client, options);
      const document = toFitDocument(fitted.report, options.out, saved);
      output.write(options.json ? `${JSON.stringify(document)}\n` : formatFit(document));
      return data.features.skipped.length === 0 ? 0 : 1;
    } finally {
      await data.features.close();
    }
  } finally {
    client.dispose();
  }
}

function toFitOptions(
  { kinds, penalty, seed, validationShare, tolerance }: FitArguments,
  output: Output,
): FitHeadOptions {
  const progress = createProgress(output);
  return {
    kinds,
    penalty: penalty ?? DEFAULT_FIT.penalty,
    seed: seed ?? DEFAULT_FIT.seed,
    validationShare: validationShare ?? DEFAULT_FIT.validationShare,
    tolerance: tolerance ?? DEFAULT_FIT.tolerance,
    mostIterations: DEFAULT_FIT.mostIterations,
    onProgress: ({ kind, step, detail }) => progress(`headlight: ${kind} head, ${step}${detail && `: ${detail}`}`),
  };
}

async function save(
  fitted: FittedHeads,
  { features, preprocessing }: ExtractedData,
  file: string,
  client: InferenceClient,
  { data }: FitArguments,
): Promise<HeadFit['kind']> {
  const { head, fit } = chooseHead(fitted.heads);
  const { classes, images, split } = fitted.report;
  const { kind, penalty, train, validation, iterations } = fit;
  const scores = { trainAccuracy: train.accuracy, validationAccuracy: validation.accuracy };
  const counts = { train: images.train, validation: images.validation };
  const record = { method: 'fit', kind, data: resolve(data), images: counts, ...split, penalty, iterations, ...scores };
  await saveFittedHead(features.analysis, head, file, { client, labels: classes, preprocessing, record });
  return kind;
}
