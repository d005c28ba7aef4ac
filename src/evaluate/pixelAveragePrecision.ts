import type { SetMetric } from './evaluationMetric';
import type { JudgedMap, TrueRegion } from './judgedMap';
import { IGNORED, INSIDE } from './judgedMap';
import { normalizeMap } from './positivePart';

/** Values are counted in so many steps of equal width, so that memory does not grow with the images. */
const STEPS = 1000;

/** Pixels inside and outside of objects by their value. */
interface PixelCounts {
  readonly inside: Float64Array;
  readonly outside: Float64Array;
}

/** PxAP: precision of the pixels at or above a threshold over their recall, for all images together. */
export const pixelAveragePrecision: SetMetric = {
  kind: 'set',
  id: 'pxap',
  name: 'PxAP',
  formula:
    'Σ_l precision(τ_l)·(recall(τ_l) − recall(τ_l₋₁)) over falling thresholds τ in steps of 0.001, pixels of all images ' +
    'together; M′ = ReLU(M) stretched to 0…1. Per map: of its pixels alone',
  source: 'Choe et al., "Evaluating Weakly Supervised Object Localization Methods Right", CVPR 2020',
  unit: 'share',
  range: [0, 1],
  better: 'higher',
  cost: 'one pass over the pixels',
  needsTruth: true,
  start() {
    const all = createCounts();
    let count = 0;
    return {
      add(judged) {
        if (judged.truth === null) {
          return null;
        }
        const own = countPixels(judged, judged.truth);
        all.inside.forEach((_, step) => {
          all.inside[step] += own.inside[step];
          all.outside[step] += own.outside[step];
        });
        count += 1;
        return computePrecision(own).value;
      },
      finish: () => ({ ...computePrecision(all), count }),
    };
  },
};

function createCounts(): PixelCounts {
  return { inside: new Float64Array(STEPS + 1), outside: new Float64Array(STEPS + 1) };
}

/** A blank map ranks no pixel above another. */
function countPixels({ drawn }: JudgedMap, { mask }: TrueRegion): PixelCounts {
  const counts = createCounts();
  const normalized = normalizeMap(drawn);
  mask.forEach((truth, pixel) => {
    if (truth !== IGNORED) {
      const step = normalized === null ? 0 : Math.floor(normalized[pixel] * STEPS);
      counts[truth === INSIDE ? 'inside' : 'outside'][step] += 1;
    }
  });
  return counts;
}

function computePrecision({ inside, outside }: PixelCounts) {
  const wanted = inside.reduce((sum, each) => sum + each, 0);
  if (wanted === 0) {
    return { value: null, curve: null };
  }
  let [hits, misses, area] = [0, 0, 0];
  const [x, y]: [number[], number[]] = [[], []];
  for (let step = STEPS; step >= 0; step--) {
    hits += inside[step];
    misses += outside[step];
    if (hits + misses > 0) {
      const precision = hits / (hits + misses);
      area += (precision * inside[step]) / wanted;
      x.push(hits / wanted);
      y.push(precision);
    }
  }
  return { value: area, curve: { x, y } };
}
