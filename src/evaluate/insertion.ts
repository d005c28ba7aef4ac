import { createPause } from '../tensor/pause';
import { blurInput } from './blurInput';
import type { RunMetric } from './evaluationMetric';
import { tracePerturbation } from './perturbationCurve';

export const insertion: RunMetric = {
  kind: 'run',
  id: 'insertion',
  name: 'Insertion',
  formula:
    'area under the class’s probability while pixels come into the blurred image (Gaussian, 11 taps, σ = 5 pixels), ' +
    'largest map values first; trapezoids from the blurred image (0) to the whole one (1)',
  source: 'Petsiuk et al., "RISE: Randomized Input Sampling for Explanation", BMVC 2018',
  unit: 'probability',
  range: [0, 1],
  better: 'higher',
  cost: 'a run of the model per step and one more, in batches',
  needsTruth: false,
  async compute(judged, scorer, { steps, signal }) {
    const blurred = await blurInput(scorer.input, scorer.layout, createPause(signal));
    return tracePerturbation(judged, scorer, { from: blurred, to: scorer.input, steps });
  },
};
