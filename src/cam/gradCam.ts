import type { LayerMethod } from './camMethod';
import { emitWeightedSum } from './layerContext';

/**
 * Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391, equations 1 and 2):
 *
 *   M(p) = Σ_c α_c F_c(p),   α_c = 1/P Σ_p ∂y/∂F_c(p)
 *
 * F_c(p): feature map at channel c and cell p of P; y: logit. Unit: logit.
 * Cost: one backward pass from the logit to the layer per class.
 * Axioms: linear in y, so the map of a difference of classes is the difference of their maps. Does not add up to the
 * logit except after global average pooling, where Σ_p M + b = y. Averaging the gradient over cells may give weight to
 * cells that the logit does not depend on (Draelos & Carin 2020).
 * Departure: the paper's ReLU is left to the display.
 */
export const gradCam: LayerMethod = {
  kind: 'layer',
  id: 'gradcam',
  name: 'Grad-CAM',
  unit: 'logit',
  meaning: 'Each channel counts by the mean derivative of the logit with respect to it.',
  cost: 'One backward pass from the logit to the layer per class.',
  isClassSpecific: true,
  needsGradient: true,
  atPooledHead: 'Here that is the exact class activation map divided by the number of cells.',
  explainRefusal: () => null,
  emitMap(context) {
    return emitWeightedSum(context, context.builder.reduce('ReduceMean', context.gradient(), [2], true));
  },
};
