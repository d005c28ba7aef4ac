import { basename, resolve } from 'node:path';
import type { DrawnMethod } from '../cam/camMethod';
import { contrastMaps } from '../cam/contrastMaps';
import { explainEmbedding } from '../cam/embeddingOutput';
import { describeExactChoice } from '../cam/methodNote';
import { findMethod } from '../cam/methods';
import type { Explainer } from '../explain/explainer';
import { explainImage } from '../explainImage';
import { explainLayer } from '../explainLayer';
import { InferenceClient } from '../inference/inferenceClient';
import { analyzeModel } from '../inspectModel';
import type { Explanation } from '../protocol/explanation';
import { NO_CLASS } from '../protocol/explanation';
import { describeTiedClasses } from '../protocol/tiedClasses';
import type { ImageListing } from '../image/listImages';
import { isSeries, listImages } from '../image/listImages';
import { UserError } from '../userError';
import type { CamArguments } from './arguments';
import type { CamDocument, ImageDocument } from './camDocument';
import { toImageDocument, toLayerDocument } from './camDocument';
import type { CamRun } from './camRun';
import { prepareRun } from './camRun';
import { runSeries } from './camSeries';
import { formatImage } from './camText';
import { listAsked, toClassIndices } from './classSelection';
import type { Output } from './output';
import { createProgress } from './progress';
import { listUnused } from './targetArguments';

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
