import type { AverageMap } from '../protocol/gallery';
import type { ExplainedRecord, SeriesRecord } from '../protocol/imageSeries';
import { readMapValues } from './toRecord';

/** What images are put together by: the class the model finds most likely, or the folder they lie in. */
export type AverageBy = 'predicted' | 'true';

interface Sum {
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
  images: number;
}

/**
 * The mean of the first maps of all images of a class, in the maps' own unit; classes with most images first. Maps of
 * another size than the class's first one are left out. One pass; memory for one map per class.
 */
export async function averageMaps(records: AsyncIterable<SeriesRecord>, by: AverageBy): Promise<AverageMap[]> {
  const sums = new Map<string, Sum>();
  for await (const record of records) {
    const label = record.status === 'explained' ? findLabel(record, by) : null;
    if (record.status === 'explained' && label !== null && record.maps.length > 0) {
      addMap(sums, label, record);
    }
  }
  return [...sums]
    .map(([label, { height, width, values, images }]) => ({
      ...{ label, images, height, width },
      values: Float32Array.from(values, (value) => value / images),
    }))
    .sort((one, other) => other.images - one.images || one.label.localeCompare(other.label, 'en', { numeric: true }));
}

function addMap(sums: Map<string, Sum>, label: string, { maps }: ExplainedRecord): void {
  const { height, width } = maps[0];
  const map = readMapValues(maps[0]);
  const sum = sums.get(label) ?? { height, width, values: new Float64Array(height * width), images: 0 };
  if (map === null || sum.height !== height || sum.width !== width) {
    return;
  }
  map.forEach((value, index) => (sum.values[index] += value));
  sum.images += 1;
  sums.set(label, sum);
}

function findLabel({ top, trueLabel }: ExplainedRecord, by: AverageBy): string | null {
  return by === 'true' ? trueLabel : (top[0]?.label ?? `class ${top[0]?.class ?? '?'}`);
}
