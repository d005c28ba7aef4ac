import type { HeadKind } from '../../protocol/modelReport';
import type { Reading } from './headDescription';
import type { HeadStructure } from './headStructure';

/** Facts from which a head's kind follows. */
export interface KindFacts {
  readonly readings: readonly Reading[];
  readonly structure: HeadStructure;
  readonly isTokens: boolean;
  /** Whether the linear layer comes before the pool. */
  readonly hasClassMaps: boolean;
  /** Whether a sum over positions is divided by their number afterwards. */
  readonly sumIsMean: boolean;
  /** Whether the pool is a power mean. */
  readonly isGem: boolean;
}

export function chooseKind(facts: KindFacts): HeadKind {
  const { structure, isTokens } = facts;
  const modes = new Set(facts.readings.map((reading) => reading.mode));
  const has = (...wanted: readonly Reading['mode'][]) =>
    modes.size === wanted.length && wanted.every((mode) => modes.has(mode));
  if (structure.linearLayers === 0) {
    return chooseUnclassified(facts, modes);
  }
  if (facts.isGem) {
    return 'other';
  }
  if (has('identity')) {
    return structure.isStacked ? 'flatten-mlp' : 'flatten-fc';
  }
  if (has('mean') || has('sum')) {
    return structure.isStacked ? 'gap-mlp' : isTokens ? 'token-gap-linear' : 'gap-linear';
  }
  if ((has('mean', 'max') || has('sum', 'max')) && !structure.isStacked) {
    return 'gap-gmp-linear';
  }
  return 'other';
}

/** No linear layer after the pool: the layer before it makes the classes, or there are none. */
function chooseUnclassified(facts: KindFacts, modes: ReadonlySet<Reading['mode']>): HeadKind {
  if (!facts.hasClassMaps || modes.size !== 1) {
    return 'none';
  }
  if (modes.has('mean') || (modes.has('sum') && facts.sumIsMean)) {
    return facts.isTokens ? 'token-gap-linear' : 'linear-gap';
  }
  return modes.has('sum') ? 'density-sum' : modes.has('max') ? 'other' : 'none';
}
