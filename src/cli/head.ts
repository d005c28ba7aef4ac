import { resolve } from 'node:path';
import type { Explainer } from '../explainer';
import { createExplainer } from '../explainer';
import { isInputTensor } from '../image/inputTensor';
import { readLabels, readPreprocessing } from '../image/modelSettings';
import type { ResolvedLabels } from '../image/resolveLabels';
import type { ResolvedPreprocessing } from '../image/resolvePreprocessing';
import { isLinearHead } from '../head/readLinearHead';
import { chooseMethod } from '../head/swapMethods';
import { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import { analyzeModel } from '../inspectModel';
import type { SwapProposal } from '../protocol/headSwap';
import { proposeSwap, saveSwap } from '../swapHead';
import { UserError } from '../userError';
import type { HeadArguments } from './headArguments';
import { readSettings as readSettingsFile } from './settingsFile';
import { formatSwap } from './headText';
import { listImageFiles } from './imageFiles';
import type { Output } from './output';

/** What `headlight head --json` prints: the proposal, and the file that was saved. */
export type HeadDocument = { readonly schema: 1; readonly file: string | null } & SwapProposal;

/** Proposes another head, and saves it when a file is given. Exit code 1 when an image could not be read. */
export async function runHead(options: HeadArguments, output: Output, inferencePath: string): Promise<0 | 1> {
  const analysis = await analyzeModel(options.model);
  const images = options.images === null ? [] : await listImageFiles(options.images);
  const settings = await readSettings(analysis, options, !images.every(isInputTensor));
  if (settings.preprocessing?.source === 'default' && images.length > 0) {
    output.report(`headlight: ${settings.preprocessing.note}`);
  }
  const client = new InferenceClient(inferencePath);
  try {
    const document = await swap(createExplainer(analysis, client), options, images, settings, output);
    output.write(
      options.json ? `${JSON.stringify(document)}\n` : formatSwap(document, settings.labels?.labels ?? null),
    );
    return document.errors.length === 0 ? 0 : 1;
  } finally {
    client.dispose();
  }
}

async function swap(
  explainer: Explainer,
  options: HeadArguments,
  images: readonly string[],
  { labels, preprocessing }: Settings,
  output: Output,
): Promise<HeadDocument> {
  const { analysis, client } = explainer;
  const head = analysis.heads[options.headIndex] ?? analysis.heads[0];
  const proposed = await proposeSwap(explainer, {
    target: options.to,
    method: options.method ?? chooseMethod(options.to, isLinearHead(head)),
    headIndex: options.headIndex,
    images,
    preprocessing: preprocessing?.preprocessing ?? null,
    mapCount: 0,
    onProgress: createProgress(output),
  });
  const { proposal } = proposed;
  proposal.errors.forEach(({ image, message }) => output.report(`headlight: ${image}: ${message}`));
  if (options.out === null) {
    return { schema: 1, ...proposal, file: null };
  }
  const isGuess = preprocessing === null || preprocessing.source === 'default';
  const { file } = await saveSwap({ analysis, client }, proposed, resolve(options.out), {
    labels: labels === null || labels.source === 'builtin' ? null : labels.labels,
    preprocessing: isGuess ? null : preprocessing.preprocessing,
  });
  return { schema: 1, ...proposal, file };
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

/** A line at every tenth of a longer run. */
function createProgress(output: Output): (done: number, total: number) => void {
  return (done, total) => {
    if (total >= 20 && done > 0 && Math.floor((10 * done) / total) > Math.floor((10 * (done - 1)) / total)) {
      output.report(`${done} of ${total} images`);
    }
  };
}
