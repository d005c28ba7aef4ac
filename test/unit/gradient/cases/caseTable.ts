import type { DerivativeCase } from '../checkDerivative';
import type { Random } from '../random';

/** Random cases by name: what is drawn decides sizes, attributes and operator sets. */
export type CaseTable = Readonly<Record<string, (random: Random) => DerivativeCase>>;
