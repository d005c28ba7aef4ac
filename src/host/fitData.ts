import { join } from 'node:path';
import type { Dataset } from '../fit/dataset';
import type { FittedHeads, FitProgress } from '../fitHead';
import type { FeatureProgress } from '../fit/computeFeatures';
import type { ModelAnalysis } from '../inspectModel';
import type { FitRequest, HeadProgress, HeadWork } from '../protocol/headWork';
import type { Preprocessing } from '../protocol/preprocessing';
import { readHeadSettings } from './headData';
import type { ModelDocument } from './modelDocument';

/** Heads fitted to a data set, with what saving one of them takes. */
export interface FittedData {
  readonly fitted: FittedHeads;
  readonly dataset: Dataset;
  /** The reading of the model that was asked about. */
  readonly model: ModelAnalysis;
  /** Bound to the size of the images. */
  readonly analysis: ModelAnalysis;
  readonly preprocessing: Preprocessing | null;
  /** A held-out image of each of the first classes. */
  readonly examples: readonly string[];
}

export interface FitDataOptions {
  readonly signal: AbortSignal;
  readonly tell: (progress: HeadProgress) => void;
}

/** Tells the pages of the model and the task that is shown. */
export function tellOf(
  document: ModelDocument,
  work: HeadWork,
  report: (fraction: number) => void,
): (progress: HeadProgress) => void {
  return (progress) => {
    document.pages.send({ type: 'headAdvanced', work, progress });
    if (progress.fraction !== null) {
      report(progress.fraction);
    }
  };
}

const MOST_EXAMPLES = 12;

/**
 * From labelled images to fitted heads; features are kept in the extension's own storage, so that a run that was stopped
 * goes on where it was. Throws as `readDataset`, `extractFeatures` and `fitHeads` do.
 */
export async function fitToData(
  document: ModelDocument,
  { data, kinds, penalty, seed }: FitRequest,
  { signal, tell }: FitDataOptions,
): Promise<FittedData> {
  const [{ analysis, client }, { readDataset }, { extractFeatures }, { DEFAULT_FIT, fitHeads }] = await Promise.all([
    document.runner(),
    import('../fit/readDataset'),
    import('../extractFeatures'),
    import('../fitHead'),
  ]);
  const dataset = await readDataset(data.path);
  const images = dataset.images.map(({ path }) => path);
  const { preprocessing } = await readHeadSettings(document, images);
  const features = await extractFeatures(analysis, client, images, {
    ...{ preprocessing, signal, withMaps: kinds.includes('fc') },
    cache: join(document.services.cachePath, 'features'),
    isPruned: true,
    onProgress: (progress) => tell(describeFeatures(progress)),
  });
  try {
    const onProgress = (progress: FitProgress) => tell(describeFit(progress));
    const fitted = await fitHeads(client, dataset, features, {
      ...DEFAULT_FIT,
      ...{ kinds, penalty, seed, signal, onProgress },
    });
    const examples = await chooseExamples(dataset, features.positions, fitted.report.split);
    return { fitted, dataset, model: analysis, analysis: features.analysis, preprocessing, examples };
  } finally {
    await features.close();
  }
}

function describeFeatures({ done, total, reused }: FeatureProgress): HeadProgress {
  const known = reused === 0 ? '' : `, ${reused} of them known from an earlier run`;
  return { text: `Features: ${done} of ${total} images${known}`, fraction: done / total };
}

function describeFit({ kind, step, fraction, detail }: FitProgress): HeadProgress {
  return { text: `${kind.toUpperCase()} head, ${step}${detail === '' ? '' : `: ${detail}`}`, fraction };
}

/** Of images that no head was fitted to. */
async function chooseExamples(
  { images, classes }: Dataset,
  positions: readonly number[],
  split: FittedHeads['report']['split'],
): Promise<readonly string[]> {
  const { splitDataset } = await import('../fit/splitDataset');
  const labelled = positions.map((position) => images[position]);
  const held = splitDataset(labelled, classes.length, split).validation.map((index) => labelled[index]);
  const first = classes.map((_, index) => held.find((image) => image.classes.includes(index))?.path);
  return [...new Set(first.filter((path) => path !== undefined))].slice(0, MOST_EXAMPLES);
}
