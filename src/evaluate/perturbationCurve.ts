import { computeCurveArea } from './curveArea';
import type { Measured } from './evaluationMetric';
import type { InputScorer } from './inputScorer';
import { copyPixel } from './inputScorer';
import type { JudgedMap } from './judgedMap';
import { rankPixels } from './rankPixels';

/**
 * The class's score while the pixels of `from` become those of `to`, those with the largest map values first, in `steps`
 * equal steps; both end points are scored. x is the share of pixels changed; the value is the area by trapezoids.
 */
export async function tracePerturbation(
  { drawn }: JudgedMap,
  scorer: InputScorer,
  { from, to, steps }: { readonly from: Float32Array; readonly to: Float32Array; readonly steps: number },
): Promise<Measured> {
  if (!drawn.every(Number.isFinite)) {
    return { value: null, curve: null };
  }
  const order = rankPixels(drawn);
  const counts = Array.from({ length: steps + 1 }, (_, step) => Math.round((step * order.length) / steps));
  const changed = from.slice();
  let rank = 0;
  const scores = await scorer.scoreAll(counts.length, (index, target) => {
    for (; rank < counts[index]; rank++) {
      copyPixel(changed, to, order[rank], scorer.layout);
    }
    target.set(changed);
  });
  const x = counts.map((count) => count / order.length);
  return { value: computeCurveArea(x, scores), curve: { x, y: [...scores] } };
}
