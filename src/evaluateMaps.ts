import type { CamMethod } from './cam/camMethod';
import { createLayerExtension } from './cam/layerExtension';
import type { EvaluationMetric, MetricOptions, ModelMetric, SetCollector } from './evaluate/evaluationMetric';
import type { JudgeOptions, JudgedImage } from './evaluate/judgeImage';
import { judgeImage } from './evaluate/judgeImage';
import { checkSanity, countStages } from './evaluate/sanityCheck';
import type { ScoreModel } from './evaluate/scoreModel';
import { loadScoreModel } from './evaluate/scoreModel';
import { summarize } from './evaluate/summarize';
import type { Explainer } from './explain/explainer';
import { findImageInput } from './image/imageInput';
import type {
  EvaluationFailure,
  EvaluationReport,
  EvaluationRow,
  EvaluationSummary,
  MetricDescription,
} from './protocol/evaluation';
import { UserError } from './userError';
import type { ListedImage } from './protocol/imageSeries';

export interface EvaluateOptions extends Omit<JudgeOptions, keyof MetricOptions | 'method' | 'metrics' | 'warn'> {
  readonly images: readonly ListedImage[];
  readonly methods: readonly CamMethod[];
  readonly metrics: readonly EvaluationMetric[];
  readonly steps: number;
  readonly tolerance: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** `done` of `total` images of a method, and maps of the sanity check; its total changes with the classes of an image. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Each row as it is there, and once more when the sanity check has added its figure. */
  readonly onRow?: (row: EvaluationRow) => void;
  /** What all rows of a method come to. */
  readonly onMethod?: (summaries: readonly EvaluationSummary[]) => void;
}

/**
 * How well each method's maps point at what they should, for each image and class. An image that cannot be judged is
 * listed with its reason and keeps none of the others from being judged. The signal ends it with what there is by then,
 * and the report says so; before the first map it rejects with UserError `cancelled`.
 *
 * Cost: methods × images × (drawing a map + what the metrics say they cost); memory grows by one map at the resolution
 * of the layer, and its curves, per row. One method is loaded at a time, so each image is decoded once per method.
 * Throws UserError as drawing does, for what no image can change; `badArgument`, `notExact`, `cancelled`.
 */
export async function evaluateMaps(explainer: Explainer, options: EvaluateOptions): Promise<EvaluationReport> {
  const { methods, metrics, layer, images } = options;
  methods.forEach((method) => checkMethod(explainer, method, layer));
  const warnings = new Set<string>();
  const needsRuns = metrics.some(({ kind }) => kind === 'run');
  const input = needsRuns ? findImageInput(explainer.analysis.model) : null;
  const scores = input === null ? null : await loadScoreModel(explainer, input.layout, options.signal);
  const progress = new MapProgress(explainer, options);
  const evaluated: MethodEvaluation[] = [];
  try {
    for (const method of methods) {
      evaluated.push(await evaluateMethod(explainer, method, scores, { ...options, warnings, progress }));
      if (evaluated.some(({ isComplete }) => !isComplete)) {
        break;
      }
    }
  } finally {
    await scores?.release();
  }
  const rows = evaluated.flatMap((each) => each.rows);
  const isComplete = evaluated.every((each) => each.isComplete);
  if (!isComplete && rows.length === 0) {
    throw new UserError('cancelled', 'The evaluation was stopped before the first map.');
  }
  return {
    ...beginReport(explainer, options),
    isComplete,
    rows,
    summaries: evaluated.flatMap(({ summaries }) => summaries),
    warnings: images.length === 0 ? ['There are no images.'] : [...warnings],
    errors: evaluated.flatMap(({ errors }) => errors),
  };
}

/** What a report says before anything is judged. */
export function beginReport({ analysis }: Explainer, options: EvaluateOptions): EvaluationReport {
  const { methods, metrics, layer, classRule: classes, placement, steps, tolerance, seed } = options;
  return {
    schema: 1,
    isComplete: false,
    model: analysis.model.path,
    settings: { methods: methods.map(({ id }) => id), layer, classes, placement, steps, tolerance, seed },
    metrics: metrics.map(describe),
    rows: [],
    summaries: [],
    warnings: [],
    errors: [],
  };
}

interface MethodEvaluation {
  readonly isComplete: boolean;
  readonly rows: readonly EvaluationRow[];
  readonly summaries: readonly EvaluationSummary[];
  readonly errors: readonly EvaluationFailure[];
}

type MethodOptions = EvaluateOptions & { readonly warnings: Set<string>; readonly progress: MapProgress };

