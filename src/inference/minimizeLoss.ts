import type { LbfgsState, Objective } from '../tensor/lbfgs';
import { minimizeLbfgs } from '../tensor/lbfgs';
import type { LossProblem, MinimizationState, TensorValue } from './messages';

type Run = (
  feeds: Readonly<Record<string, TensorValue>>,
  fetches: readonly string[],
) => Promise<Readonly<Record<string, TensorValue>>>;

export type Minimization = AsyncGenerator<LbfgsState, void>;

/** Directions are found here, in float64; `run` evaluates the loss with ONNX Runtime in this same process. */
export function startMinimization(problem: LossProblem, run: Run): Minimization {
  return minimizeLbfgs(createObjective(problem, run), problem.start, problem);
}

/** Iterates for about `forMs`. */
export async function continueMinimization(minimization: Minimization, forMs: number): Promise<MinimizationState> {
  const startedAt = performance.now();
  for (;;) {
    const { value: state } = await minimization.next();
    if (state === undefined) {
      throw new Error('The minimisation has ended before.');
    }
    if (state.status !== 'running' || performance.now() - startedAt >= forMs) {
      const { point, ...rest } = state;
      return { ...rest, point: state.status === 'running' ? null : point };
    }
  }
}

/** Sums over rows are taken in float64: in float32 the rounding of a long sum would hide the last decrease. */
function createObjective(problem: LossProblem, run: Run): Objective {
  const { elementType, outputs, inputs, rows, l2, weights, bias, losses, weightGradient, biasGradient } = problem;
  const count = outputs * inputs;
  const isDouble = elementType === 'float64';
  const stored = isDouble ? new Float64Array(count) : new Float32Array(count);
  const storedBias = isDouble ? new Float64Array(outputs) : new Float32Array(outputs);
  const feeds: Record<string, TensorValue> = {
    [weights]: { elementType, dims: [outputs, inputs], data: stored },
    [bias]: { elementType, dims: [outputs], data: storedBias },
  };
  return async (point, gradient) => {
    stored.set(point.subarray(0, count));
    storedBias.set(point.subarray(count));
    const found = await run(feeds, [losses, weightGradient, biasGradient]);
    const byWeight = found[weightGradient].data as Float32Array | Float64Array;
    const byBias = found[biasGradient].data as Float32Array | Float64Array;
    let square = 0;
    for (let index = 0; index < count; index++) {
      const weight = point[index];
      square += weight * weight;
      gradient[index] = byWeight[index] / rows + l2 * weight;
    }
    for (let index = 0; index < outputs; index++) {
      gradient[count + index] = byBias[index] / rows;
    }
    return sum(found[losses].data as Float32Array | Float64Array) / rows + 0.5 * l2 * square;
  };
}

function sum(values: Float32Array | Float64Array): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) {
    total += values[index];
  }
  return total;
}
