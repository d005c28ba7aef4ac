import { findReceptiveField } from '../analysis/receptiveFields';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createWriteStream, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describeExactChoice } from '../cam/methodNote';
import type { Target } from '../cam/target';
import { describeTarget } from '../cam/target';
import { explainImages } from '../explainImages';
import { listExternalFiles } from '../onnx/externalData';
import { saveUnfinished } from '../onnx/saveUnfinished';
import type { SeriesItem, SeriesRecord, SeriesSubject } from '../protocol/imageSeries';
import type { Journal, JournalHeader } from '../series/journal';
import { identifyModel, openJournal, readJournal, readJournalHeader } from '../series/journal';
import type { ImageListing } from '../image/listImages';
import { summarizeSeries } from '../series/summarizeSeries';
import { toRecord } from '../series/toRecord';
import { createTrueClasses } from '../series/trueClasses';
import { UserError } from '../userError';
import type { CamArguments, SeriesFormat } from './arguments';
import type { CamRun } from './camRun';
import { createFolder } from '../onnx/createFolder';
import type { Output } from './output';
import { createSeriesProgress } from './seriesProgress';
import type { SeriesFacts } from './seriesDocument';
import { toSeriesJson } from './seriesDocument';
import { writeMapFiles, writeTables } from './seriesFiles';
import { formatRecord, formatSummary } from './seriesText';

const JOURNAL = 'journal.jsonl';

/** Explains many images, in batches; what is done is on the disk, so that a job that was ended can be resumed. */
export async function runSeries(
  listing: ImageListing,
  options: CamArguments,
  run: CamRun,
  output: Output,
): Promise<0 | 1> {
  const scratch = options.out === null ? await mkdtemp(join(tmpdir(), 'headlight-')) : null;
  const folder = options.out ?? scratch ?? '';
  await createFolder(folder);
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  const onExit = (): void => (scratch === null ? undefined : rmSync(scratch, { recursive: true, force: true }));
  process.once('SIGINT', onInterrupt);
  process.once('exit', onExit);
  try {
    const journal = await open(join(folder, JOURNAL), options, run, listing);
    const isFinished = await explainAll(listing, journal, options, run, output, interrupt.signal);
    return await conclude(listing, journal, options, run, output, isFinished);
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('exit', onExit);
    if (scratch !== null) {
      await rm(scratch, { recursive: true, force: true });
    }
  }
}

async function open(path: string, options: CamArguments, run: CamRun, { images }: ImageListing): Promise<Journal> {
  const { explainer, preprocessing, labels, method, layer, choices, contrast, target, sampling } = run;
  const { model } = explainer.analysis;
  const subject: SeriesSubject = {
    method: method.id,
    layer,
    classes: choices.flatMap((choice) => (choice.kind === 'class' ? [choice.index] : [])),
    topCount: countTop(run),
    contrast,
  };
  const header: JournalHeader = {
    schema: 1,
    journal: 'headlight',
    model: await identifyModel(model, listExternalFiles(model)),
    preprocessing,
    subject,
    options: {
      files: listFormats(options).filter((format) => ['npy', 'png', 'parquet'].includes(format)),
      labels: labels?.labels ?? [],
      sampling: Object.entries(sampling).map(([name, value]) => `${name} ${value}`),
      ...(target.kind === 'class' ? {} : { target: identifyTarget(target) }),
    },
  };
  if (!options.resume && options.out !== null) {
    await refuseUnfinished(path, new Set(images.map(({ id }) => id)));
  }
  return openJournal(path, header, options.resume);
}

/** In words, and with the numbers of its mask or embedding. */
function identifyTarget(target: Target): string {
  const numbers = target.kind === 'mask' ? target.weights : target.kind === 'similarity' ? target.reference : null;
  const hash =
    numbers && createHash('sha256').update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  return `${describeTarget(target)}${hash === null ? '' : `, SHA-256 ${hash.digest('hex')}`}`;
}

/** Methods speak of logits. */
function explainTarget(target: Target): string | null {
  return target.kind === 'class' ? null : `The target, of which "logit" speaks here, is ${describeTarget(target)}.`;
}

/** Hours of work are not overwritten by leaving out an option. */
async function refuseUnfinished(path: string, wanted: Set<string>): Promise<void> {
  if ((await readJournalHeader(path)) === null) {
    return;
  }
  const total = wanted.size;
  for await (const { image } of readJournal(path)) {
    wanted.delete(image);
  }
  if (wanted.size > 0 && wanted.size < total) {
    throw new UserError(
      'badArgument',
      `${path} is of a job that did not finish: ${total - wanted.size} of ${total} images are done. Go on with --resume, or ` +
        'delete the file to begin anew.',
    );
  }
}

