import type { HeadDescription } from '../analysis/heads/headDescription';
import { ablationRuns } from './ablationRuns';
import type { LayerMethod } from './camMethod';
import { emitCellSum, emitProduct, emitWeightedSum } from './layerContext';

/**
 * Ablation-CAM (Desai & Ramaswamy 2020, doi:10.1109/WACV45572.2020.9093360, equations 3 and 4):
 *
 *   M(p) = Σ_c w_c F_c(p),   w_c = (y − y without channel c) / y
 *
 * F_c(p): feature map at channel c and cell p; y: logit. Unit: that of the activations.
 * The paper runs the model once more for each channel. Where everything after the layer is affine, setting F_c to 0
 * lowers y by exactly Σ_p g_c(p)·F_c(p) with g = ∂y/∂F; with global average pooling that is w[k,c]·mean F_c. Where this
 * closed form does not hold, the runs are made (ablationRuns).
 * Cost: one backward pass from the logit to the layer per class, instead of C forward passes.
 * Axioms: each channel's weight is its true effect on the logit; the map does not add up to it. Not defined for y = 0,
 * and a negative y turns the signs round.
 * Departure: none but the closed form; the paper's ReLU is left to the display.
 */
export const ablationCam: LayerMethod = {
  kind: 'layer',
  id: 'ablationcam',
  name: 'Ablation-CAM',
  unit: 'activation',
  meaning: 'Each channel counts by the share of the logit that is lost without it.',
  cost: 'One backward pass per class where everything after the layer is affine; else what comes after it, once for each channel.',
  isClassSpecific: true,
  needsGradient: true,
  otherwise: ablationRuns,
  atPooledHead: 'Here that is computed exactly without running the model again, because the head is affine.',
  explainRefusal(head, layer) {
    return isAffine(head) && head.featureMap?.tensor === layer
      ? null
      : 'Ablation-CAM is computed through its closed form, which holds at the feature map of a head that is affine ' +
          `(pooling or flattening, then linear layers)${describePlace(head)}. Use hirescam or xgradcam instead.`;
  },
  emitMap(context) {
    const { builder, target } = context;
    const lost = emitCellSum(context, emitProduct(context));
    return emitWeightedSum(context, builder.add('Div', [lost, target]));
  },
};

function isAffine({ exact, steps, classMaps, readings }: HeadDescription): boolean {
  const isBent = ({ kind }: { readonly kind: string }) => kind === 'rectifier' || kind === 'opaque';
  const isSelective = readings.some(({ mode }) => mode === 'max');
  return exact && !isSelective && !steps.some(isBent) && !(classMaps?.steps.some(isBent) ?? false);
}

function describePlace(head: HeadDescription): string {
  return isAffine(head) && head.featureMap !== null
    ? `; here that is "${head.featureMap.tensor}"`
    : ", and this model's is not";
}
