import type { ExactMethod } from './camMethod';
import { createHeadExtension } from './headExtension';

/**
 * The exact class activation map in logit units: M = Σ_c J∘F, J the derivative of the logit with respect to the last
 * feature map F. With global average pooling J is the classifier's row w[k], and mean M + b = logit
 * (Zhou et al. 2016, arXiv:1512.04150, who use the sum and leave the bias out); with flattened features J differs
 * between positions and sum M + bias path = logit (HiResCAM, Draelos & Carin 2020, arXiv:2011.08891).
 */
export const classActivationMap: ExactMethod = {
  kind: 'exact',
  id: 'cam',
  name: 'CAM',
  unit: 'logit',
  meaning: 'Each cell counts by what it adds to the logit.',
  cost: 'Part of the one run of the model: the maps of all classes come at the price of a matrix product.',
  explainRefusal: (head) => (head.exact ? null : (head.reason ?? 'This model has no classification head.')),
  createExtension: createHeadExtension,
};
