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
  /** What the first maps explain, over all images; null where that is a class. */
  readonly target: { readonly minimum: number; readonly mean: number; readonly maximum: number } | null;
  /** Most likely classes, most frequent first. */
  readonly classes: readonly { readonly class: number; readonly label: string | null; readonly images: number }[];
}

/** One pass over the records; memory for one entry per class. */
export async function summarizeSeries(records: AsyncIterable<SeriesRecord>): Promise<SeriesSummary> {
  const classes = new Map<number, { label: string | null; images: number }>();
  const target = { minimum: Infinity, maximum: -Infinity, sum: 0, count: 0 };
  let [explained, failed, certified, holding, largestResidual, judged, correct] = [0, 0, 0, 0, 0, 0, 0];
  for await (const record of records) {
    if (record.status === 'failed') {
      failed += 1;
      continue;
    }
    explained += 1;
    const { metrics, top, maps } = record;
    if (top.length > 0) {
      const { class: index, label } = top[0];
      classes.set(index, { label, images: (classes.get(index)?.images ?? 0) + 1 });
    }
    if (maps.length > 0 && maps[0].class === null) {
      const { value } = maps[0];
      target.minimum = Math.min(target.minimum, value);
      target.maximum = Math.max(target.maximum, value);
      target.sum += value;
      target.count += 1;
    }
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
    target:
      target.count === 0 ? null : { minimum: target.minimum, mean: target.sum / target.count, maximum: target.maximum },
    classes: [...classes]
      .map(([index, { label, images }]) => ({ class: index, label, images }))
      .sort((one, other) => other.images - one.images || one.class - other.class),
  };
}
