import { createNormal, createRandom } from '../tensor/random';
import type { SampledMethod } from './camMethod';
import { sumChannels } from './imageMap';
import { emitImageGradient } from './layerContext';

const SAMPLES = 25;
/** Of the image's range, as in the paper's examples (10 to 20 %). */
const NOISE_LEVEL = 0.15;

/**
 * SmoothGrad (Smilkov et al. 2017, arXiv:1706.03825, section 3):
 *
 *   M(p) = Σ_c |1/n Σ_i ∂y/∂x_c(p) at x + ε_i|,   ε_i ~ N(0, σ²),   σ = 0.15·(max x − min x)
 *
 * x: the input tensor as the model is fed it; y: logit. Unit: logit per unit of the input tensor.
 * Cost: n (25) forward and backward runs per class, batched; the same noise for every class.
 * Axioms: never negative: how much a pixel matters, not in which direction. Does not add up to the logit.
 * The standard error is that of the mean derivative over the n images, averaged over all elements.
 * Departures: magnitudes are added up over colours (the paper leaves that open).
 */
export const smoothGrad: SampledMethod = {
  kind: 'sampled',
  place: 'image',
  id: 'smoothgrad',
  name: 'SmoothGrad',
  unit: 'derivative',
  meaning: 'Each pixel counts by how strongly the logit depends on it, on average over noisy copies of the image.',
  cost: '25 runs forward and back per class, in batches.',
  isClassSpecific: true,
  needsGradient: true,
  isEstimated: true,
  atPooledHead: null,
  explainRefusal: () => null,
  emit: (context) => ({ gradient: emitImageGradient(context) }),
  async draw(sampling) {
    const { image, imageLayer, options, base } = sampling;
    const samples = options.samples ?? SAMPLES;
    sampling.expect(samples * base.length);
    const maps = [];
    for (const target of base.keys()) {
      const make = createNoise(image, options.seed);
      const [sum, squares] = [new Float64Array(image.length), new Float64Array(image.length)];
      await sampling.runImages(samples, make, target, ({ outputs: { gradient } }) =>
        gradient.forEach((value, element) => {
          sum[element] += value;
          squares[element] += value * value;
        }),
      );
      const map = sumChannels(imageLayer, (element) => Math.abs(sum[element] / samples));
      const error = computeMeanError(sum, squares, samples);
      maps.push({
        map,
        figures: [
          { label: 'standard error of a derivative', value: error, unit: 'logit per unit', how: 'estimated' as const },
        ],
      });
    }
    return maps;
  },
};

/** The image plus normal noise; must be called in order, once per sample. */
function createNoise(image: Float32Array, seed: number): () => Float32Array {
  const normal = createNormal(createRandom(seed));
  const least = image.reduce((lowest, value) => Math.min(lowest, value), Infinity);
  const most = image.reduce((highest, value) => Math.max(highest, value), -Infinity);
  const deviation = NOISE_LEVEL * (most - least);
  return () => image.map((value) => value + deviation * normal());
}

function computeMeanError(sum: Float64Array, squares: Float64Array, samples: number): number {
  let total = 0;
  for (let element = 0; element < sum.length; element++) {
    const variance = Math.max(0, squares[element] - sum[element] ** 2 / samples) / Math.max(1, samples - 1);
    total += Math.sqrt(variance / samples);
  }
  return total / sum.length;
}
