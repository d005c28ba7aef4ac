import type { LayerMethod } from './camMethod';
import { emitProduct } from './layerContext';
import { emitFirstComponent } from './principalComponent';

/**
 * Eigen-Grad-CAM (EigenGradCAM of pytorch-grad-cam; there is no paper): Eigen-CAM of g∘F in place of F, so that it
 * depends on the class.
 *
 *   M(p) = Σ_c v_c (g_c(p)·F_c(p) − its mean over cells),   v: first right singular vector of that [P, C] matrix
 *
 * F_c(p): feature map at channel c and cell p; g = ∂y/∂F; y: logit. Unit: logit.
 * Cost: one backward pass from the logit to the layer per class, and min(C, P)³·14 multiply-accumulates.
 * Axioms: class-sensitive, does not add up to the logit; its mean is 0.
 * Departure: the sign, which is arbitrary, is chosen so that the map goes with the mean of g∘F over channels.
 */
export const eigenGradCam: LayerMethod = {
  kind: 'layer',
  id: 'eigengradcam',
  name: 'Eigen-Grad-CAM',
  unit: 'logit',
  meaning: 'Each cell counts by its score on the direction in which derivative × activation varies most.',
  cost: 'One backward pass from the logit to the layer per class, then a principal component of the layer.',
  isClassSpecific: true,
  needsGradient: true,
  atPooledHead: null,
  explainRefusal: () => null,
  emitMap: (context) => emitFirstComponent(context.builder, emitProduct(context), context.channels, context.cells),
};
