import { basename, resolve } from 'node:path';
import type { CamMethod, DrawnMethod } from '../cam/camMethod';
import { checkContrast, contrastMaps } from '../cam/contrastMaps';
import { explainEmbedding } from '../cam/embeddingOutput';
import { createLayerExtension } from '../cam/layerExtension';
import { listMapChoices } from '../cam/mapChoices';
import { describeExactChoice } from '../cam/methodNote';
import { findMethod } from '../cam/methods';
import type { Target } from '../cam/target';
import { CLASS_TARGET } from '../cam/target';
import type { Explainer, LayerChoice } from '../explain/explainer';
import { createExplainer } from '../explain/explainer';
import { findInput } from '../explain/imageFeed';
import { explainImage } from '../explainImage';
import { explainLayer } from '../explainLayer';
import { findClass } from '../image/findClass';
import { isInputTensor } from '../image/inputTensor';
import { readLabels, readPreprocessing } from '../image/modelSettings';
import type { ResolvedLabels } from '../image/resolveLabels';
import { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import { analyzeModel } from '../inspectModel';
import type { Explanation } from '../protocol/explanation';
import { NO_CLASS } from '../protocol/explanation';
import type { Preprocessing } from '../protocol/preprocessing';
import { toTargetText } from '../protocol/target';
import { describeTiedClasses } from '../protocol/tiedClasses';
import { readTarget } from '../explain/readTarget';
import type { ImageListing } from '../image/listImages';
import { isSeries, listImages } from '../image/listImages';
import { UserError } from '../userError';
import type { CamArguments } from './arguments';
import type { CamDocument, ImageDocument } from './camDocument';
import { toImageDocument, toLayerDocument } from './camDocument';
import { runSeries } from './camSeries';
import { formatImage } from './camText';
import type { ClassChoice } from './classSelection';
import { parseClassChoice, toClassIndices } from './classSelection';
import type { MapFiles } from './mapFiles';
import { createMapFiles } from './mapFiles';
import type { Output } from './output';
import { createProgress } from './progress';
import { readSettings } from './settingsFile';
import { listUnused } from './targetArguments';

/** What holds for all images of a run. */
export interface CamRun {
  readonly explainer: Explainer;
  readonly method: CamMethod;
  /** Why this method, where nobody asked for it; null where somebody did. */
  readonly reason: string | null;
  readonly target: Target;
  readonly sampling: CamArguments['sampling'];
  /** Tensor name. */
  readonly layer: string;
  /** Of pictures; null when no picture is given. */
  readonly preprocessing: Preprocessing | null;
  readonly labels: ResolvedLabels | null;
  readonly choices: readonly ClassChoice[];
  /** Class whose logit is subtracted. */
  readonly contrast: number | null;
  readonly files: MapFiles | null;
}

/** Explains the images one after the other; one that fails does not keep the others from being explained. */
export async function runCam(options: CamArguments, output: Output, inferencePath: string): Promise<0 | 1> {
  const given = options.method === null ? null : findMethod(options.method);
  const analysis = await analyzeModel(options.model);
  const listing = await listSeries(options);
  const client = new InferenceClient(inferencePath);
  try {
    const images = listing?.images.map(({ path }) => path) ?? options.images;
    const run = await prepareRun({ ...options, images }, given, analysis, client);
    for (const name of listUnused(options.sampling, run.method.id)) {
      output.report(`headlight: --${name} has no effect on the method ${run.method.id}.`);
    }
    const embedding = run.target.kind === 'class' ? explainEmbedding(analysis.index, analysis.heads[0]) : null;
    if (embedding !== null) {
      output.report(`headlight: ${embedding} What it shares with that of another image: --target similarity:IMAGE.`);
    }
    if (listing !== null) {
      return await runSeries(listing, options, run, output);
    }
    const document = await explainAll(options.images, run, output);
    output.write(options.json ? `${JSON.stringify(document)}\n` : document.images.map(formatImage).join('\n'));
    return document.errors === undefined ? 0 : 1;
  } finally {
    client.dispose();
  }
}

/** The images of a folder, a glob, or of files with options that only many images have; null for plain files. */
async function listSeries(options: CamArguments): Promise<ImageListing | null> {
  const { images, resume, batch, formats, metrics } = options;
  const hasOption = resume || metrics || batch !== null || formats !== null;
  const areMany = await Promise.all(images.map((path) => isSeries(path, process.cwd())));
  return hasOption || areMany.includes(true) ? listImages(images, process.cwd()) : null;
}

async function prepareRun(
  options: CamArguments,
  given: CamMethod | null,
  analysis: ModelAnalysis,
  client: InferenceClient,
): Promise<CamRun> {
  const { model, inferred, heads } = analysis;
  const [head] = heads;
  const subject = { model, boundInputs: inferred.boundInputs, classes: head.classes };
  const chosen = options.preprocess === null ? null : await readSettings(options.preprocess);
  const sources = { chosen, chosenLabels: options.labels === null ? null : resolve(options.labels) };
  const labels = await readLabels(subject, sources);
  const needsPreprocessing = !options.images.every(isInputTensor);
  const choices = options.classes.map((text) => parseClassChoice(text, head.classes ?? 0, labels));
  const contrast = options.contrast === null ? null : findClass(labels, options.contrast, head.classes ?? 0);
  if (contrast !== null) {
    checkContrast(contrast, listAsked(choices));
  }
  findInput(analysis);
  const explainer = createExplainer(analysis, client);
  const preprocessing = needsPreprocessing ? (await readPreprocessing(subject, sources)).preprocessing : null;
  const target = options.target === null ? CLASS_TARGET : await readTarget(explainer, options.target, preprocessing);
  const { method, reason } = await chooseMethod(given, analysis, options.target);
  const { layer, sampling } = options;
  return {
    explainer,
    method,
    reason,
    target,
    sampling,
    layer:
      method.kind === 'exact'
        ? checkLayer(analysis, layer)
        : chooseLayer(analysis, { method, layer, isContrast: contrast !== null, target }),
    preprocessing,
    labels,
    choices,
    contrast,
    files: options.out === null ? null : await createMapFiles(options.out),
  };
}

async function explainAll(images: readonly string[], run: CamRun, output: Output): Promise<CamDocument> {
  const explained: ImageDocument[] = [];
  const errors: { image: string; code: string; message: string }[] = [];
  for (const image of images) {
    try {
      explained.push(await explainOne(image, run, output));
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      // A full disk is none of the image's.
      if (error.code === 'cannotWrite') {
        throw error;
      }
      output.report(`headlight: ${nameFile(image, error.message)}`);
      errors.push({ image, code: error.code, message: error.message });
    }
  }
  return { schema: 1, images: explained, ...(errors.length === 0 ? {} : { errors }) };
}

/** The file in front of a sentence that does not begin with it. */
function nameFile(file: string, sentence: string): string {
  const name = basename(file);
  if (sentence.startsWith(`${name} `)) {
    return `${file}${sentence.slice(name.length)}`;
  }
  return sentence.startsWith(`${resolve(file)} `) ? sentence : `${file}: ${sentence}`;
}

function explainOne(image: string, run: CamRun, output: Output): Promise<ImageDocument> {
  return run.method.kind === 'exact' ? drawExact(image, run) : drawAtLayer(image, run, run.method, output);
}

async function drawExact(image: string, run: CamRun): Promise<ImageDocument> {
  const { explainer, choices, contrast, preprocessing, labels, files, layer } = run;
  const classes = [...listAsked(choices), ...(contrast === null ? [] : [contrast])];
  const found = await explainImage(explainer, { id: image, path: resolve(image) }, { classes, preprocessing });
  const indices = toClassIndices(choices, found.top);
  const explanation = contrast === null ? found : contrastMaps(found, contrast, indices);
  return toImageDocument(image, explanation, {
    layer,
    note: join(describeExactChoice(explainer.analysis.heads[0]), describeTies(explainer, found)),
    contrast,
    classes: indices,
    labels: labels?.labels ?? null,
    files: (await files?.write(explanation, indices)) ?? new Map(),
  });
}

async function drawAtLayer(image: string, run: CamRun, method: DrawnMethod, output: Output): Promise<ImageDocument> {
  const { explainer, choices, contrast, preprocessing, labels, files, layer, target, sampling, reason } = run;
  const topCount = Math.max(0, ...choices.map((choice) => (choice.kind === 'top' ? choice.count : 0)));
  const progress = createProgress(output);
  const onProgress = (fraction: number): void =>
    progress(`headlight: ${basename(image)}: ${method.name}, ${Math.floor(100 * fraction)} %`);
  const wanted = { classes: listAsked(choices), topCount, contrast, target };
  const options = { method, layer, ...wanted, preprocessing, sampling, onProgress };
  const drawn = await explainLayer(explainer, { id: image, path: resolve(image) }, options);
  const explanation = { ...drawn, note: join(reason, drawn.note, describeTies(explainer, drawn)) };
  const classes = target.kind === 'class' ? toClassIndices(choices, explanation.top) : [NO_CLASS];
  const written = await files?.write(explanation, classes);
  return toLayerDocument(image, explanation, { classes, labels: labels?.labels ?? null, files: written ?? new Map() });
}

function describeTies({ analysis }: Explainer, { logits }: Pick<Explanation, 'logits'>): string | null {
  return describeTiedClasses(logits, analysis.report);
}

function join(...sentences: readonly (string | null)[]): string {
  return sentences.filter((sentence) => sentence !== null).join(' ');
}

function listAsked(choices: readonly ClassChoice[]): number[] {
  return choices.flatMap((choice) => (choice.kind === 'class' ? [choice.index] : []));
}

/** The exact one where there is one; what was not asked for by name comes with its reason. */
async function chooseMethod(
  given: CamMethod | null,
  { model, index, inferred, heads }: ModelAnalysis,
  target: CamArguments['target'],
): Promise<Pick<CamRun, 'method' | 'reason'>> {
  if (given?.kind === 'exact' && target !== null) {
    throw new UserError(
      'badArgument',
      `${given.name} maps the logits of classes. For another --target give a method such as hirescam, or none.`,
    );
  }
  if (given !== null && (target !== null || heads[0].kind !== 'none')) {
    return { method: given, reason: null };
  }
  const { method, methods, reason, targets } = await listMapChoices(model, index, inferred, heads[0], target);
  if (target !== null) {
    // Where nothing can be drawn, the usual method says what is in the way.
    const refusal = methods.find(({ id }) => id === 'hirescam')?.refusal ?? null;
    return { method: findMethod(method ?? 'hirescam'), reason: refusal };
  }
  const example = targets.usual === null ? '' : `, for example --target '${toTargetText(targets.usual.target)}'`;
  if (method === null) {
    const advice = `Other numbers that the model gives can be explained${example} (--help lists the forms).`;
    throw new UserError('noHead', `${reason} ${advice}`);
  }
  if (given !== null) {
    return { method: given, reason: null };
  }
  const found = findMethod(method);
  return { method: found, reason: found.kind === 'exact' ? null : reason };
}

/** What cannot be drawn at all is said once, before the first image. */
function chooseLayer({ model, index, inferred, heads }: ModelAnalysis, choice: LayerChoice): string {
  return createLayerExtension(model, index, inferred, heads[0], { ...choice, topCount: 1 }).layer.tensor;
}

/** The exact map exists at the head's feature map only. */
function checkLayer({ heads, index }: ModelAnalysis, layer: string | null): string {
  const [{ featureMap, exact, reason, kind }] = heads;
  if (featureMap === null || !exact) {
    const found = reason ?? 'This model has no classification head.';
    const advice = 'Other methods need no exact head: --method hirescam, for example.';
    throw new UserError(kind === 'none' ? 'noHead' : 'notExact', `${found} ${advice}`);
  }
  if (layer !== null && layer !== featureMap.tensor) {
    const found = index.producerOf.has(layer)
      ? `"${layer}" is not the head's feature map`
      : `The model has no "${layer}"`;
    throw new UserError(
      'badArgument',
      `${found}: the exact map (method cam) is defined at "${featureMap.tensor}" only. Leave --layer out, give that, ` +
        'or choose a method that draws at any layer, such as --method hirescam.',
    );
  }
  return featureMap.tensor;
}
