import type { LayerMethod } from './camMethod';
import { emitChannelSum, emitProduct } from './layerContext';

/**
 * Element-wise Grad-CAM (GradCAMElementWise of pytorch-grad-cam; there is no paper):
 *
 *   M(p) = Σ_c max(0, g_c(p)·F_c(p))
 *
 * F_c(p): feature map at channel c and cell p; g = ∂y/∂F; y: logit. Unit: logit.
 * Cost: one backward pass from the logit to the layer per class.
 * Axioms: never negative: evidence against the class is left out element by element, so the map neither adds up to the
 * logit nor is linear in it. A cell that the logit does not depend on is 0.
 * Departure: none.
 */
export const elementWiseCam: LayerMethod = {
  kind: 'layer',
  id: 'elementwise',
  name: 'element-wise Grad-CAM',
  unit: 'logit',
  meaning: 'Each cell adds up what its channels contribute to the logit, those that contribute against it left out.',
  cost: 'One backward pass from the logit to the layer per class.',
  isClassSpecific: true,
  needsGradient: true,
  atPooledHead: null,
  explainRefusal: () => null,
  emitMap: (context) => emitChannelSum(context, context.builder.add('Relu', [emitProduct(context)])),
};
