import type { RunMetric } from './evaluationMetric';
import { scoreMasked } from './maskedScore';

export const averageDrop: RunMetric = {
  kind: 'run',
  id: 'drop',
  name: 'Average drop',
  formula: 'max(0, Y − O) / Y, Y the class’s probability on the image, O on the image multiplied by the map (0…1)',
  source: 'Chattopadhay et al., "Grad-CAM++", WACV 2018 (there in per cent)',
  unit: 'share',
  range: [1, 0],
  better: 'lower',
  cost: 'one run of the model',
  needsTruth: false,
  async compute(judged, scorer) {
    const masked = await scoreMasked(judged, scorer);
    const isMeaningful = masked !== null && scorer.score > 0;
    return { value: isMeaningful ? Math.max(0, scorer.score - masked) / scorer.score : null, curve: null };
  },
};
