import type { SeriesRecord } from '../protocol/imageSeries';

/** What a series comes to; measured. */
export interface SeriesSummary {
  readonly images: number;
  readonly explained: number;
  readonly failed: number;
  /** Of the first maps; null where maps carry no certificate. */
  readonly certificates: { readonly holding: number; readonly largestResidual: number } | null;
  /** Share of the images with a known true class whose most likely class is that one; null without any. */
  readonly accuracy: { readonly images: number; readonly share: number } | null;
  /** Most likely classes, most frequent first. */
  readonly classes: readonly { readonly class: number; readonly label: string | null; readonly images: number }[];
}

/** One pass over the records; memory for one entry per class. */
export async function summarizeSeries(records: AsyncIterable<SeriesRecord>): Promise<SeriesSummary> {
  const classes = new Map<number, { label: string | null; images: number }>();
  let [explained, failed, certified, holding, largestResidual, judged, correct] = [0, 0, 0, 0, 0, 0, 0];
  for await (const record of records) {
    if (record.status === 'failed') {
      failed += 1;
      continue;
    }
    explained += 1;
    const { metrics, top } = record;
    const { class: index, label } = top[0];
    classes.set(index, { label, images: (classes.get(index)?.images ?? 0) + 1 });
    if (metrics.residual !== null) {
      certified += 1;
      holding += metrics.holds === true ? 1 : 0;
      largestResidual = Math.max(largestResidual, Math.abs(metrics.residual));
    }
    if (metrics.correct !== null) {
      judged += 1;
      correct += metrics.correct ? 1 : 0;
    }
  }
  return {
    images: explained + failed,
    explained,
    failed,
    certificates: certified === 0 ? null : { holding, largestResidual },
    accuracy: judged === 0 ? null : { images: judged, share: correct / judged },
    classes: [...classes]
      .map(([index, { label, images }]) => ({ class: index, label, images }))
      .sort((one, other) => other.images - one.images || one.class - other.class),
  };
}
