import { computeBorderEnergy } from '../cam/borderEnergy';
import type { ExplainedImage, ImageMetrics } from '../protocol/imageSeries';

/** Figures of one image; those of the map are of its first one. `trueClass`: null when it is not known. */
export function computeImageMetrics(explained: ExplainedImage, trueClass: number | null): ImageMetrics {
  const { probabilities, top, maps, height, width } = explained;
  const [first] = maps;
  const certificate = first?.certificate ?? null;
  return {
    probability: probabilities?.[first?.classIndex ?? top[0]] ?? null,
    entropy: probabilities === null ? null : computeEntropy(probabilities),
    error: trueClass === null || probabilities === null ? null : 1 - probabilities[trueClass],
    correct: trueClass === null || top.length === 0 ? null : top[0] === trueClass,
    residual: certificate?.residual ?? null,
    holds: certificate?.holds ?? null,
    ...computeMapStatistics(first?.map ?? new Float32Array(), height, width),
  };
}

/** −Σ p·ln p in nats, 0·ln 0 = 0. For independent (sigmoid) probabilities the sum of the classes' binary entropies. */
export function computeEntropy(probabilities: Float32Array): number {
  const total = probabilities.reduce((sum, p) => sum + p, 0);
  const term = (p: number): number => (p > 0 ? -p * Math.log(p) : 0);
  const isOneOfMany = Math.abs(total - 1) < 1e-3;
  return probabilities.reduce((sum, p) => sum + term(p) + (isOneOfMany ? 0 : term(1 - p)), 0);
}

type MapStatistics = Pick<
  ImageMetrics,
  'borderEnergy' | 'minimum' | 'maximum' | 'mean' | 'standardDeviation' | 'positiveShare'
>;

/** Of a signed map [height, width]; the standard deviation is that of the cells themselves (divided by their number). */
export function computeMapStatistics(map: Float32Array, height: number, width: number): MapStatistics {
  let [sum, minimum, maximum, positive] = [0, Infinity, -Infinity, 0];
  for (const value of map) {
    sum += value;
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
    positive += value > 0 ? 1 : 0;
  }
  const mean = sum / map.length;
  const variance = map.reduce((total, value) => total + (value - mean) ** 2, 0) / map.length;
  return {
    borderEnergy: computeBorderEnergy(map, height, width),
    minimum,
    maximum,
    mean,
    standardDeviation: Math.sqrt(variance),
    positiveShare: positive / map.length,
  };
}
