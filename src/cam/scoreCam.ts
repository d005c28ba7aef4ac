import type { SampledMethod } from './camMethod';
import { interpolation, transposed } from './masks';
import type { Sampling } from './sampling';

/**
 * Score-CAM (Wang et al. 2020, arXiv:1910.01279, equations 4 to 6):
 *
 *   M(p) = Σ_c w_c F_c(p),   w = softmax over channels of y(X∘H_c),   H_c: F_c enlarged to the image, scaled to [0, 1]
 *
 * F_c(p): feature map at channel c and cell p; X: image; y: logit. Unit: that of the activations.
 * The paper takes the increase of y over a blank image, which the softmax does not see.
 * Cost: one forward run per channel, batched, for all classes together. With `channels` only those that vary most over
 * the cells are tried, and the others weigh nothing: an approximation.
 * Axioms: no gradients, so it works where nothing can be differentiated; never weighs a channel negatively, does not
 * add up to the logit, and y itself only ranks the channels.
 * Departures: none from pytorch-grad-cam, which enlarges with aligned corners; the paper's ReLU is left to the display.
 */
export const scoreCam: SampledMethod = {
  kind: 'sampled',
  id: 'scorecam',
  name: 'Score-CAM',
  unit: 'activation',
  meaning: 'Each channel counts by the logit of the image seen through it alone, compared by a softmax over channels.',
  cost: 'One forward run for each channel of the layer, in batches, for all classes together.',
  isClassSpecific: true,
  needsGradient: false,
  isEstimated: false,
  atPooledHead: null,
  explainRefusal: () => null,
  emit: ({ features }) => ({ features }),
  async draw(sampling) {
    const { layer, imageLayer, options, base } = sampling;
    const { features } = base[0].outputs;
    const cells = layer.height * layer.width;
    const channels = chooseChannels(features, cells, layer.channels, options.channels);
    const aligned = (pixels: number, count: number) => (pixel: number) =>
      pixels > 1 ? (pixel * (count - 1)) / (pixels - 1) : 0;
    const [height, width] = [imageLayer.height, imageLayer.width];
    const down = interpolation(height, layer.height, aligned(height, layer.height));
    const across = transposed(interpolation(width, layer.width, aligned(width, layer.width)), width, layer.width);
    sampling.expect(channels.length);
    const scores = await sampling.scoreMasked({
      count: channels.length,
      finish: 'stretch',
      make: (first, count) => ({
        down: { data: down, count: 1, rows: height, columns: layer.height },
        grid: {
          data: gather(features, channels.slice(first, first + count), cells),
          count,
          rows: layer.height,
          columns: layer.width,
        },
        across: { data: across, count: 1, rows: layer.width, columns: width },
      }),
    });
    return scores.map((each) => ({
      map: weigh(features, cells, channels, softmax(each)),
      figures: describe(sampling),
    }));
  },
};

function describe({ layer, options }: Sampling) {
  const tried = Math.min(options.channels ?? layer.channels, layer.channels);
  return tried < layer.channels
    ? [{ label: 'channels tried', value: tried, unit: `of ${layer.channels}`, how: 'estimated' as const }]
    : [];
}

/** All in order, or those with the largest variance over cells. */
function chooseChannels(features: Float32Array, cells: number, count: number, wanted: number | null): number[] {
  const channels = Array.from({ length: count }, (_, channel) => channel);
  if (wanted === null || wanted >= count) {
    return channels;
  }
  const variances = channels.map((channel) =>
    computeVariance(features.subarray(channel * cells, (channel + 1) * cells)),
  );
  const chosen = [...channels].sort((one, other) => variances[other] - variances[one] || one - other);
  return chosen.slice(0, Math.max(1, wanted)).sort((one, other) => one - other);
}

function computeVariance(values: Float32Array): number {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return squares / values.length - (sum / values.length) ** 2;
}

function gather(features: Float32Array, channels: readonly number[], cells: number): Float32Array {
  const data = new Float32Array(channels.length * cells);
  channels.forEach((channel, position) =>
    data.set(features.subarray(channel * cells, (channel + 1) * cells), position * cells),
  );
  return data;
}

function softmax(scores: Float32Array): Float64Array {
  const largest = scores.reduce((maximum, score) => Math.max(maximum, score), -Infinity);
  const powers = Float64Array.from(scores, (score) => Math.exp(score - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function weigh(
  features: Float32Array,
  cells: number,
  channels: readonly number[],
  weights: Float64Array,
): Float32Array {
  const map = new Float64Array(cells);
  channels.forEach((channel, position) => {
    for (let cell = 0; cell < cells; cell++) {
      map[cell] += weights[position] * features[channel * cells + cell];
    }
  });
  return Float32Array.from(map);
}
