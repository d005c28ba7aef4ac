import type { ModelMetric } from './evaluationMetric';

/**
 * Whether maps depend on what the network has learned. Departs from the paper in how weights are randomised: it draws
 * them from the initialiser, which a model file does not know; here each tensor's own elements are shuffled, which keeps
 * their distribution and works for every element type.
 */
export const weightRandomization: ModelMetric = {
  kind: 'model',
  id: 'sanity',
  name: 'Weight randomisation',
  formula:
    'mean Spearman rank correlation of |M| before and after every weight was shuffled within its tensor (seeded), at the ' +
    'resolution of the layer; the curve shuffles layers from the output down (cascading), x the share of layers',
  source: 'Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018',
  unit: 'correlation',
  range: [-1, 1],
  better: 'lower',
  cost: 'a session of the model and one map per image, for each of at most eight stages',
  needsTruth: false,
};
