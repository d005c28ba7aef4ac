import { fillWithAverage } from './averageColor';
import type { RunMetric } from './evaluationMetric';
import { tracePerturbation } from './perturbationCurve';

/** Departs from RISE's code, whose grey is the 0 of its preprocessing: the image's own mean needs no data set. */
export const deletion: RunMetric = {
  kind: 'run',
  id: 'deletion',
  name: 'Deletion',
  formula:
    'area under the class’s probability while pixels give way to the image’s average colour, largest map values first; ' +
    'trapezoids from the whole image (0) to the blank one (1)',
  source: 'Petsiuk et al., "RISE: Randomized Input Sampling for Explanation", BMVC 2018',
  unit: 'probability',
  range: [1, 0],
  better: 'lower',
  cost: 'a run of the model per step and one more, in batches',
  needsTruth: false,
  compute: (judged, scorer, { steps }) =>
    tracePerturbation(judged, scorer, {
      from: scorer.input,
      to: fillWithAverage(scorer.input, scorer.layout),
      steps,
    }),
};
