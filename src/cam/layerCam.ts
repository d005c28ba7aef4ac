import type { LayerMethod } from './camMethod';
import { emitChannelSum } from './layerContext';

/**
 * LayerCAM (Jiang et al. 2021, doi:10.1109/TIP.2021.3089943, equations 4 to 6):
 *
 *   M(p) = Σ_c max(0, g_c(p))·F_c(p)
 *
 * F_c(p): feature map at channel c and cell p; g = ∂y/∂F; y: logit. Unit: logit. Meant for early layers, whose
 * gradients differ between cells.
 * Cost: one backward pass from the logit to the layer per class.
 * Axioms: evidence for the class only, so it neither adds up to the logit nor is linear in it; a cell that the logit
 * does not depend on is 0.
 * Departure: the paper's ReLU on the map is left to the display.
 */
export const layerCam: LayerMethod = {
  kind: 'layer',
  id: 'layercam',
  name: 'LayerCAM',
  unit: 'logit',
  meaning: 'Each cell counts by the positive derivatives of the logit at that very cell, times its activations.',
  cost: 'One backward pass from the logit to the layer per class.',
  isClassSpecific: true,
  needsGradient: true,
  atPooledHead:
    'Here only channels with a positive weight count; the map is their part of the exact one, divided by the number of cells.',
  explainRefusal: () => null,
  emitMap(context) {
    const { builder, features } = context;
    const positive = builder.add('Relu', [context.gradient()]);
    return emitChannelSum(context, builder.add('Mul', [positive, features]));
  },
};
