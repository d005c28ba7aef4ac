import type { SetMetric } from './evaluationMetric';
import { computeBoxOverlap } from './pixelBox';
import { normalizeMap } from './positivePart';
import { traceLargestBoxes } from './risingComponents';

const THRESHOLDS = Array.from({ length: 100 }, (_, index) => index / 100);
const WANTED_OVERLAP = 0.5;

/**
 * MaxBoxAcc: how often the map's box is right, at the threshold that suits the method best. The threshold is chosen on
 * the very images that are judged, as it would be on a validation set: compare methods with it, do not promise it.
 */
export const maxBoxAccuracy: SetMetric = {
  kind: 'set',
  id: 'maxboxacc',
  name: 'MaxBoxAcc',
  formula:
    'max over τ = 0, 0.01 … 0.99 of the share of maps whose box around the largest connected component of {M′ ≥ τ} has ' +
    'IoU ≥ 0.5 with a box of the class; M′ = ReLU(M) stretched to 0…1; a figure of the whole set',
  source: 'Choe et al., "Evaluating Weakly Supervised Object Localization Methods Right", CVPR 2020',
  unit: 'share',
  range: [0, 1],
  better: 'higher',
  cost: 'one pass over the pixels, for all thresholds together',
  needsTruth: true,
  start() {
    const hits = THRESHOLDS.map(() => 0);
    let count = 0;
    return {
      add({ drawn, height, width, truth }) {
        if (truth === null) {
          return null;
        }
        count += 1;
        const normalized = normalizeMap(drawn);
        if (normalized !== null) {
          traceLargestBoxes(normalized, height, width, THRESHOLDS).forEach((found, index) => {
            const overlaps = truth.boxes.map((box) => (found === null ? 0 : computeBoxOverlap(found, box)));
            hits[index] += Number(overlaps.some((overlap) => overlap >= WANTED_OVERLAP));
          });
        }
        return null;
      },
      finish() {
        const shares = hits.map((each) => each / count);
        return count === 0
          ? { value: null, curve: null, count }
          : { value: Math.max(...shares), curve: { x: THRESHOLDS, y: shares }, count };
      },
    };
  },
};
