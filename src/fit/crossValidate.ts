import type { PenaltyPoint } from '../protocol/headFit';
import type { LinearFit } from './fitLinear';
import { openFit } from './fitLinear';
import type { FitProblem } from './fitProblem';
import { scoreRange } from './fitProblem';
import { computeScore } from './fitScores';

/** Strongest first, so that each fit starts near its end: that of the penalty before. */
const PENALTIES: readonly number[] = [1e4, 1e3, 100, 10, 1, 0.1, 0.01, 1e-3];
const FOLDS = 5;
/** Fits that cross-validation takes. */
export const PATH_FITS = FOLDS * PENALTIES.length;

/**
 * The regularisation path: for every penalty the log loss on held-out folds of the training rows, averaged by image.
 * Folds are stretches of the rows, whose order spreads the classes evenly (`splitDataset`). Costs folds × penalties fits,
 * each started from the one before.
 */
export async function crossValidate(
  problem: FitProblem,
  onProgress?: (done: number, total: number) => void,
): Promise<readonly PenaltyPoint[]> {
  const count = problem.train.end;
  const folds = Math.max(2, Math.min(FOLDS, Math.floor(count / 2)));
  const totals = PENALTIES.map(() => ({ loss: 0, accuracy: 0 }));
  for (let fold = 0; fold < folds; fold++) {
    const held = { start: Math.floor((fold * count) / folds), end: Math.floor(((fold + 1) * count) / folds) };
    const kept = [
      { start: 0, end: held.start },
      { start: held.end, end: count },
    ].filter(({ start, end }) => end > start);
    const session = await openFit(problem.client, problem.matrix, kept, problem.signal);
    try {
      let start: LinearFit | null = null;
      for (const [position, penalty] of PENALTIES.entries()) {
        start = await session.fit({ ...problem, penalty, start });
        const { loss, accuracy } = computeScore(await scoreRange(problem, start, held));
        totals[position].loss += (loss * (held.end - held.start)) / count;
        totals[position].accuracy += (accuracy * (held.end - held.start)) / count;
        onProgress?.(fold * PENALTIES.length + position + 1, folds * PENALTIES.length);
      }
    } finally {
      await session.release();
    }
  }
  return PENALTIES.map((penalty, position) => ({ penalty, ...totals[position] }));
}

/** The penalty of the least loss; of several, the strongest. */
export function choosePenalty(path: readonly PenaltyPoint[]): number {
  return path.reduce((best, point) => (point.loss < best.loss ? point : best)).penalty;
}
