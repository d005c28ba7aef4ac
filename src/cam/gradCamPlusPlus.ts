import type { LayerMethod } from './camMethod';
import { emitCellSum, emitWeightedSum } from './layerContext';

/** As in pytorch-grad-cam: keeps the denominator from 0, and is comparable to g² where gradients are small. */
const EPSILON = 1e-6;

/**
 * Grad-CAM++ (Chattopadhay et al. 2018, arXiv:1710.11063, equations 10, 11 and 19):
 *
 *   M(p) = Σ_c w_c F_c(p),   w_c = Σ_p α_c(p)·max(0, g_c(p)),   α = g² / (2g² + g³·Σ_q F_c(q) + ε),   0 where g = 0
 *
 * F_c(p): feature map at channel c and cell p; g = ∂y/∂F; y: logit. Unit: logit.
 * Cost: one backward pass from the logit to the layer per class.
 * Axioms: neither adds up to the logit nor is linear in it; negative gradients are ignored. α can change sign or grow
 * large where 2g² and g³·ΣF nearly cancel, which happens for negative gradients only when F ≥ 0.
 * Departures: α holds for exp(y), whose higher derivatives are powers of g, while g itself is taken from y, as in the
 * authors' and others' programs; ε as in pytorch-grad-cam. The paper's ReLU on the map is left to the display.
 */
export const gradCamPlusPlus: LayerMethod = {
  kind: 'layer',
  id: 'gradcam++',
  name: 'Grad-CAM++',
  unit: 'logit',
  meaning: 'Each channel counts by a weighted sum of the positive derivatives of the logit with respect to it.',
  cost: 'One backward pass from the logit to the layer per class.',
  isClassSpecific: true,
  needsGradient: true,
  atPooledHead: 'Here only channels with a positive weight count, those with large activations less.',
  explainRefusal: () => null,
  emitMap(context) {
    const { builder, features } = context;
    const gradient = context.gradient();
    const square = builder.add('Mul', [gradient, gradient]);
    const cube = builder.add('Mul', [builder.add('Mul', [square, gradient]), emitCellSum(context, features)]);
    const twice = builder.add('Mul', [square, builder.float32(2)]);
    const denominator = builder.add('Add', [builder.add('Add', [twice, cube]), builder.float32(EPSILON)]);
    // Where g = 0 the numerator is 0 and the denominator ε.
    const alpha = builder.add('Div', [square, denominator]);
    const positive = builder.add('Relu', [gradient]);
    return emitWeightedSum(context, emitCellSum(context, builder.add('Mul', [alpha, positive])));
  },
};
