import type { MapMetric } from './evaluationMetric';
import { IGNORED, INSIDE } from './judgedMap';
import { findMaximum } from './positivePart';

/** Share of the maximum above which a pixel counts as marked. */
const THRESHOLD = 0.3;

export const intersectionOverUnion: MapMetric = {
  kind: 'map',
  id: 'iou',
  name: 'IoU of the region',
  formula: '|{M ≥ 0.3·max M} ∩ objects| / |{M ≥ 0.3·max M} ∪ objects|, in pixels of the input; 0 where max M ≤ 0',
  source: 'Jaccard index; Choe et al., "Evaluating Weakly Supervised Object Localization Methods Right", CVPR 2020',
  unit: 'IoU',
  range: [0, 1],
  better: 'higher',
  cost: 'one pass over the pixels',
  needsTruth: true,
  compute({ drawn, truth }) {
    const maximum = findMaximum(drawn);
    if (truth === null || !Number.isFinite(maximum)) {
      return null;
    }
    let [shared, union] = [0, 0];
    for (let index = 0; index < drawn.length; index++) {
      if (truth.mask[index] !== IGNORED) {
        const isMarked = maximum > 0 && drawn[index] >= THRESHOLD * maximum;
        const isInside = truth.mask[index] === INSIDE;
        shared += Number(isMarked && isInside);
        union += Number(isMarked || isInside);
      }
    }
    return union > 0 ? shared / union : null;
  },
};
