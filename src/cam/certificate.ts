import type { Certificate } from '../protocol/explanation';

/** Relative to the logit, never below the same number in absolute terms. */
export const RELATIVE_TOLERANCE = 1e-5;

/** What widens the tolerance of a certificate: the model's own arithmetic, and rounding to quantised values. */
export interface Slack {
  /** Relative error of the model's arithmetic; 32-bit floats stay within the certificate's own tolerance. */
  readonly precision: number;
  /** Largest error in logit units that quantisation steps explain. */
  readonly rounding: number;
}

/**
 * Checks that a map adds up: |aggregate(map) + bias − logit| ≤ 1e-5·max(1, |logit|), wider only where the model itself
 * rounds more. The aggregate is taken in 64-bit floats, so that its own error is not the map's.
 */
export function computeCertificate(
  map: Float32Array,
  aggregate: Certificate['aggregate'],
  bias: number,
  logit: number,
  slack: Slack = { precision: RELATIVE_TOLERANCE, rounding: 0 },
): Certificate {
  let sum = 0;
  for (const value of map) {
    sum += value;
  }
  const value = aggregate === 'mean' ? sum / map.length : sum;
  const residual = value + bias - logit;
  const size = Math.max(1, Math.abs(logit));
  const tolerance = Math.max(RELATIVE_TOLERANCE, slack.precision) * size + slack.rounding;
  const certificate = { aggregate, value, bias, logit, residual, holds: Math.abs(residual) <= tolerance };
  return tolerance === RELATIVE_TOLERANCE * size ? certificate : { ...certificate, tolerance };
}
