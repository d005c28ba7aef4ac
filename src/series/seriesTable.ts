import type { ExplainedRecord, ImageMetrics, SeriesRecord } from '../protocol/imageSeries';

export type CellValue = string | number | boolean | null;

/** A column of the tables that are written; one row per image. Other tools rely on the names: add columns, never change them. */
export interface SeriesColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  read(record: SeriesRecord): CellValue;
}

type Read = (record: ExplainedRecord) => CellValue;
const ofAll = (name: string, type: SeriesColumn['type'], read: SeriesColumn['read']): SeriesColumn => ({
  name,
  type,
  read,
});
/** Empty for an image that failed. */
const ofExplained = (name: string, type: SeriesColumn['type'], read: Read): SeriesColumn =>
  ofAll(name, type, (record) => (record.status === 'explained' ? read(record) : null));
const ofMetrics = (name: string, field: keyof ImageMetrics, type: SeriesColumn['type'] = 'number'): SeriesColumn =>
  ofExplained(name, type, ({ metrics }) => metrics[field]);

const COLUMNS: readonly SeriesColumn[] = [
  ofAll('image', 'string', ({ image }) => image),
  ofAll('path', 'string', ({ path }) => path),
  ofAll('status', 'string', ({ status }) => status),
  ofAll('message', 'string', (record) => (record.status === 'failed' ? record.message : null)),
  ofAll('true_label', 'string', ({ trueLabel }) => trueLabel),
  ofAll('true_class', 'integer', ({ trueClass }) => trueClass),
  ofExplained('class', 'integer', ({ top }) => top[0]?.class ?? null),
  ofExplained('label', 'string', ({ top }) => top[0]?.label ?? null),
  ofExplained('logit', 'number', ({ top }) => top[0]?.logit ?? null),
  ofExplained('probability', 'number', ({ top }) => top[0]?.probability ?? null),
  ofExplained('map_class', 'integer', ({ maps }) => maps[0]?.class ?? null),
  ofExplained('map_height', 'integer', ({ maps }) => maps[0]?.height ?? null),
  ofExplained('map_width', 'integer', ({ maps }) => maps[0]?.width ?? null),
  ofExplained('map_file', 'string', ({ maps }) => maps[0]?.file ?? null),
  ofExplained('map_value', 'number', ({ maps }) => maps[0]?.value ?? null),
];

const METRICS: readonly SeriesColumn[] = [
  ofMetrics('map_probability', 'probability'),
  ofMetrics('entropy', 'entropy'),
  ofMetrics('error', 'error'),
  ofMetrics('correct', 'correct', 'boolean'),
  ofMetrics('certificate_residual', 'residual'),
  ofMetrics('certificate_holds', 'holds', 'boolean'),
  ofMetrics('border_energy', 'borderEnergy'),
  ofMetrics('map_minimum', 'minimum'),
  ofMetrics('map_maximum', 'maximum'),
  ofMetrics('map_mean', 'mean'),
  ofMetrics('map_standard_deviation', 'standardDeviation'),
  ofMetrics('map_positive_share', 'positiveShare'),
];

/** In the order they are written. */
export function listColumns(withMetrics: boolean): readonly SeriesColumn[] {
  return withMetrics ? [...COLUMNS, ...METRICS] : COLUMNS;
}
