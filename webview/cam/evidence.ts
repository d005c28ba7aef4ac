import type { Certificate, ClassMap, Explanation } from '../../src/protocol/explanation';
import type { ClassifierWeights } from '../../src/protocol/messages';

/** Bounds the rounding of single precision sums: |aggregate(map) + bias − logit| ≤ 1e-5·max(1, |logit|). */
const CERTIFICATE_TOLERANCE = 1e-5;

/** How far the model's own rounding (16-bit floats, quantised values) may move a logit. */
export interface Slack {
  /** Relative to the logit. */
  readonly precision: number;
  /** In logit units. */
  readonly rounding: number;
}

/** What a map is computed from, apart from the class: F [channels, height, width] and how cells are aggregated. */
export type FeatureMap = Pick<Explanation, 'featureMap' | 'channels' | 'height' | 'width' | 'aggregate'>;

/**
 * The class activation map of one class (Zhou et al. 2016, eq. 2, with the mean and the bias kept), in logit units:
 * M(i,j) = Σ_c w[c]·F_c(i,j) for pooled heads, Σ_c w[c,i,j]·F_c(i,j) for fully connected ones.
 * `weights` is [channels] or [channels, height, width]; sums run in double precision.
 */
export function computeClassMap(
  feature: FeatureMap,
  classIndex: number,
  weights: Float32Array,
  bias: number,
  logit: number,
  slack: Slack | null = null,
): ClassMap {
  const { featureMap, channels, height, width, aggregate } = feature;
  const cells = height * width;
  const perPosition = weights.length !== channels;
  const sums = new Float64Array(cells);
  const contributions = new Float32Array(channels);
  const divisor = aggregate === 'mean' ? cells : 1;
  for (let channel = 0; channel < channels; channel++) {
    const offset = channel * cells;
    let contribution = 0;
    for (let cell = 0; cell < cells; cell++) {
      const value = (perPosition ? weights[offset + cell] : weights[channel]) * featureMap[offset + cell];
      sums[cell] += value;
      contribution += value;
    }
    contributions[channel] = contribution / divisor;
  }
  const value = sums.reduce((total, cell) => total + cell, 0) / divisor;
  return {
    classIndex,
    map: Float32Array.from(sums),
    weights,
    contributions,
    certificate: certify(
      { aggregate, value, bias, logit },
      Math.abs(logit),
      slack ? slack.precision * Math.max(1, Math.abs(logit)) + slack.rounding : undefined,
    ),
  };
}

/** Row `classIndex` of the classifier, its weights a view: [channels] or [channels, height, width]. */
export function readClassifierRow(
  classifier: ClassifierWeights,
  classIndex: number,
): { readonly weights: Float32Array; readonly bias: number; readonly slack: Slack | null } {
  const { slack } = classifier;
  const size = classifier.weights.length / classifier.bias.length;
  return {
    weights: classifier.weights.subarray(classIndex * size, (classIndex + 1) * size),
    bias: classifier.bias[classIndex],
    slack: slack ? { precision: slack.precision, rounding: slack.rounding[classIndex] } : null,
  };
}

/**
 * Class against class: every number of `first` minus that of `second`. Adding one vector to all rows of the classifier
 * leaves the probabilities and moves every class's map, but not this one (the softmax gauge).
 */
export function subtractClassMap(first: ClassMap, second: ClassMap): ClassMap {
  const { aggregate, value, bias, logit } = first.certificate;
  const other = second.certificate;
  return {
    classIndex: first.classIndex,
    map: subtract(first.map, second.map),
    weights: subtract(first.weights, second.weights),
    contributions: subtract(first.contributions, second.contributions),
    certificate: certify(
      { aggregate, value: value - other.value, bias: bias - other.bias, logit: logit - other.logit },
      Math.max(Math.abs(logit), Math.abs(other.logit)),
      addTolerances(first.certificate, other),
    ),
  };
}

/** The share of one channel in the map: w·F, in logit units, [height, width]. */
export function computeChannelMap(feature: FeatureMap, weights: Float32Array, channel: number): Float32Array {
  const cells = feature.height * feature.width;
  const activation = readActivation(feature, channel);
  const perPosition = weights.length !== feature.channels;
  return activation.map((value, cell) => value * (perPosition ? weights[channel * cells + cell] : weights[channel]));
}

/** F_c, [height, width]: a view of the feature map. */
export function readActivation(feature: FeatureMap, channel: number): Float32Array {
  const cells = feature.height * feature.width;
  return feature.featureMap.subarray(channel * cells, (channel + 1) * cells);
}

/** What two certificates allow together; undefined while both are the ordinary ones. */
function addTolerances(first: Certificate, second: Certificate): number | undefined {
  const isWider = first.tolerance !== undefined || second.tolerance !== undefined;
  return isWider ? findTolerance(first) + findTolerance(second) : undefined;
}

function findTolerance({ tolerance, logit }: Certificate): number {
  return tolerance ?? CERTIFICATE_TOLERANCE * Math.max(1, Math.abs(logit));
}

/** `magnitude`: what the ordinary tolerance is relative to, the logits that went in. `tolerance`: a wider one. */
function certify(
  { aggregate, value, bias, logit }: Pick<Certificate, 'aggregate' | 'value' | 'bias' | 'logit'>,
  magnitude: number,
  tolerance: number | undefined,
): Certificate {
  const residual = value + bias - logit;
  // Written so that NaN does not hold.
  const holds = Math.abs(residual) <= (tolerance ?? CERTIFICATE_TOLERANCE * Math.max(1, magnitude));
  return { aggregate, value, bias, logit, residual, holds, ...(tolerance === undefined ? {} : { tolerance }) };
}

function subtract(first: Float32Array, second: Float32Array): Float32Array {
  return first.map((value, index) => value - second[index]);
}
