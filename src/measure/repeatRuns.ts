import type { InferenceClient, ModelHandle } from '../inference/inferenceClient';
import type { RunOptions } from '../inference/inferenceClient';

/** Runs before those that count: memory is laid out, weights are packed and pages are read in the first ones. */
export const WARM_UP_RUNS = 3;
const FEWEST_RUNS = 5;
const MOST_RUNS = 30;
/** Beyond the fewest runs, no more than fit in this time. */
const BUDGET_MS = 2000;

/** Runs a model often enough for a median; returns what each run after the warm-up took. */
export async function repeatRuns(
  client: InferenceClient,
  handle: ModelHandle,
  options: RunOptions,
  report: (fraction: number) => void,
): Promise<readonly number[]> {
  const elapsed: number[] = [];
  let count = WARM_UP_RUNS + FEWEST_RUNS;
  while (elapsed.length < count) {
    elapsed.push((await client.run(handle, options)).elapsedMs);
    if (elapsed.length === WARM_UP_RUNS) {
      const affordable = Math.floor(BUDGET_MS / Math.max(elapsed[elapsed.length - 1], 0.01));
      count = WARM_UP_RUNS + Math.min(MOST_RUNS, Math.max(FEWEST_RUNS, affordable));
    }
    if (elapsed.length >= WARM_UP_RUNS) {
      report(elapsed.length / count);
    }
  }
  return elapsed.slice(WARM_UP_RUNS);
}

export function computeMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
