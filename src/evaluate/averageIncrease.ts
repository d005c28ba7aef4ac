import type { RunMetric } from './evaluationMetric';
import { scoreMasked } from './maskedScore';

export const averageIncrease: RunMetric = {
  kind: 'run',
  id: 'increase',
  name: 'Increase in confidence',
  formula: '1 when Y < O, else 0 (Y, O as in average drop); its mean is the share of images that the map makes clearer',
  source: 'Chattopadhay et al., "Grad-CAM++", WACV 2018 (there in per cent)',
  unit: 'share',
  range: [0, 1],
  better: 'higher',
  cost: 'one run of the model',
  needsTruth: false,
  async compute(judged, scorer) {
    const masked = await scoreMasked(judged, scorer);
    return { value: masked === null ? null : Number(masked > scorer.score), curve: null };
  },
};
