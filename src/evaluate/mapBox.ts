import { createComponentSearch } from './connectedComponents';
import type { MapMetric } from './evaluationMetric';
import type { JudgedMap } from './judgedMap';
import type { PixelBox } from './pixelBox';
import { computeBoxOverlap } from './pixelBox';
import { findMaximum } from './positivePart';

const THRESHOLD = 0.2;

/**
 * The box that a map draws: around the largest connected component of the pixels at or above 20 % of its maximum
 * (Zhou et al. 2016). null where nothing is positive.
 */
export function computeMapBox({ drawn, height, width }: JudgedMap): PixelBox | null {
  const maximum = findMaximum(drawn);
  return maximum > 0 && Number.isFinite(maximum)
    ? (createComponentSearch(height, width).findLargest(drawn, THRESHOLD * maximum)?.box ?? null)
    : null;
}

export const boxOverlap: MapMetric = {
  kind: 'map',
  id: 'box',
  name: 'IoU of the box',
  formula:
    'IoU of the box around the largest connected component of {M ≥ 0.2·max M} with the best matching box of the class; ' +
    '0 where max M ≤ 0',
  source: 'Zhou et al., "Learning Deep Features for Discriminative Localization", CVPR 2016',
  unit: 'IoU',
  range: [0, 1],
  better: 'higher',
  cost: 'one pass over the pixels',
  needsTruth: true,
  compute(judged) {
    if (judged.truth === null) {
      return null;
    }
    const box = computeMapBox(judged);
    return box === null ? 0 : Math.max(...judged.truth.boxes.map((each) => computeBoxOverlap(box, each)));
  },
};
