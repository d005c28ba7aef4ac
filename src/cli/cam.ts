import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Explainer } from '../explainer';
import { createExplainer } from '../explainer';
import { explainImage } from '../explainImage';
import { isInputTensor } from '../image/inputTensor';
import { readLabels, readPreprocessing } from '../image/modelSettings';
import type { ResolvedLabels } from '../image/resolveLabels';
import { parseSidecar } from '../image/sidecar';
import type { Sidecar } from '../image/sidecar';
import { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import { analyzeModel } from '../inspectModel';
import type { Preprocessing } from '../protocol/preprocessing';
import { UserError } from '../userError';
import type { CamArguments } from './arguments';
import type { CamDocument, ImageDocument } from './camDocument';
import { toImageDocument } from './camDocument';
import { formatImage } from './camText';
import type { ClassChoice } from './classSelection';
import { parseClassChoice, toClassIndices } from './classSelection';
import type { MapFiles } from './mapFiles';
import { createMapFiles } from './mapFiles';
import type { Output } from './output';

/** What holds for all images of a run. */
interface Run {
  readonly explainer: Explainer;
  /** Tensor name of the feature map. */
  readonly layer: string;
  /** Of pictures; null when no picture is given. */
  readonly preprocessing: Preprocessing | null;
  readonly labels: ResolvedLabels | null;
  readonly choices: readonly ClassChoice[];
  readonly files: MapFiles | null;
}

/** Explains the images one after the other; one that fails does not keep the others from being explained. */
export async function runCam(options: CamArguments, output: Output, inferencePath: string): Promise<0 | 1> {
  const analysis = await analyzeModel(options.model);
  const client = new InferenceClient(inferencePath);
  try {
    const run = await prepareRun(options, analysis, client);
    const document = await explainAll(options.images, run, output);
    output.write(options.json ? `${JSON.stringify(document)}\n` : document.images.map(formatImage).join('\n'));
    return document.errors === undefined ? 0 : 1;
  } finally {
    client.dispose();
  }
}

async function prepareRun(options: CamArguments, analysis: ModelAnalysis, client: InferenceClient): Promise<Run> {
  const { model, inferred, heads } = analysis;
  const [head] = heads;
  const subject = { model, boundInputs: inferred.boundInputs, classes: head.classes };
  const chosen = options.preprocess === null ? null : await readSettings(options.preprocess);
  const sources = { chosen, chosenLabels: options.labels === null ? null : resolve(options.labels) };
  const labels = await readLabels(subject, sources);
  const needsPreprocessing = !options.images.every(isInputTensor);
  return {
    explainer: createExplainer(analysis, client),
    layer: checkLayer(analysis, options.layer),
    preprocessing: needsPreprocessing ? (await readPreprocessing(subject, sources)).preprocessing : null,
    labels,
    choices: options.classes.map((text) => parseClassChoice(text, head.classes ?? 0, labels)),
    files: options.out === null ? null : await createMapFiles(options.out),
  };
}

async function explainAll(images: readonly string[], run: Run, output: Output): Promise<CamDocument> {
  const explained: ImageDocument[] = [];
  const errors: { image: string; code: string; message: string }[] = [];
  for (const image of images) {
    try {
      explained.push(await explainOne(image, run));
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      output.report(`headlight: ${image}: ${error.message}`);
      errors.push({ image, code: error.code, message: error.message });
    }
  }
  return { schema: 1, images: explained, ...(errors.length === 0 ? {} : { errors }) };
}

async function explainOne(image: string, run: Run): Promise<ImageDocument> {
  const { explainer, choices, preprocessing, labels, files, layer } = run;
  const classes = choices.flatMap((choice) => (choice.kind === 'class' ? [choice.index] : []));
  const explanation = await explainImage(explainer, { id: image, path: resolve(image) }, { classes, preprocessing });
  const indices = toClassIndices(choices, explanation.top);
  const written = await files?.write(explanation, indices);
  return toImageDocument(image, explanation, layer, indices, labels?.labels ?? null, written ?? new Map());
}

/** The exact map exists at the head's feature map only. */
function checkLayer({ heads, index }: ModelAnalysis, layer: string | null): string {
  const [{ featureMap, exact, reason, kind }] = heads;
  if (featureMap === null || !exact) {
    throw new UserError(kind === 'none' ? 'noHead' : 'notExact', reason ?? 'This model has no classification head.');
  }
  if (layer !== null && layer !== featureMap.tensor) {
    const found = index.producerOf.has(layer)
      ? `"${layer}" is not the head's feature map`
      : `The model has no "${layer}"`;
    throw new UserError(
      'badArgument',
      `${found}: the exact map (method cam) is defined at "${featureMap.tensor}" only. Leave --layer out, or give that.`,
    );
  }
  return featureMap.tensor;
}

async function readSettings(file: string): Promise<Sidecar> {
  try {
    return parseSidecar(await readFile(file, 'utf8'), resolve(file));
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    throw new UserError('fileNotFound', `${basename(file)} cannot be read: does ${resolve(file)} exist?`, {
      cause: error,
    });
  }
}
