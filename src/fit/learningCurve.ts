import type { LearningPoint } from '../protocol/headFit';
import type { LinearFit } from './fitLinear';
import { openFit } from './fitLinear';
import type { FitProblem } from './fitProblem';
import { scoreRange } from './fitProblem';
import { computeScore } from './fitScores';

const SHARES = [0.1, 0.2, 0.4, 0.7];

/** Fits to the first n training rows, and the fit to all of them that is known already. Costs 1.4 fits. */
export async function traceLearning(
  problem: FitProblem,
  penalty: number,
  whole: LearningPoint,
): Promise<readonly LearningPoint[]> {
  const sizes = SHARES.map((share) => Math.round(share * whole.images));
  const points: LearningPoint[] = [];
  let start: LinearFit | null = null;
  // Fewer images than classes, or than two, say nothing.
  for (const images of new Set(
    sizes.filter((size) => size >= Math.max(2, problem.classCount) && size < whole.images),
  )) {
    const rows = { start: 0, end: images };
    const session = await openFit(problem.client, problem.matrix, [rows], problem.signal);
    try {
      start = await session.fit({ ...problem, penalty, start });
    } finally {
      await session.release();
    }
    const train = computeScore(await scoreRange(problem, start, rows));
    const validation = computeScore(await scoreRange(problem, start, problem.validation));
    points.push({ images, train, validation });
  }
  return [...points, whole];
}
