import type { SampledMethod } from './camMethod';
import { emitReplay } from './replay';

/** Class index of nothing: no channel is left out. */
const NONE = -1;

/**
 * Ablation-CAM (Desai & Ramaswamy 2020, doi:10.1109/WACV45572.2020.9093360, equations 3 and 4) as the paper computes it:
 *
 *   M(p) = Σ_c w_c F_c(p),   w_c = (y − y without channel c) / y
 *
 * F_c(p): feature map at channel c and cell p; y: logit; without: F_c set to 0. Unit: that of the activations.
 * Cost: the part of the model after the layer once per channel, in batches of up to 64, for all classes together; the
 * part before it once per batch. Models with a fixed batch run whole, once per channel.
 * Axioms: each channel's weight is its true effect on the logit; the map does not add up to it. Not defined for y = 0,
 * and a negative y turns the signs round.
 * Departure: none; pytorch-grad-cam sets channels to a very low number where activations can be negative.
 */
export const ablationRuns: SampledMethod = {
  kind: 'sampled',
  id: 'ablationcam',
  name: 'Ablation-CAM',
  unit: 'activation',
  meaning: 'Each channel counts by the share of the logit that is lost without it.',
  cost: 'What comes after the layer once for each channel, in batches, for all classes together.',
  isClassSpecific: true,
  needsGradient: false,
  isEstimated: false,
  atPooledHead: null,
  explainRefusal: () => null,
  emit(context) {
    const { builder, layer, features } = context;
    const channels = context.input('ablated', [NONE]);
    const batch = builder.add('Shape', [channels]);
    const kept = builder.add('Not', [
      builder.add('Equal', [
        builder.reshape(channels, [-1, 1]),
        builder.countingTensor(layer.channels, [1, layer.channels]),
      ]),
    ]);
    const axis = layer.axes.kind === 'grid' ? 6 - layer.axes.row - layer.axes.column : 3 - layer.axes.axis;
    const rank = layer.axes.kind === 'grid' ? 4 : 3;
    const dims = Array.from({ length: rank }, (_, each) => (each === 0 ? -1 : each === axis ? layer.channels : 1));
    const mask = builder.reshape(builder.cast(kept, layer.elementType), dims);
    const ablated = emitReplay(context, builder.add('Mul', [layer.tensor, mask]), batch);
    return { features, scores: context.score(ablated) };
  },
  async draw(sampling) {
    const { layer, base } = sampling;
    const cells = layer.height * layer.width;
    const { features } = base[0].outputs;
    sampling.expect(layer.channels);
    const scores = await sampling.scoreIndexed(layer.channels, 'ablated', 'scores');
    return scores.map((without, target) => {
      const { value } = base[target];
      const map = new Float64Array(cells);
      without.forEach((score, channel) => {
        const weight = (value - score) / value;
        for (let cell = 0; cell < cells; cell++) {
          map[cell] += weight * features[channel * cells + cell];
        }
      });
      return { map: Float32Array.from(map), figures: [] };
    });
  },
};
