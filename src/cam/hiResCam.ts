import type { LayerMethod } from './camMethod';
import { emitChannelSum, emitProduct } from './layerContext';

/**
 * HiResCAM (Draelos & Carin 2020, arXiv:2011.08891, equation 5):
 *
 *   M(p) = Σ_c g_c(p)·F_c(p)
 *
 * F_c(p): feature map at channel c and cell p; g = ∂y/∂F; y: logit. Unit: logit. At the image itself this is
 * gradient × input.
 * Cost: one backward pass from the logit to the layer per class.
 * Axioms: linear in y. Where everything after the layer is piecewise affine, Σ_p M plus the bias path is the logit, and
 * a cell that the logit does not depend on is 0. Elsewhere it is the first-order part of the logit.
 * Departure: none; there is no ReLU in the paper.
 */
export const hiResCam: LayerMethod = {
  kind: 'layer',
  id: 'hirescam',
  name: 'HiResCAM',
  unit: 'logit',
  meaning: 'Each cell counts by the derivative of the logit at that very cell, times its activation.',
  cost: 'One backward pass from the logit to the layer per class.',
  isClassSpecific: true,
  needsGradient: true,
  atPooledHead: 'Here that is the exact class activation map divided by the number of cells.',
  explainRefusal: () => null,
  emitMap: (context) => emitChannelSum(context, emitProduct(context)),
};
