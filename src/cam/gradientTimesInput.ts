import type { LayerMethod } from './camMethod';
import { emitChannelSum, emitProduct } from './layerContext';

/**
 * Gradient × input (Shrikumar et al. 2016, arXiv:1605.01713):
 *
 *   M(p) = Σ_c x_c(p)·∂y/∂x_c(p)
 *
 * x: the input tensor as the model is fed it (normalised); y: logit. Unit: logit.
 * Cost: one backward pass from the logit to the image per class.
 * Axioms: linear in y. In a network of ReLU, Σ_p M is y less the part of its biases. Depends on what 0 stands for in
 * the input: shifting the normalisation shifts the map.
 * Departure: none.
 */
export const gradientTimesInput: LayerMethod = {
  kind: 'layer',
  place: 'image',
  id: 'gradxinput',
  name: 'gradient × input',
  unit: 'logit',
  meaning: 'Each pixel counts by the derivative of the logit with respect to it, times its (normalised) value.',
  cost: 'One backward pass from the logit to the image per class.',
  isClassSpecific: true,
  needsGradient: true,
  atPooledHead: null,
  explainRefusal: () => null,
  emitMap: (context) => emitChannelSum(context, emitProduct(context)),
};