async function evaluateMethod(
  explainer: Explainer,
  method: CamMethod,
  scores: ScoreModel | null,
  options: MethodOptions,
): Promise<MethodEvaluation> {
  const { images, metrics, warnings, progress, signal } = options;
  const collectors = new Map<string, SetCollector>(
    metrics.flatMap((metric) => (metric.kind === 'set' ? [[metric.id, metric.start()]] : [])),
  );
  const judge = { ...options, method, signal, warn: (text: string) => void warnings.add(text) };
  const sanity = metrics.find((metric) => metric.kind === 'model');
  const errors: EvaluationFailure[] = [];
  let judged: JudgedImage[] = [];
  const complete = async (): Promise<void> => {
    for (const image of images) {
      const found = await judgeOrExplain(explainer, image, scores, collectors, judge, errors);
      judged.push(...found);
      found.forEach(({ row }) => options.onRow?.(row));
      progress.imageDone(found.length);
    }
    if (sanity !== undefined && judged.length > 0) {
      judged = await addSanity(explainer, judged, sanity, judge, () => progress.mapDone());
      judged.forEach(({ row }) => options.onRow?.(row));
    }
  };
  const isComplete = await complete().then(
    () => true,
    (error: unknown) => {
      if (error instanceof UserError && error.code === 'cancelled') {
        return false;
      }
      throw error;
    },
  );
  const rows = judged.map(({ row }) => row);
  const summaries = metrics.map((metric) => summarize(method.id, metric, rows, collectors.get(metric.id)));
  options.onMethod?.(summaries);
  return { rows, summaries, errors, isComplete };
}

/** What is wrong with one image is listed; cancelling and what no image can change are thrown. */
async function judgeOrExplain(
  explainer: Explainer,
  image: ListedImage,
  scores: ScoreModel | null,
  collectors: ReadonlyMap<string, SetCollector>,
  judge: JudgeOptions,
  errors: EvaluationFailure[],
): Promise<JudgedImage[]> {
  try {
    return await judgeImage(explainer, image, scores, collectors, judge);
  } catch (error) {
    if (!(error instanceof UserError) || error.code === 'cancelled') {
      throw error;
    }
    errors.push({ image: image.id, method: judge.method.id, code: error.code, message: error.message });
    return [];
  }
}

async function addSanity(
  explainer: Explainer,
  judged: readonly JudgedImage[],
  { id }: ModelMetric,
  judge: JudgeOptions,
  onProgress: () => void,
): Promise<JudgedImage[]> {
  const originals = judged.map(({ image, row, map }) => ({ image, classIndex: row.classIndex, map }));
  const { curves, values } = await checkSanity(explainer, originals, { ...judge, onProgress });
  return judged.map(({ image, row, map }, index) => ({
    image,
    map,
    row: {
      ...row,
      values: { ...row.values, [id]: values[index] },
      curves: { ...row.curves, [id]: curves[index] },
    },
  }));
}

/** What cannot be drawn at all is said once, before the first image. */
function checkMethod({ analysis }: Explainer, method: CamMethod, layer: string | null): void {
  const { model, index, inferred, heads } = analysis;
  if (method.kind === 'exact') {
    const refusal = method.explainRefusal(heads[0]);
    if (refusal !== null) {
      throw new UserError('notExact', `${method.name} (${method.id}) cannot be judged on this model: ${refusal}`);
    }
    return;
  }
  createLayerExtension(model, index, inferred, heads[0], { method, layer, topCount: 1, isContrast: false });
}

/** Counts images for each method and, for the sanity check, the map of each class at each stage. */
class MapProgress {
  readonly #stages: number;
  #done = 0;
  #total: number;

  constructor(
    { analysis }: Explainer,
    private readonly options: EvaluateOptions,
  ) {
    const { images, methods, metrics } = options;
    this.#stages = metrics.some(({ kind }) => kind === 'model') ? countStages(analysis) : 0;
    this.#total = images.length * methods.length * (1 + this.#stages);
  }

  /** An image counts once; its classes count at the stages. */
  imageDone(classes: number): void {
    this.#total += (classes - 1) * this.#stages;
    this.mapDone();
  }

  mapDone(): void {
    this.options.onProgress?.(++this.#done, this.#total);
  }
}

function describe(metric: EvaluationMetric): MetricDescription {
  const { id, name, formula, source, unit, range, better, cost, needsTruth } = metric;
  return { id, name, formula, source, unit, range, better, cost, needsTruth };
}
