import type { InferenceClient } from '../inference/inferenceClient';
import type { FeatureMatrix, MatrixContent } from './featureMatrix';
import { writeFeatureMatrix } from './featureMatrix';
import type { LinearFit, LinearModel } from './fitLinear';
import { scoreRows } from './fitLinear';
import type { ScoredImages } from './fitScores';
import type { RowRange } from './lossModel';
import { openRowProducts } from './rowProducts';
import { findRowSpace, isRowSpaceCheaper } from './rowSpace';

/** A head to be fitted: features and labels in one matrix, training rows first, then those for validation. */
export interface FitProblem {
  readonly client: InferenceClient;
  /** Of features, or of coordinates in the space that the rows span: logits, penalty and optimum are the same. */
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
  /** Weights on features [outputs, features], of weights on the matrix. */
  toFeatureWeights(weights: Float64Array): Promise<Float64Array>;
  /** Frees memory and disk. */
  release(): Promise<void>;
}

export interface ProblemContent {
  readonly folder: string;
  readonly columns: number;
  readonly trainCount: number;
  readonly readRow: (row: number) => Float32Array | Promise<Float32Array>;
  /** Fits that it is meant for. */
  readonly fits: number;
  /** Share of the inner products that is computed, where these are needed. */
  readonly onProgress?: (fraction: number) => void;
}

/** Single precision ends at about this tolerance (see test/unit/fit/fitLinear). */
const SINGLE_TOLERANCE = 1e-5;

type WriteMatrix = (content: Pick<MatrixContent, 'columns' | 'elementType' | 'readRow'>) => Promise<FeatureMatrix>;

export async function writeProblem(
  settings: Omit<FitProblem, 'matrix' | 'train' | 'validation' | 'toFeatureWeights' | 'release'>,
  content: ProblemContent,
): Promise<FitProblem> {
  const { classCount, isMultiLabel, rowClasses, tolerance } = settings;
  const { folder, columns, trainCount, readRow } = content;
  const isBinary = !isMultiLabel && classCount === 2;
  const labels = {
    // Two classes are one sigmoid, as in scikit-learn: the penalty would count twice otherwise.
    classes: isBinary ? 1 : classCount,
    labels: isMultiLabel || isBinary ? 'indicators' : 'index',
    rowClasses: isBinary ? rowClasses.map(([index]) => (index === 1 ? [0] : [])) : rowClasses,
  } as const;
  const write: WriteMatrix = (features) => writeFeatureMatrix(folder, { ...labels, ...features });
  const rows = rowClasses.length;
  const isReduced = isRowSpaceCheaper({ rows, columns, classes: labels.classes }, content.fits);
  const reduced = isReduced ? await writeCoordinates(settings, content, write) : null;
  const elementType = tolerance < SINGLE_TOLERANCE ? 'float64' : 'float32';
  const parts = reduced ?? toParts(await write({ columns, elementType, readRow }));
  return { ...settings, ...parts, train: { start: 0, end: trainCount }, validation: { start: trainCount, end: rows } };
}

type ProblemParts = Pick<FitProblem, 'matrix' | 'toFeatureWeights' | 'release'>;

function toParts(matrix: FeatureMatrix): ProblemParts {
  return { matrix, toFeatureWeights: (weights) => Promise.resolve(weights), release: () => matrix.remove() };
}

/** In double precision, which costs little on so few rows. null when the rows span nothing. */
async function writeCoordinates(
  { client, rowClasses, signal }: Pick<FitProblem, 'client' | 'rowClasses' | 'signal'>,
  { columns, readRow, onProgress }: ProblemContent,
  write: WriteMatrix,
): Promise<ProblemParts | null> {
  const features = await write({ columns, elementType: 'float32', readRow });
  const undo = [() => features.remove()];
  const release = async (): Promise<void> => {
    for (const step of [...undo].reverse()) {
      await step();
    }
  };
  try {
    const products = await openRowProducts(client, features, signal);
    undo.push(() => products.release());
    const space = await findRowSpace(products, rowClasses.length, signal, onProgress);
    const { rank, coordinates } = space;
    if (rank === 0) {
      await release();
      return null;
    }
    const matrix = await write({
      columns: rank,
      elementType: 'float64',
      readRow: (row) => coordinates.subarray(row * rank, (row + 1) * rank),
    });
    undo.push(() => matrix.remove());
    return { matrix, toFeatureWeights: (weights) => space.toFeatures(weights), release };
  } catch (error) {
    await release();
    throw error;
  }
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
