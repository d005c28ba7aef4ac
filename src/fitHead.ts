import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { HeadDescription } from './analysis/heads/headDescription';
import type { FeatureSet } from './extractFeatures';
import { choosePenalty, crossValidate, PATH_FITS } from './fit/crossValidate';
import type { Dataset } from './fit/dataset';
import { openFit } from './fit/fitLinear';
import type { FitProblem } from './fit/fitProblem';
import { scoreRange, toClassRows, writeProblem } from './fit/fitProblem';
import { computeCalibration, computeScore, countConfusions } from './fit/fitScores';
import { traceLearning } from './fit/learningCurve';
import type { Split } from './fit/splitDataset';
import { splitDataset } from './fit/splitDataset';
import type { LinearHeadKind, ReplacementHead } from './head/linearHead';
import type { InferenceClient } from './inference/inferenceClient';
import type { HeadFit, HeadFitReport } from './protocol/headFit';
import { UserError } from './userError';

export interface FitHeadOptions {
  readonly kinds: readonly LinearHeadKind[];
  /** Strength of the l2 penalty (scikit-learn's 1/C), or `cv` to choose it by cross-validation. */
  readonly penalty: number | 'cv';
  readonly seed: number;
  /** Share of each class that is held out. */
  readonly validationShare: number;
  /** Largest element of the gradient at the end. Below 1e-5 everything is computed in double precision. */
  readonly tolerance: number;
  readonly mostIterations: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: FitProgress) => void;
}

export interface FitProgress {
  readonly kind: LinearHeadKind;
  readonly step: 'inner products' | 'cross-validation' | 'fit' | 'learning curve';
  /** null: not known. */
  readonly fraction: number | null;
  readonly detail: string;
}

/** scikit-learn's, but for the iterations: 100 of them are rarely enough for unscaled features. */
export const DEFAULT_FIT = {
  penalty: 1,
  seed: 0,
  validationShare: 0.2,
  tolerance: 1e-4,
  mostIterations: 1000,
} as const;

export interface FittedHead {
  readonly fit: HeadFit;
  readonly head: ReplacementHead;
}

export interface FittedHeads {
  readonly report: HeadFitReport;
  readonly heads: readonly FittedHead[];
}

/**
 * Fits linear heads to labelled features: multinomial logistic regression with an l2 penalty (multi-label: one binary
 * regression per class), the same split for every kind of head.
 *
 * A fit costs iterations × 4·images·features·classes FLOP, features being C (gap) or C·H·W (fc); cross-validation 40
 * of them, each started near its end. Where there are far fewer images than features, these are first replaced by
 * coordinates in the space that the images span, as many as images, with the same optimum (see `findRowSpace`); the
 * tolerance then is of the gradient in these coordinates, whose length is that of the whole gradient.
 * On disk 4 bytes a feature while it runs (8 below a tolerance of 1e-5); in memory the rows are mapped, once.
 *
 * Throws UserError `badArgument` for data that nothing can be fitted to after unreadable images were left out,
 * `inferenceStopped`, `cancelled`.
 */
export async function fitHeads(
  client: InferenceClient,
  dataset: Dataset,
  features: FeatureSet,
  options: FitHeadOptions,
): Promise<FittedHeads> {
  const labelled = features.positions.map((position) => dataset.images[position]);
  const split = splitDataset(labelled, dataset.classes.length, options);
  const subject = { client, dataset, features, labelled, split };
  checkSplit(subject);
  await removeLeftovers(features.folder);
  const heads: FittedHead[] = [];
  for (const kind of options.kinds) {
    const problem = await createProblem(subject, kind, options);
    try {
      heads.push(await fitHead(problem, features.analysis.heads[0], kind, options));
    } finally {
      await problem.release();
    }
  }
  return { report: toReport(subject, heads, options), heads };
}

/** What all heads are fitted to. */
interface FitSubject {
  readonly client: InferenceClient;
  readonly dataset: Dataset;
  readonly features: FeatureSet;
  /** One for each of the features. */
  readonly labelled: Dataset['images'];
  readonly split: Split;
}

/** The head that does best on the validation images; of equals the one of fewer parameters. */
export function chooseHead(heads: readonly FittedHead[]): FittedHead {
  return heads.reduce((best, other) => {
    const gain = other.fit.validation.accuracy - best.fit.validation.accuracy;
    return gain > 0 || (gain === 0 && other.fit.parameters < best.fit.parameters) ? other : best;
  });
}

