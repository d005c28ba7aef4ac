import { UserError } from '../userError';
import { averageDrop } from './averageDrop';
import { averageIncrease } from './averageIncrease';
import { borderEnergy } from './borderEnergy';
import { deletion } from './deletion';
import { energyInMask } from './energyInMask';
import type { EvaluationMetric } from './evaluationMetric';
import { insertion } from './insertion';
import { intersectionOverUnion } from './intersectionOverUnion';
import { boxOverlap } from './mapBox';
import { maxBoxAccuracy } from './maxBoxAccuracy';
import { pixelAveragePrecision } from './pixelAveragePrecision';
import { pointingGame } from './pointingGame';
import { road } from './road';
import { weightRandomization } from './weightRandomization';

/** Cheap ones first. */
export const METRICS: readonly EvaluationMetric[] = [
  pointingGame,
  energyInMask,
  intersectionOverUnion,
  boxOverlap,
  maxBoxAccuracy,
  pixelAveragePrecision,
  borderEnergy,
  averageDrop,
  averageIncrease,
  insertion,
  deletion,
  road,
  weightRandomization,
];

/** Left out unless asked for: they take minutes where the others take seconds. */
export const SLOW_METRICS: readonly EvaluationMetric[] = [road, weightRandomization];

/**
 * Metrics by their ids; `all` for every one, an empty list for all but the slow ones. Those that need an annotation are
 * left out of the two when there is none.
 * @throws UserError `badArgument` for an unknown one, or one that cannot be had without annotations.
 */
export function chooseMetrics(ids: readonly string[], hasTruth: boolean): readonly EvaluationMetric[] {
  const usable = METRICS.filter(({ needsTruth }) => hasTruth || !needsTruth);
  if (ids.length === 0) {
    return usable.filter((metric) => !SLOW_METRICS.includes(metric));
  }
  if (ids.includes('all')) {
    return usable;
  }
  ids.forEach((id) => checkMetric(id, hasTruth));
  return METRICS.filter(({ id }) => ids.includes(id));
}

function checkMetric(id: string, hasTruth: boolean): void {
  const metric = METRICS.find((candidate) => candidate.id === id);
  if (metric === undefined) {
    const known = METRICS.map((candidate) => candidate.id).join(', ');
    throw new UserError('badArgument', `There is no metric "${id}". The metrics are: ${known}; or all.`);
  }
  if (metric.needsTruth && !hasTruth) {
    throw new UserError(
      'badArgument',
      `${metric.name} (${id}) compares maps with annotations: say where they are with --masks.`,
    );
  }
}
