import type { MapMetric } from './evaluationMetric';
import type { TrueRegion } from './judgedMap';
import { INSIDE } from './judgedMap';

/** A hit is a maximum inside an object, or at most `tolerance` pixels from one (Euclidean, between pixel centres). */
export const pointingGame: MapMetric = {
  kind: 'map',
  id: 'pointing',
  name: 'Pointing game',
  formula:
    '1 when the largest value of the signed map lies in an object of the class or within the tolerance of one, else 0; ' +
    'its mean is the share of hits. The first in reading order counts when several are largest',
  source: 'Zhang et al., "Top-Down Neural Attention by Excitation Backprop", IJCV 2018 (tolerance there: 15 pixels)',
  unit: 'share',
  range: [0, 1],
  better: 'higher',
  cost: 'one pass over the pixels',
  needsTruth: true,
  compute({ drawn, width, height, truth }, { tolerance }) {
    const peak = findPeak(drawn);
    return truth === null || peak === null ? null : Number(isNear(truth, peak, { width, height, tolerance }));
  },
};

/** null when every value is the same, or one is no number: then there is no point that the map points at. */
function findPeak(values: Float32Array): number | null {
  let peak = 0;
  let isConstant = true;
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) {
      return null;
    }
    isConstant &&= values[index] === values[0];
    peak = values[index] > values[peak] ? index : peak;
  }
  return isConstant ? null : peak;
}

interface Vicinity {
  readonly width: number;
  readonly height: number;
  readonly tolerance: number;
}

function isNear({ mask }: TrueRegion, peak: number, { width, height, tolerance }: Vicinity): boolean {
  const x = peak % width;
  const y = (peak - x) / width;
  const reach = Math.floor(tolerance);
  for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
    for (let column = Math.max(0, x - reach); column <= Math.min(width - 1, x + reach); column++) {
      const isWithin = (row - y) ** 2 + (column - x) ** 2 <= tolerance ** 2;
      if (isWithin && mask[row * width + column] === INSIDE) {
        return true;
      }
    }
  }
  return false;
}
