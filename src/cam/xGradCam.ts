import type { LayerMethod } from './camMethod';
import { emitCellSum, emitProduct, emitWeightedSum } from './layerContext';

/** As in pytorch-grad-cam: a channel that is 0 everywhere gets the weight 0. */
const EPSILON = 1e-7;

/**
 * XGrad-CAM (Fu et al. 2020, arXiv:2008.02312, equation 8):
 *
 *   M(p) = Σ_c w_c F_c(p),   w_c = Σ_p g_c(p)·F_c(p) / (Σ_p F_c(p) + ε)
 *
 * F_c(p): feature map at channel c and cell p; g = ∂y/∂F; y: logit. Unit: logit.
 * Cost: one backward pass from the logit to the layer per class.
 * Axioms: chosen to come closest to sensitivity (removing a channel lowers y by its part of the map) and conservation
 * (the map adds up to y): Σ_p M = Σ g∘F, which is y less its bias path in networks of ReLU. Linear in y.
 * Departures: ε. A channel whose activations cancel out (possible without ReLU before the layer) gets a large weight.
 */
export const xGradCam: LayerMethod = {
  kind: 'layer',
  id: 'xgradcam',
  name: 'XGrad-CAM',
  unit: 'logit',
  meaning: 'Each channel counts by the derivatives of the logit, averaged with its own activations as weights.',
  cost: 'One backward pass from the logit to the layer per class.',
  isClassSpecific: true,
  needsGradient: true,
  atPooledHead: 'Here that is the exact class activation map divided by the number of cells.',
  explainRefusal: () => null,
  emitMap(context) {
    const { builder, features } = context;
    const total = builder.add('Add', [emitCellSum(context, features), builder.float32(EPSILON)]);
    return emitWeightedSum(context, builder.add('Div', [emitCellSum(context, emitProduct(context)), total]));
  },
};
