import type { InferenceClient, ModelHandle } from '../inference/inferenceClient';
import type { MinimizationState } from '../inference/messages';
import type { FeatureMatrix } from './featureMatrix';
import type { RowRange } from './lossModel';
import { emitLossModel, emitScoreModel } from './lossModel';

/** Weights [outputs, columns] and bias [outputs]. */
export interface LinearModel {
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

interface FitOptions {
  /**
   * Penalty: (penalty/2)·‖weights‖² beside the *sum* of the losses; the bias is free. scikit-learn's C is 1/penalty.
   */
  readonly penalty: number;
  /** Largest element of the gradient of the mean loss at which the fit ends; scikit-learn's `tol`. */
  readonly tolerance: number;
  readonly mostIterations: number;
  /** To start from; null: zeros. */
  readonly start?: LinearModel | null;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (state: Pick<MinimizationState, 'iterations' | 'value' | 'gradientNorm'>) => void;
}

export interface LinearFit extends LinearModel {
  /** (Σ losses + (penalty/2)·‖weights‖²)/rows: what was minimised. */
  readonly objective: number;
  readonly iterations: number;
  readonly evaluations: number;
  readonly gradientNorm: number;
  readonly status: Exclude<MinimizationState['status'], 'running'>;
  /** Of the minimisation alone. */
  readonly elapsedMs: number;
}

/** Rows of a matrix, ready to be fitted to with any penalty. */
export interface FitSession {
  fit(options: FitOptions): Promise<LinearFit>;
  release(): Promise<void>;
}

/** A matrix that ONNX Runtime reads through, in one process. */
const toSource = (matrix: FeatureMatrix, bytes: Uint8Array) => ({ path: matrix.file, bytes, keepsOneCopy: true });

/**
 * Multinomial logistic regression (labels `index`, three classes or more), or one binary regression per output
 * (`indicators`), with an l2 penalty: scikit-learn's `LogisticRegression(solver='lbfgs')`, the same objective, minimiser
 * and tests. An evaluation costs 4·rows·columns·outputs FLOP; the memory is the rows, mapped from the file, once.
 */
export async function openFit(
  client: InferenceClient,
  matrix: FeatureMatrix,
  ranges: readonly RowRange[],
  signal?: AbortSignal,
): Promise<FitSession> {
  const { bytes, ...names } = emitLossModel(matrix, ranges);
  const handle = await client.loadModel(toSource(matrix, bytes), { signal });
  const rows = ranges.reduce((total, { start, end }) => total + end - start, 0);
  return {
    fit: (options) => runFit(client, handle, { ...names, matrix, rows }, options),
    release: () => client.releaseModel(handle),
  };
}

async function runFit(
  client: InferenceClient,
  handle: ModelHandle,
  { matrix, rows, ...names }: Omit<ReturnType<typeof emitLossModel>, 'bytes'> & { matrix: FeatureMatrix; rows: number },
  { penalty, tolerance, mostIterations, start, signal, onProgress }: FitOptions,
): Promise<LinearFit> {
  const { classes: outputs, columns: inputs, elementType } = matrix;
  const point = new Float64Array(outputs * inputs + outputs);
  if (start) {
    point.set(start.weights);
    point.set(start.bias, start.weights.length);
  }
  const limits = { tolerance, mostIterations, start: point };
  const problem = { ...names, ...limits, elementType, outputs, inputs, rows, l2: penalty / rows };
  const startedAt = performance.now();
  const state = await client.minimize(handle, problem, { signal, ...(onProgress ? { onProgress } : {}) });
  return {
    weights: state.point.slice(0, outputs * inputs),
    bias: state.point.slice(outputs * inputs),
    objective: state.value,
    iterations: state.iterations,
    evaluations: state.evaluations,
    gradientNorm: state.gradientNorm,
    status: state.status === 'running' ? 'exhausted' : state.status,
    elapsedMs: performance.now() - startedAt,
  };
}

/** Rows whose logits are computed, and sent back, at once. */
const SCORED_ROWS = 2048;

/** Logits [rows, outputs] of a range of rows. */
export async function scoreRows(
  client: InferenceClient,
  matrix: FeatureMatrix,
  { start, end }: RowRange,
  model: LinearModel,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const outputs = model.bias.length;
  const logits = new Float64Array((end - start) * outputs);
  const { elementType } = matrix;
  const cast = (values: Float64Array) => (elementType === 'float64' ? values : Float32Array.from(values));
  for (let from = start; from < end; from += SCORED_ROWS) {
    const scored = emitScoreModel(matrix, { start: from, end: Math.min(end, from + SCORED_ROWS) });
    const handle = await client.loadModel(toSource(matrix, scored.bytes), { signal });
    const feeds = {
      [scored.weights]: { elementType, dims: [outputs, matrix.columns], data: cast(model.weights) },
      [scored.bias]: { elementType, dims: [outputs], data: cast(model.bias) },
    };
    const result = await client.run(handle, { feeds, fetches: [scored.logits], signal });
    logits.set(result.outputs[scored.logits].data as Float32Array, (from - start) * outputs);
    await client.releaseModel(handle);
  }
  return logits;
}