function checkSplit({ dataset, labelled, split: { train, validation } }: FitSubject): void {
  const missing = dataset.classes.find(
    (_, index) => !train.some((position) => labelled[position].classes.includes(index)),
  );
  if (missing !== undefined || validation.length === 0) {
    const what = missing === undefined ? 'There are too few images' : `Class "${missing}" has no readable image left`;
    throw new UserError(
      'badArgument',
      `${what} to fit to: every class needs at least two that can be read, one of them to validate.`,
    );
  }
}

/** Of fits that were killed. */
async function removeLeftovers(folder: string): Promise<void> {
  const stale = (await readdir(folder)).filter((name) => name.startsWith('matrix-'));
  await Promise.all(stale.map((name) => rm(path.join(folder, name), { force: true })));
}

function createProblem(
  subject: FitSubject,
  kind: LinearHeadKind,
  { penalty, tolerance, mostIterations, signal, onProgress }: FitHeadOptions,
): Promise<FitProblem> {
  const { client, dataset, features, labelled, split } = subject;
  const order = [...split.train, ...split.validation];
  const { channels, height, width, folder } = features;
  return writeProblem(
    {
      client,
      classCount: dataset.classes.length,
      isMultiLabel: dataset.isMultiLabel,
      rowClasses: order.map((index) => labelled[index].classes),
      ...{ tolerance, mostIterations, signal },
    },
    {
      folder,
      columns: kind === 'gap' ? channels : channels * height * width,
      trainCount: split.train.length,
      readRow: (row) => (kind === 'gap' ? features.readPooled(order[row]) : features.readMap(order[row])),
      fits: penalty === 'cv' ? PATH_FITS + 2 : 2,
      onProgress: (fraction) =>
        onProgress?.({ kind, step: 'inner products', fraction, detail: `${Math.round(100 * fraction)} %` }),
    },
  );
}

async function fitHead(
  problem: FitProblem,
  head: HeadDescription,
  kind: LinearHeadKind,
  options: FitHeadOptions,
): Promise<FittedHead> {
  const report = (step: FitProgress['step'], fraction: number | null, detail: string): void =>
    options.onProgress?.({ kind, step, fraction, detail });
  const penaltyPath =
    options.penalty === 'cv'
      ? await crossValidate(problem, (done, total) =>
          report('cross-validation', done / total, `${done} of ${total} fits`),
        )
      : null;
  const penalty = options.penalty === 'cv' ? choosePenalty(penaltyPath ?? []) : options.penalty;
  const session = await openFit(problem.client, problem.matrix, [problem.train], problem.signal);
  const found = await session
    .fit({
      ...problem,
      penalty,
      onProgress: ({ iterations, value }) =>
        report('fit', null, `iteration ${iterations}, objective ${value.toPrecision(5)}`),
    })
    .finally(() => session.release());
  const train = computeScore(await scoreRange(problem, found, problem.train));
  const held = await scoreRange(problem, found, problem.validation);
  const validation = computeScore(held);
  report('learning curve', null, '');
  const images = problem.train.end;
  const { weights, bias } = toClassRows(problem, found);
  const model = { weights: await problem.toFeatureWeights(weights), bias };
  const parameters = model.weights.length + model.bias.length;
  const fit: HeadFit = {
    ...{ kind, parameters, penalty, penaltyPath, train, validation },
    parametersPerImage: parameters / images,
    objective: found.objective,
    iterations: found.iterations,
    evaluations: found.evaluations,
    status: found.status,
    seconds: found.elapsedMs / 1000,
    confusion: problem.isMultiLabel ? null : countConfusions(held),
    learningCurve: await traceLearning(problem, penalty, { images, train, validation }),
    calibration: computeCalibration(held),
  };
  const activation = problem.isMultiLabel ? 'sigmoid' : keepActivation(head);
  const replacement = {
    kind,
    weights: Float32Array.from(model.weights),
    bias: Float32Array.from(model.bias),
    activation,
  };
  return { fit, head: replacement };
}

/** The new model gives what the old one gave: logits, probabilities or their logarithms. */
function keepActivation({ activation }: HeadDescription): ReplacementHead['activation'] {
  switch (activation) {
    case null:
      return 'none';
    case 'logsoftmax':
      return activation;
    default:
      return 'softmax';
  }
}

function toReport(
  { dataset, features, split }: FitSubject,
  heads: readonly FittedHead[],
  { seed, validationShare }: FitHeadOptions,
): HeadFitReport {
  const { channels, height, width, skipped, computed, reused, analysis } = features;
  return {
    classes: dataset.classes,
    isMultiLabel: dataset.isMultiLabel,
    featureMap: { tensor: analysis.heads[0].featureMap?.tensor ?? '', channels, height, width },
    images: { train: split.train.length, validation: split.validation.length, skipped, computed, reused },
    split: { seed, validationShare },
    heads: heads.map(({ fit }) => fit),
  };
}