/** False when it was interrupted. */
async function explainAll(
  { images }: ImageListing,
  journal: Journal,
  options: CamArguments,
  run: CamRun,
  output: Output,
  signal: AbortSignal,
): Promise<boolean> {
  const { explainer, method, layer, contrast, target, sampling, preprocessing } = run;
  const waiting = images.filter(({ id }) => !journal.done.has(id));
  const progress = createSeriesProgress(images.length, images.length - waiting.length, output);
  const recorder = createRecorder(options, run);
  if (options.batch !== null && method.kind !== 'exact') {
    output.report(`headlight: --batch is for the exact map; ${method.name} is drawn image by image.`);
  }
  const series = explainImages(explainer, waiting, {
    method,
    layer,
    topCount: countTop(run),
    classes: run.choices.flatMap((choice) => (choice.kind === 'class' ? [choice.index] : [])),
    contrast,
    target,
    sampling,
    preprocessing,
    batch: options.batch,
    wantsPictures: listFormats(options).includes('png'),
    signal,
    tell: (sentence) => output.report(`headlight: ${sentence}`),
  });
  try {
    for await (const items of series) {
      const records = await Promise.all(items.map(recorder));
      await journal.append(records);
      for (const record of records) {
        if (record.status === 'failed') {
          output.report(`headlight: ${record.path}: ${record.message}`);
        }
        if (options.out === null && !options.json) {
          output.write(formatRecord(record, options.metrics));
        }
      }
      progress.advance(items.length);
    }
    return true;
  } catch (error) {
    if (error instanceof UserError && error.code === 'cancelled') {
      return false;
    }
    throw error;
  } finally {
    await journal.close();
  }
}

/** Writes what belongs to an image before its line is written: a line means that everything is there. */
function createRecorder(
  options: CamArguments,
  { explainer, labels }: CamRun,
): (item: SeriesItem) => Promise<SeriesRecord> {
  const { heads } = explainer.analysis;
  const receptiveField = findReceptiveField(explainer.analysis, heads[0].featureMap?.tensor ?? '');
  const formats = listFormats(options);
  const toTrueClass = createTrueClasses(labels, heads[0].classes ?? 0);
  return async (item) => {
    const { image, explained } = item;
    const files =
      explained === null || options.out === null
        ? new Map<number, string>()
        : await writeMapFiles(options.out, image, explained, { formats, receptiveField });
    return toRecord(item, {
      labels: labels?.labels ?? null,
      trueClass: toTrueClass(image.folder),
      files,
      keepsValues: formats.includes('parquet'),
    });
  };
}

async function conclude(
  { images, hasClassFolders }: ImageListing,
  journal: Journal,
  options: CamArguments,
  run: CamRun,
  output: Output,
  isFinished: boolean,
): Promise<0 | 1> {
  if (!isFinished) {
    const kept =
      options.out === null ? '' : ` Run the same command with --resume to go on; ${journal.path} knows what is done.`;
    const message = `Stopped after ${journal.done.size} of ${images.length} images.${kept}`;
    throw new UserError('cancelled', message);
  }
  const summary = await summarizeSeries(readJournal(journal.path));
  const { method, reason, layer, contrast, target } = run;
  const facts: SeriesFacts = {
    method: method.id,
    unit: method.unit,
    source: method.kind === 'sampled' && method.isEstimated ? 'estimated' : 'measured',
    layer,
    contrast,
    target: describeTarget(target),
    note:
      method.kind === 'exact'
        ? describeExactChoice(run.explainer.analysis.heads[0])
        : [reason, method.meaning, explainTarget(target)].filter((sentence) => sentence !== null).join(' '),
    folder: options.out,
    metrics: options.metrics,
  };
  const formats = listFormats(options);
  const written: string[] = [];
  if (options.out !== null) {
    written.push(...(await writeTables(options.out, journal.path, { formats, metrics: options.metrics })));
    if (formats.includes('json')) {
      const path = join(options.out, 'images.json');
      await saveUnfinished(
        path,
        (unfinished) =>
          pipeline(Readable.from(toSeriesJson(journal.path, facts, summary)), createWriteStream(unfinished)),
        () => Promise.resolve(),
      );
      written.push(path);
    }
  }
  if (options.json) {
    for await (const text of toSeriesJson(journal.path, facts, summary)) {
      output.write(text);
    }
  } else {
    output.write(formatSummary(summary, { hasClassFolders, folder: options.out, written }));
  }
  return summary.failed === 0 ? 0 : 1;
}

function countTop({ choices }: CamRun): number {
  return Math.max(0, ...choices.map((choice) => (choice.kind === 'top' ? choice.count : 0)));
}

/** Maps, overlays and a table, unless told otherwise; nothing without an output folder. */
function listFormats({ formats, out }: CamArguments): readonly SeriesFormat[] {
  return out === null ? [] : (formats ?? ['npy', 'png', 'csv']);
}
