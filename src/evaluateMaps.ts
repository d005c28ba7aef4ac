import type { CamMethod } from './cam/camMethod';
import { createLayerExtension } from './cam/layerExtension';
import type { EvaluationMetric, MetricOptions, ModelMetric, SetCollector } from './evaluate/evaluationMetric';
import type { JudgeOptions, JudgedImage } from './evaluate/judgeImage';
import { judgeImage } from './evaluate/judgeImage';
import { checkSanity } from './evaluate/sanityCheck';
import type { ScoreModel } from './evaluate/scoreModel';
import { loadScoreModel } from './evaluate/scoreModel';
import { summarize } from './evaluate/summarize';
import type { Explainer } from './explainer';
import { findImageInput } from './image/imageInput';
import type {
  EvaluationFailure,
  EvaluationReport,
  EvaluationRow,
  EvaluationSummary,
  MetricDescription,
} from './protocol/evaluation';
import { UserError } from './userError';
import type { ListedImage } from './evaluate/listImages';

export interface EvaluateOptions extends Omit<JudgeOptions, keyof MetricOptions | 'method' | 'metrics' | 'warn'> {
  readonly images: readonly ListedImage[];
  readonly methods: readonly CamMethod[];
  readonly metrics: readonly EvaluationMetric[];
  readonly steps: number;
  readonly tolerance: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** `done` of `total` maps; the last ones are those of the sanity check. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly onRow?: (row: EvaluationRow) => void;
}

/**
 * How well each method's maps point at what they should, for each image and class. An image that cannot be judged is
 * listed with its reason and keeps none of the others from being judged.
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
  const progress = countProgress(options);
  const evaluated: MethodEvaluation[] = [];
  try {
    for (const method of methods) {
      evaluated.push(await evaluateMethod(explainer, method, scores, { ...options, warnings, progress }));
    }
  } finally {
    await scores?.release();
  }
  return {
    schema: 1,
    model: explainer.analysis.model.path,
    settings: {
      methods: methods.map(({ id }) => id),
      layer,
      classes: options.classRule,
      placement: options.placement,
      steps: options.steps,
      tolerance: options.tolerance,
      seed: options.seed,
    },
    metrics: metrics.map(describe),
    rows: evaluated.flatMap(({ rows }) => rows),
    summaries: evaluated.flatMap(({ summaries }) => summaries),
    warnings: images.length === 0 ? ['There are no images.'] : [...warnings],
    errors: evaluated.flatMap(({ errors }) => errors),
  };
}

interface MethodEvaluation {
  readonly rows: readonly EvaluationRow[];
  readonly summaries: readonly EvaluationSummary[];
  readonly errors: readonly EvaluationFailure[];
}

type MethodOptions = EvaluateOptions & { readonly warnings: Set<string>; readonly progress: () => void };

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
  for (const image of images) {
    try {
      const found = await judgeImage(explainer, image, scores, collectors, judge);
      judged.push(...found);
      if (sanity === undefined) {
        found.forEach(({ row }) => options.onRow?.(row));
      }
    } catch (error) {
      if (!(error instanceof UserError) || error.code === 'cancelled') {
        throw error;
      }
      errors.push({ image: image.name, method: method.id, code: error.code, message: error.message });
    }
    progress();
  }
  if (sanity !== undefined && judged.length > 0) {
    judged = await addSanity(explainer, judged, sanity, judge, progress);
    judged.forEach(({ row }) => options.onRow?.(row));
  }
  const rows = judged.map(({ row }) => row);
  const summaries = metrics.map((metric) => summarize(method.id, metric, rows, collectors.get(metric.id)));
  return { rows, summaries, errors };
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

/** Sanity stages are not known before; they count as one more pass over the images. */
function countProgress({ images, methods, metrics, onProgress }: EvaluateOptions): () => void {
  const passes = metrics.some(({ kind }) => kind === 'model') ? 9 : 1;
  const total = images.length * methods.length * passes;
  let done = 0;
  return () => onProgress?.(Math.min(++done, total), total);
}

function describe(metric: EvaluationMetric): MetricDescription {
  const { id, name, formula, source, unit, range, better, cost, needsTruth } = metric;
  return { id, name, formula, source, unit, range, better, cost, needsTruth };
}
