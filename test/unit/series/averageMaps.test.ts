import { describe, expect, it } from 'vitest';
import type { SeriesRecord } from '../../../src/protocol/imageSeries';
import { averageMaps } from '../../../src/series/averageMaps';
import { toRecord } from '../../../src/series/toRecord';

function explain(id: string, folder: string, predicted: number, values: readonly number[], width = 2): SeriesRecord {
  const map = Float32Array.from(values);
  const item = {
    image: { id, path: `/${id}`, folder },
    failure: null,
    explained: {
      ...{ logits: Float32Array.of(1, 2), probabilities: null, top: [predicted], height: 1, width },
      ...{ maps: [{ classIndex: predicted, map, certificate: null, value: 1, figures: [] }] },
      ...{ runs: 1, placement: null, picture: null },
    },
  };
  return toRecord(item, { labels: ['cat', 'dog'], trueClass: null, files: new Map(), keepsValues: true });
}

async function* toStream(records: readonly SeriesRecord[]): AsyncGenerator<SeriesRecord> {
  yield* await Promise.resolve(records);
}

describe('averageMaps', () => {
  const records = [
    explain('a', 'cats', 0, [1, -2]),
    explain('b', 'cats', 0, [2, 0.5]),
    explain('c', 'cats', 1, [7, 7]),
    explain('d', 'dogs', 0, [9], 1),
  ];

  it('is the mean of the maps of a predicted class, cell by cell; other sizes are left out', async () => {
    const found = await averageMaps(toStream(records), 'predicted');
    expect(found.map(({ label, images }) => [label, images])).toEqual([
      ['cat', 2],
      ['dog', 1],
    ]);
    expect([...found[0].values]).toEqual([1.5, -0.75]);
  });

  it('goes by the folder when asked to', async () => {
    const found = await averageMaps(toStream(records), 'true');
    expect(found.map(({ label, images }) => [label, images])).toEqual([
      ['cats', 3],
      ['dogs', 1],
    ]);
    expect(found[0].values[0]).toBeCloseTo(10 / 3, 6);
  });
});
