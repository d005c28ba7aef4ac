import type { HeadFit, HeadFitReport } from '../protocol/headFit';

/** What `headlight fit --json` prints, schema 1. Other tools rely on it: add fields, never change them. */
export interface FitDocument extends Omit<HeadFitReport, 'heads'> {
  readonly schema: 1;
  readonly heads: readonly HeadDocument[];
  /** The model with the new head; null without --out. */
  readonly file: string | null;
  /** Which of the heads it has. */
  readonly saved: HeadFit['kind'] | null;
}

interface HeadDocument extends HeadFit {
  readonly trainAccuracy: number;
  readonly validationAccuracy: number;
  /** What was minimised: `objective`. */
  readonly loss: number;
}

export function toFitDocument(report: HeadFitReport, file: string | null, saved: HeadFit['kind'] | null): FitDocument {
  const heads = report.heads.map((fit) => ({
    ...fit,
    trainAccuracy: fit.train.accuracy,
    validationAccuracy: fit.validation.accuracy,
    loss: fit.objective,
  }));
  return { schema: 1, ...report, heads, file, saved };
}
