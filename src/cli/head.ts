import { resolve } from 'node:path';
import type { Explainer } from '../explain/explainer';
import { createExplainer } from '../explain/explainer';
import { isInputTensor } from '../image/inputTensor';
import { readLabels, readPreprocessing } from '../image/modelSettings';
import type { ResolvedLabels } from '../image/resolveLabels';
import type { ResolvedPreprocessing } from '../image/resolvePreprocessing';
import { isLinearHead } from '../head/readLinearHead';
import { chooseMethod } from '../head/swapMethods';
import { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import { analyzeModel } from '../inspectModel';
import { checkWritable } from '../onnx/savePlace';
import { proposeSwap, saveSwap } from '../swapHead';
import { UserError } from '../userError';
import type { HeadArguments } from './headArguments';
import { readSettings as readSettingsFile } from './settingsFile';
import type { HeadDocument } from './headText';
import { formatSwap } from './headText';
import { listImageFiles } from './imageFiles';
import type { FittedSwap } from './fitSwap';
import { fitSwap } from './fitSwap';
import type { Output } from './output';
import { createProgress } from './progress';

/** Proposes another head, and saves it when a file is given. Exit code 1 when an image could not be read. */
export async function runHead(options: HeadArguments, output: Output, inferencePath: string): Promise<0 | 1> {
  if (options.out !== null) {
    await checkWritable(options.out);
  }
  const analysis = await analyzeModel(options.model);
  const isFit = options.method === 'fit';
  const images = options.images === null || isFit ? [] : await listImageFiles(options.images);
  const settings = await readSettings(analysis, options, !images.every(isInputTensor));
  if (settings.preprocessing?.source === 'default' && images.length > 0) {
    output.report(`headlight: ${settings.preprocessing.note}`);
  }
  const client = new InferenceClient(inferencePath);
  try {
    const explainer = createExplainer(analysis, client);
    const fitted = isFit ? await fitSwap(options, client, output) : null;
    const document = await swap(explainer, options, { ...settings, images, fitted }, output);
    const labels = fitted?.labels ?? settings.labels?.labels ?? null;
    output.write(options.json ? `${JSON.stringify(document)}\n` : formatSwap(document, labels));
    return document.errors.length === 0 ? 0 : 1;
  } finally {
    client.dispose();
  }
}

async function swap(
  explainer: Explainer,
  options: HeadArguments,
  { labels, preprocessing, images, fitted }: Subject,
  output: Output,
): Promise<HeadDocument> {
  const { analysis, client } = explainer;
  const head = analysis.heads[options.headIndex] ?? analysis.heads[0];
  const progress = createProgress(output);
  const proposed = await proposeSwap(explainer, {
    target: options.to,
    method: options.method ?? chooseMethod(options.to, isLinearHead(head)),
    headIndex: options.headIndex,
    fitted: fitted?.head ?? null,
    images: fitted === null ? images : listComparable(fitted, labels),
    preprocessing: preprocessing?.preprocessing ?? null,
    mapCount: 0,
    onProgress: (done, total) => progress(`headlight: ${done} of ${total} images`),
  });
  const { proposal } = proposed;
  proposal.errors.forEach(({ image, message }) => output.report(`headlight: ${image}: ${message}`));
  if (options.out === null) {
    return { schema: 1, ...proposal, file: null };
  }
  const isGuess = preprocessing === null || preprocessing.source === 'default';
  const { file } = await saveSwap({ analysis, client }, proposed, resolve(options.out), {
    labels: fitted?.labels ?? (labels === null || labels.source === 'builtin' ? null : labels.labels),
    preprocessing: isGuess ? null : preprocessing.preprocessing,
  });
  return { schema: 1, ...proposal, file };
}

interface Subject extends Settings {
  readonly images: readonly string[];
  readonly fitted: FittedSwap | null;
}

/** Logits of other classes are not to be compared. */
function listComparable({ labels, images }: FittedSwap, before: ResolvedLabels | null): readonly string[] {
  const isSame = before?.labels.length === labels.length && labels.every((label, k) => label === before.labels[k]);
  return isSame ? images : [];
}

interface Settings {
  readonly labels: ResolvedLabels | null;
  /** null: no picture is read, and nothing says how. */
  readonly preprocessing: ResolvedPreprocessing | null;
}

/** What is needed to compare and worth writing into the new file; preprocessing must be known when pictures are read. */
async function readSettings(
  { model, inferred, heads }: ModelAnalysis,
  options: HeadArguments,
  hasPictures: boolean,
): Promise<Settings> {
  const classes = heads[options.headIndex]?.classes ?? null;
  const subject = { model, boundInputs: inferred.boundInputs, classes };
  const chosen = options.preprocess === null ? null : await readSettingsFile(options.preprocess);
  const sources = { chosen, chosenLabels: options.labels === null ? null : resolve(options.labels) };
  const labels = await readLabels(subject, sources);
  try {
    return { labels, preprocessing: await readPreprocessing(subject, sources) };
  } catch (error) {
    if (hasPictures || chosen !== null || !(error instanceof UserError)) {
      throw error;
    }
    return { labels, preprocessing: null };
  }
}
