import type { HeadWeights } from '../../src/protocol/headWeights';

/** Below this share of the matrix's largest |w| a column counts as nearly zero. */
const NEARLY_ZERO = 0.01;
/** A row uses a column whose |w| reaches this share of the row's own largest. */
const USED = 0.1;

/** Columns that say little; a column is in the first list that it fits. */
export interface ColumnUse {
  /** Every weight is exactly zero. */
  readonly dead: readonly number[];
  /** The largest |w| is below 1 % of the matrix's. */
  readonly nearlyZero: readonly number[];
  /** In no row does |w| reach 10 % of the row's largest. */
  readonly unused: readonly number[];
}

export function findColumnUse({ columnPeaks, columnUses }: Pick<HeadWeights, 'columnPeaks' | 'columnUses'>): ColumnUse {
  const largest = columnPeaks.reduce((most, peak) => Math.max(most, peak), 0);
  const [dead, nearlyZero, unused]: number[][] = [[], [], []];
  columnPeaks.forEach((peak, column) => {
    if (peak === 0) {
      dead.push(column);
    } else if (peak < NEARLY_ZERO * largest) {
      nearlyZero.push(column);
    } else if (columnUses[column] < USED) {
      unused.push(column);
    }
  });
  return { dead, nearlyZero, unused };
}
