import type { Certificate, ClassMap, Explanation } from '../protocol/explanation';
import { UserError } from '../userError';
import { computeCertificate, RELATIVE_TOLERANCE } from './certificate';
import type { ExactMap } from './readEvidence';

/**
 * The exact maps of what tells each class from another one: M_k − M_j, whose aggregate plus b_k − b_j is y_k − y_j.
 * Unlike M_k itself it does not change when the same vector is added to every row of the classifier, which leaves the
 * probabilities as they are.
 * @throws UserError `badArgument` for a class against itself among `mapped`.
 */
export function contrastMaps(explanation: Explanation, contrast: number, mapped: readonly number[]): Explanation {
  checkContrast(contrast, mapped);
  const other = explanation.maps.find(({ classIndex }) => classIndex === contrast);
  if (other === undefined) {
    throw new Error(`No map of class ${contrast} was computed for ${explanation.image}`);
  }
  const maps = explanation.maps.filter((map) => map !== other).map((map) => subtractMaps(map, other));
  return { ...explanation, maps };
}

export function checkContrast(contrast: number, mapped: readonly number[]): void {
  if (mapped.includes(contrast)) {
    throw new UserError(
      'badArgument',
      `The map of class ${contrast} against itself is empty: choose two different classes.`,
    );
  }
}

function subtractMaps(one: ClassMap, other: ClassMap): ClassMap {
  const biases = [one, other].map((each) => each.contributionBias ?? each.certificate.bias);
  return {
    ...subtractExactMaps(one, other),
    weights: subtract(one.weights, other.weights),
    contributions: subtract(one.contributions, other.contributions),
    contributionBias: biases[0] - biases[1],
  };
}

/** M_k − M_j without the channels' part in it. */
export function subtractExactMaps(one: ExactMap, other: ExactMap): ExactMap {
  const map = subtract(one.map, other.map);
  const [a, b] = [one.certificate, other.certificate];
  // Where the model itself rounds, the errors of both maps add up.
  const isRounded = [a, b].some(({ tolerance }) => tolerance !== undefined);
  const slack = { precision: 0, rounding: isRounded ? findTolerance(a) + findTolerance(b) : 0 };
  const certificate = computeCertificate(map, a.aggregate, a.bias - b.bias, a.logit - b.logit, slack);
  return { classIndex: one.classIndex, map, certificate };
}

function findTolerance({ tolerance, logit }: Certificate): number {
  return tolerance ?? RELATIVE_TOLERANCE * Math.max(1, Math.abs(logit));
}

function subtract(one: Float32Array, other: Float32Array): Float32Array {
  return one.map((value, index) => value - other[index]);
}
