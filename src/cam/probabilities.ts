import type { Explanation } from '../protocol/explanation';
import type { HeadReport } from '../protocol/modelReport';

/**
 * Probabilities of one image's logits: by the model's own activation, else a softmax for display. null for a single
 * value or a count, which is no class.
 */
export function computeProbabilities(
  logits: Float32Array,
  activation: HeadReport['activation'],
  isCount: boolean,
): Pick<Explanation, 'probabilities' | 'probabilitySource'> {
  if (activation === 'sigmoid') {
    return { probabilities: logits.map((logit) => 1 / (1 + Math.exp(-logit))), probabilitySource: 'model' };
  }
  if (activation !== null) {
    return { probabilities: computeSoftmax(logits), probabilitySource: 'model' };
  }
  return isCount || logits.length === 1
    ? { probabilities: null, probabilitySource: null }
    : { probabilities: computeSoftmax(logits), probabilitySource: 'softmaxOfLogits' };
}

/** e^y / Σ e^y with the maximum subtracted first, so that no exponential overflows. */
export function computeSoftmax(logits: Float32Array): Float32Array {
  const largest = logits.reduce((maximum, logit) => Math.max(maximum, logit), -Infinity);
  const exponentials = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return Float32Array.from(exponentials, (value) => value / total);
}

/** Indices of the largest values, largest first; the lower index wins a tie. */
export function findLargest(values: Float32Array, count: number): readonly number[] {
  const order = Array.from(values.keys());
  order.sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
  return order.slice(0, count);
}
