import type { InferenceClient } from '../inference/inferenceClient';
import type { FeatureMatrix } from './featureMatrix';
import { writeFeatureMatrix } from './featureMatrix';
import type { LinearFit, LinearModel } from './fitLinear';
import { scoreRows } from './fitLinear';
import type { ScoredImages } from './fitScores';
import type { RowRange } from './lossModel';

/** A head to be fitted: features and labels in one matrix, training rows first, then those for validation. */
export interface FitProblem {
  readonly client: InferenceClient;
  readonly matrix: FeatureMatrix;
  readonly train: RowRange;
  readonly validation: RowRange;
  readonly classCount: number;
  readonly isMultiLabel: boolean;
  /** Class indices by row. */
  readonly rowClasses: readonly (readonly number[])[];
  readonly tolerance: number;
  readonly mostIterations: number;
  readonly signal: AbortSignal | undefined;
}

export interface ProblemContent {
  readonly folder: string;
  readonly columns: number;
  readonly trainCount: number;
  readonly readRow: (row: number) => Promise<Float32Array>;
}

/** Single precision ends at about this tolerance (see test/unit/fit/fitLinear). */
const SINGLE_TOLERANCE = 1e-5;

export async function writeProblem(
  settings: Omit<FitProblem, 'matrix' | 'train' | 'validation'>,
  { folder, columns, trainCount, readRow }: ProblemContent,
): Promise<FitProblem> {
  const { classCount, isMultiLabel, rowClasses, tolerance } = settings;
  const isBinary = !isMultiLabel && classCount === 2;
  const matrix = await writeFeatureMatrix(folder, {
    columns,
    // Two classes are one sigmoid, as in scikit-learn: the penalty would count twice otherwise.
    classes: isBinary ? 1 : classCount,
    labels: isMultiLabel || isBinary ? 'indicators' : 'index',
    elementType: tolerance < SINGLE_TOLERANCE ? 'float64' : 'float32',
    rowClasses: isBinary ? rowClasses.map(([index]) => (index === 1 ? [0] : [])) : rowClasses,
    readRow,
  });
  const validation = { start: trainCount, end: rowClasses.length };
  return { ...settings, matrix, train: { start: 0, end: trainCount }, validation };
}

/** One row of weights per class: the one sigmoid w of two classes becomes −w/2 and w/2, whose softmax is the same. */
export function toClassRows({ classCount }: FitProblem, { weights, bias }: LinearModel): LinearModel {
  if (bias.length === classCount) {
    return { weights, bias };
  }
  const halve = (values: Float64Array) =>
    Float64Array.from({ length: 2 * values.length }, (_, index) =>
      index < values.length ? -values[index] / 2 : values[index - values.length] / 2,
    );
  return { weights: halve(weights), bias: halve(bias) };
}

export async function scoreRange(problem: FitProblem, fit: LinearFit, range: RowRange): Promise<ScoredImages> {
  const { client, matrix, classCount, isMultiLabel, rowClasses, signal } = problem;
  const logits = await scoreRows(client, matrix, range, toClassRows(problem, fit), signal);
  return { logits, classCount, isMultiLabel, truth: rowClasses.slice(range.start, range.end) };
}
