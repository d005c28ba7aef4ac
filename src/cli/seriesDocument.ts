import { join } from 'node:path';
import type { ImageMetrics, SeriesRecord } from '../protocol/imageSeries';
import { readJournal } from '../series/journal';
import type { SeriesSummary } from '../series/summarizeSeries';
import type { ImageDocument, MapDocument } from './camDocument';

/** What holds for all images of a series. */
export interface SeriesFacts {
  readonly method: string;
  readonly unit: MapDocument['unit'];
  readonly source: MapDocument['source'];
  readonly layer: string;
  readonly contrast: number | null;
  /** What the maps explain, in words. */
  readonly target: string;
  readonly note: string;
  /** Output folder; null without --out. */
  readonly folder: string | null;
  readonly metrics: boolean;
}

/**
 * The document of `headlight cam --json` for many images, as text in pieces, so that it is never in memory as a whole:
 * schema 1 as CamDocument, with `summary`, and with the metrics of each image when they are wanted. Ledgers are empty.
 */
export async function* toSeriesJson(
  journal: string,
  facts: SeriesFacts,
  summary: SeriesSummary,
): AsyncGenerator<string, void, undefined> {
  yield '{"schema":1,"images":[';
  let separator = '';
  for await (const record of readJournal(journal)) {
    if (record.status === 'explained') {
      yield `${separator}${JSON.stringify(toDocument(record, facts))}`;
      separator = ',';
    }
  }
  yield ']';
  separator = ',"errors":[';
  for await (const record of readJournal(journal)) {
    if (record.status === 'failed') {
      const { path: image, code, message } = record;
      yield `${separator}${JSON.stringify({ image, code, message })}`;
      separator = ',';
    }
  }
  yield `${separator === ',' ? ']' : ''},"summary":${JSON.stringify(summary)}}\n`;
}

type SeriesImageDocument = ImageDocument & {
  readonly trueLabel: string | null;
  readonly trueClass: number | null;
  readonly metrics?: ImageMetrics;
};

function toDocument(
  { path, top, maps, runs, trueLabel, trueClass, metrics }: Extract<SeriesRecord, { readonly status: 'explained' }>,
  { method, unit, source, layer, contrast, target, note, folder, metrics: withMetrics }: SeriesFacts,
): SeriesImageDocument {
  return {
    image: path,
    top,
    maps: maps.map(({ class: index, height, width, certificate, remark, file, value, figures }) => ({
      class: index,
      method,
      unit,
      contrast,
      layer,
      height,
      width,
      certificate,
      remark,
      file: file === null || folder === null ? null : join(folder, file),
      target,
      value,
      figures,
      source,
    })),
    note,
    runs,
    ledger: [],
    trueLabel,
    trueClass,
    ...(withMetrics ? { metrics } : {}),
  };
}
