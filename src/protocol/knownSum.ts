import type { ModelReport } from './modelReport';

/** A sum over layers, with how many could not be counted in. */
export interface KnownSum {
  /** null when nothing but unknown figures would be summed: 0 would be read as a result. */
  readonly value: number | null;
  /** Layers of which the figure is not known. */
  readonly unknown: number;
}

export function sumActivations({ layers, totals }: Pick<ModelReport, 'layers' | 'totals'>): KnownSum {
  const unknown = layers.filter(({ activationBytes }) => activationBytes === null).length;
  return toKnownSum(totals.activationBytes, unknown);
}

export function sumMacs({ totals }: Pick<ModelReport, 'totals'>): KnownSum {
  return toKnownSum(totals.macs, totals.unknownMacs);
}

/** `sum`: of the known figures. */
export function toKnownSum(sum: number, unknown: number): KnownSum {
  return { value: sum === 0 && unknown > 0 ? null : sum, unknown };
}
