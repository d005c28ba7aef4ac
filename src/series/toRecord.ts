import { explainBlankMap } from '../cam/describeMap';
import type { ExplainedImage, RecordedMap, SeriesItem, SeriesMap, SeriesRecord } from '../protocol/imageSeries';
import { NO_CLASS } from '../protocol/explanation';
import { nameScore } from '../protocol/scoreName';
import { computeImageMetrics } from './imageMetrics';

export interface RecordFacts {
  readonly labels: readonly string[] | null;
  readonly trueClass: number | null;
  /** Written `.npy` files by class, below the output folder. */
  readonly files: ReadonlyMap<number, string>;
  /** Whether the maps' values go into the record. */
  readonly keepsValues: boolean;
}

/** What the journal keeps of an image. */
export function toRecord({ image, explained, failure }: SeriesItem, facts: RecordFacts): SeriesRecord {
  const { trueClass } = facts;
  const subject = { image: image.id, path: image.path, trueLabel: image.folder, trueClass };
  if (explained === null) {
    return { ...subject, status: 'failed', code: failure.code, message: failure.message };
  }
  const { logits, probabilities, top } = explained;
  return {
    ...subject,
    status: 'explained',
    top: top.map((index) => ({
      class: index,
      label: facts.labels?.[index] ?? null,
      logit: logits[index],
      probability: probabilities?.[index] ?? null,
    })),
    maps: explained.maps.map((map) => toRecordedMap(map, explained, facts)),
    runs: explained.runs,
    metrics: computeImageMetrics(explained, trueClass),
  };
}

function toRecordedMap(
  { classIndex, map, certificate, value, figures }: SeriesMap,
  { height, width, logits, probabilities }: ExplainedImage,
  { files, keepsValues }: RecordFacts,
): RecordedMap {
  return {
    class: classIndex === NO_CLASS ? null : classIndex,
    height,
    width,
    certificate,
    value,
    figures,
    remark: explainBlankMap(map, null, nameScore(logits.length, probabilities !== null)),
    file: files.get(classIndex) ?? null,
    values: keepsValues ? Buffer.from(map.buffer, map.byteOffset, map.byteLength).toString('base64') : null,
  };
}

/** The map's values as they were; null when they were not kept. */
export function readMapValues({ values }: Pick<RecordedMap, 'values'>): Float32Array | null {
  return values === null ? null : new Float32Array(new Uint8Array(Buffer.from(values, 'base64')).buffer);
}
