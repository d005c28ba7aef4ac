import type { LayerMethod } from './camMethod';
import { emitFirstComponent } from './principalComponent';

/**
 * Eigen-CAM (Muhammad & Yeasin 2020, arXiv:2008.00299, equation 4):
 *
 *   M(p) = Σ_c v_c (F_c(p) − mean F_c),   v: first right singular vector of the centred [P, C] matrix F
 *
 * F_c(p): feature map at channel c and cell p. Unit: that of the activations.
 * Cost: forward only, and min(C, P)³·14 multiply-accumulates; the same map for every class.
 * Axioms: knows nothing of the logit: neither class-sensitive nor adding up. Its mean is 0.
 * Departures: channels are centred, as pytorch-grad-cam does and the paper's text does not say; the sign, which is
 * arbitrary, is chosen so that the map goes with the mean over channels.
 */
export const eigenCam: LayerMethod = {
  kind: 'layer',
  id: 'eigencam',
  name: 'Eigen-CAM',
  unit: 'activation',
  meaning: 'Each cell counts by its score on the direction in which the activations vary most, whatever the class.',
  cost: 'One run of the model for all classes, then a principal component of the layer.',
  isClassSpecific: false,
  needsGradient: false,
  atPooledHead: null,
  explainRefusal: () => null,
  emitMap: ({ builder, features, channels, cells }) => emitFirstComponent(builder, features, channels, cells),
};
