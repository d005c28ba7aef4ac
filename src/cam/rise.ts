import { createPause } from '../tensor/pause';
import { createRandom } from '../tensor/random';
import type { SampledMethod } from './camMethod';
import { interpolation, renderMask, transposed } from './masks';
import type { Masks } from './masks';
import type { SpatialLayer } from './spatialLayer';

const MASKS = 1000;
/** Cells of a mask along each side, and how many of them are open. */
const GRID = 7;
const OPEN = 0.5;

/**
 * RISE (Petsiuk et al. 2018, arXiv:1806.07421, equation 6 and section 3.2):
 *
 *   M(p) = Σ_i m_i(p)·y(X∘m_i) / Σ_i m_i(p)
 *
 * m_i: random masks, 7 × 7 cells open with probability 0.5, enlarged bilinearly and shifted by less than a cell;
 * X: the input tensor as the model is fed it; y: logit. Unit: logit: the mean logit over images that show p.
 * Cost: one forward run per mask (1000), batched, for all classes together.
 * Axioms: no gradients; linear in y; a mean over masks, whose standard error (averaged over pixels) is given. Only
 * differences between pixels mean something: the level is the mean logit of a half-hidden image.
 * Departures: y is the logit and not the probability; sums are divided by Σ m_i(p) and not by its expectation, which
 * takes out the noise of the common level.
 */
export const rise: SampledMethod = {
  kind: 'sampled',
  place: 'image',
  id: 'rise',
  name: 'RISE',
  unit: 'logit',
  meaning: 'Each pixel counts by the mean logit over random masks that let it be seen.',
  cost: '1000 forward runs, in batches, for all classes together.',
  isClassSpecific: true,
  needsGradient: false,
  isEstimated: true,
  atPooledHead: null,
  explainRefusal: () => null,
  emit: () => ({}),
  async draw(sampling) {
    const { imageLayer, options } = sampling;
    const count = options.samples ?? MASKS;
    const draws = drawMasks(imageLayer, options.seed, count);
    sampling.expect(count);
    const make = (first: number, length: number) => joinMasks(draws.slice(first, first + length));
    const scores = await sampling.scoreMasked({ count, finish: 'none', make });
    const estimates = await estimate(draws, scores, imageLayer.height * imageLayer.width);
    return estimates.map(({ map, error }) => ({
      map,
      figures: [{ label: 'standard error', value: error, unit: 'logit', how: 'estimated' as const }],
    }));
  },
};

/** One mask after the other from the same stream of random numbers: its cells row by row, then its shifts. */
function drawMasks({ height, width }: Pick<SpatialLayer, 'height' | 'width'>, seed: number, count: number) {
  const random = createRandom(seed);
  return Array.from({ length: count }, (): Masks => {
    const cells = Float32Array.from({ length: GRID * GRID }, () => (random() < OPEN ? 1 : 0));
    const [down, across] = [shiftedInterpolation(height, random()), shiftedInterpolation(width, random())];
    return {
      down: { data: down, count: 1, rows: height, columns: GRID },
      grid: { data: cells, count: 1, rows: GRID, columns: GRID },
      across: { data: transposed(across, width, GRID), count: 1, rows: GRID, columns: width },
    };
  });
}

/** The grid enlarged to (GRID + 1) cells of ⌈pixels/GRID⌉ pixels (half-pixel centres), cropped from a random offset. */
function shiftedInterpolation(pixels: number, random: number): Float32Array {
  const cell = Math.ceil(pixels / GRID);
  const offset = Math.floor(random * cell);
  const scale = GRID / ((GRID + 1) * cell);
  return interpolation(pixels, GRID, (pixel) => (pixel + offset + 0.5) * scale - 0.5);
}

function joinMasks(draws: readonly Masks[]): Masks {
  const join = (pick: (each: Masks) => Masks['grid']) => {
    const parts = draws.map(pick);
    const data = new Float32Array(parts.length * parts[0].data.length);
    parts.forEach((part, position) => data.set(part.data, position * part.data.length));
    return { ...parts[0], data, count: parts.length };
  };
  return { down: join(({ down }) => down), grid: join(({ grid }) => grid), across: join(({ across }) => across) };
}

/**
 * Weighted means M = Σ m·y / Σ m, and their standard error √(Σ m²(y − M)²) / Σ m, averaged over pixels. Masks × pixels ×
 * classes steps, about a second for 1000 masks of 224 × 224, with pauses: the editor's own process works here.
 */
async function estimate(draws: readonly Masks[], scores: readonly Float32Array[], pixels: number) {
  const zeros = () => new Float64Array(pixels);
  const [weight, square] = [zeros(), zeros()];
  const sums = scores.map(() => ({ first: zeros(), cross: zeros(), second: zeros() }));
  const pause = createPause(undefined);
  for (const [position, draw] of draws.entries()) {
    await pause();
    const mask = renderMask(draw, 0);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const open = mask[pixel];
      weight[pixel] += open;
      square[pixel] += open * open;
    }
    scores.forEach((each, target) => {
      const { first, cross, second } = sums[target];
      const score = each[position];
      for (let pixel = 0; pixel < pixels; pixel++) {
        const shown = mask[pixel] * score;
        first[pixel] += shown;
        cross[pixel] += mask[pixel] * shown;
        second[pixel] += shown * shown;
      }
    });
  }
  return sums.map(({ first, cross, second }) => {
    const map = Float32Array.from(first, (sum, pixel) => (weight[pixel] > 0 ? sum / weight[pixel] : 0));
    let total = 0;
    map.forEach((mean, pixel) => {
      const spread = second[pixel] - 2 * mean * cross[pixel] + mean * mean * square[pixel];
      total += weight[pixel] > 0 ? Math.sqrt(Math.max(0, spread)) / weight[pixel] : 0;
    });
    return { map, error: total / pixels };
  });
}
