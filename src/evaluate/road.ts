import type { Pause } from '../tensor/pause';
import { createPause } from '../tensor/pause';
import type { RunMetric } from './evaluationMetric';
import type { InputScorer } from './inputScorer';
import { copyPixel } from './inputScorer';
import { imputeLinear } from './linearImputation';
import { createNormal } from './random';
import { rankPixels } from './rankPixels';

/** Shares of the pixels that are removed. */
const SHARES = [0.1, 0.3, 0.5, 0.7, 0.9];
/** Of what is added to imputed pixels, in units of the input tensor: as in the authors' code. */
const NOISE = 0.01;

/** RemOve And Debias: what removing pixels does when the hole itself tells the network as little as it can. */
export const road: RunMetric = {
  kind: 'run',
  id: 'road',
  name: 'ROAD',
  formula:
    'mean over p = 10, 30, 50, 70, 90 % of (LeRF(p) − MoRF(p)) / 2: the class’s probability after the p least, or most, ' +
    'relevant pixels were imputed from their neighbours with noise (σ = 0.01 of the input’s unit); the curve is LeRF − MoRF',
  source: 'Rong et al., "A Consistent and Efficient Evaluation Strategy for Attribution Methods", ICML 2022',
  unit: 'probability',
  range: [-0.5, 0.5],
  better: 'higher',
  cost: 'ten runs of the model and ten systems of linear equations over the removed pixels (seconds at 224 × 224)',
  needsTruth: false,
  async compute({ drawn }, scorer, { seed, signal }) {
    if (!drawn.every(Number.isFinite)) {
      return { value: null, curve: null };
    }
    const order = rankPixels(drawn);
    const options = { seed, pause: createPause(signal) };
    const most = await scoreRemoved(order, scorer, options);
    const least = await scoreRemoved(order.slice().reverse(), scorer, options);
    const difference = SHARES.map((_, index) => least[index] - most[index]);
    const value = difference.reduce((sum, each) => sum + each / 2, 0) / SHARES.length;
    return { value, curve: { x: SHARES, y: difference } };
  },
};

async function scoreRemoved(
  order: Uint32Array,
  scorer: InputScorer,
  { seed, pause }: { readonly seed: number; readonly pause: Pause },
): Promise<Float64Array> {
  const inputs: Float32Array[] = [];
  for (const share of SHARES) {
    const removed = new Uint8Array(order.length);
    order.subarray(0, Math.round(share * order.length)).forEach((pixel) => (removed[pixel] = 1));
    const imputed = await imputeLinear(scorer.input, scorer.layout, removed, pause);
    inputs.push(addNoise(imputed, scorer, removed, seed));
    await pause();
  }
  return scorer.scoreAll(inputs.length, (index, target) => target.set(inputs[index]));
}

function addNoise(
  imputed: Float32Array,
  { input, layout }: InputScorer,
  removed: Uint8Array,
  seed: number,
): Float32Array {
  const normal = createNormal(seed);
  const noisy = imputed.map((value) => value + NOISE * normal());
  removed.forEach((isRemoved, pixel) => {
    if (isRemoved === 0) {
      copyPixel(noisy, input, pixel, layout);
    }
  });
  return noisy;
}
