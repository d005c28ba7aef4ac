import type { MapMetric } from './evaluationMetric';
import { IGNORED, INSIDE } from './judgedMap';

export const energyInMask: MapMetric = {
  kind: 'map',
  id: 'energy',
  name: 'Energy in mask',
  formula: 'Σ ReLU(M) inside objects of the class / Σ ReLU(M); a map without aim gets the share of area of the objects',
  source: 'Wang et al., "Score-CAM", CVPRW 2020 (energy-based pointing game)',
  unit: 'share',
  range: [0, 1],
  better: 'higher',
  cost: 'one pass over the pixels',
  needsTruth: true,
  compute({ drawn, truth }) {
    if (truth === null) {
      return null;
    }
    let [inside, total] = [0, 0];
    for (let index = 0; index < drawn.length; index++) {
      const energy = truth.mask[index] === IGNORED ? 0 : Math.max(0, drawn[index]);
      total += energy;
      inside += truth.mask[index] === INSIDE ? energy : 0;
    }
    return total > 0 && Number.isFinite(total) ? inside / total : null;
  },
};
