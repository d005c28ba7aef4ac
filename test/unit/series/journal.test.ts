import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { SeriesRecord } from '../../../src/protocol/imageSeries';
import type { JournalHeader } from '../../../src/series/journal';
import { identifyModel, openJournal, readJournal, readJournalHeader } from '../../../src/series/journal';

const header: JournalHeader = {
  schema: 1,
  journal: 'headlight',
  model: { path: '/a.onnx', sha256: 'abc' },
  preprocessing: null,
  subject: { method: 'cam', layer: 'features', classes: [], topCount: 1, contrast: null },
  options: { files: ['npy'] },
};
const fail = (image: string): SeriesRecord => ({
  image,
  path: `/${image}`,
  trueLabel: null,
  trueClass: null,
  status: 'failed',
  code: 'unreadableImage',
  message: 'Zeile\nzwei — “ü” \u2028',
});

const folders: string[] = [];
let file: string;
beforeEach(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'headlight-'));
  folders.push(folder);
  file = path.join(folder, 'deep/journal.jsonl');
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function write(images: readonly string[], resume = false): Promise<ReadonlySet<string>> {
  const journal = await openJournal(file, header, resume);
  const before = new Set(journal.done.keys());
  await journal.append(images.map(fail));
  await journal.close();
  return before;
}
async function readAll(): Promise<SeriesRecord[]> {
  const records: SeriesRecord[] = [];
  for await (const record of readJournal(file)) {
    records.push(record);
  }
  return records;
}

describe('journal', () => {
  it('gives back what was written, in order', async () => {
    await write(['a', 'b']);
    expect(await readAll()).toEqual([fail('a'), fail('b')]);
    expect(await readJournalHeader(file)).toEqual(header);
  });

  it('goes on after the last line, and knows what is done', async () => {
    await write(['a', 'b']);
    expect([...(await write(['c'], true))]).toEqual(['a', 'b']);
    expect((await readAll()).map(({ image }) => image)).toEqual(['a', 'b', 'c']);
  });

  it('reads the line of one image, of this run or an earlier one', async () => {
    await write(['a', 'b']);
    const journal = await openJournal(file, header, true);
    await journal.append([fail('c'), fail('d')]);
    for (const image of ['d', 'a', 'c', 'b']) {
      expect(await journal.read(image)).toEqual(fail(image));
    }
    expect(await journal.read('e')).toBeNull();
    await journal.close();
  });

  it('begins anew without resuming', async () => {
    await write(['a']);
    expect((await write(['b'])).size).toBe(0);
    expect((await readAll()).map(({ image }) => image)).toEqual(['b']);
  });

  it.each(['{"image":"c","pa', '{"image":"c"}', '\u00e4'.repeat(70_000), ''])(
    'cuts off a last line without its end: %#',
    async (torn) => {
      await write(['a', 'b']);
      await appendFile(file, torn);
      expect([...(await write(['c'], true))]).toEqual(['a', 'b']);
      expect(await readAll()).toEqual([fail('a'), fail('b'), fail('c')]);
    },
  );

  it('begins anew when not even the first line is whole', async () => {
    await write([]);
    await writeFile(file, JSON.stringify(header).slice(0, 30));
    expect((await write(['a'], true)).size).toBe(0);
    expect(await readJournalHeader(file)).toEqual(header);
    expect(await readAll()).toEqual([fail('a')]);
  });

  it('does not take up the job of another model, preprocessing or options', async () => {
    await write(['a']);
    const before = await readFile(file, 'utf8');
    const other = { ...header, model: { path: '/a.onnx', sha256: 'abd' }, options: { files: [] } };
    await expect(openJournal(file, other, true)).rejects.toThrow(/another model and other options/);
    // The same model in another place is the same.
    const moved = { ...header, model: { path: '/b.onnx', sha256: 'abc' } };
    await (await openJournal(file, moved, true)).close();
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('tells of a damaged line that is not the last', async () => {
    await write(['a']);
    await appendFile(file, 'oops\n');
    await appendFile(file, `${JSON.stringify(fail('b'))}\n`);
    await expect(readAll()).rejects.toThrow(/Line 3 .*damaged/);
  });

  it('knows a model by its content', async () => {
    await write([]);
    // sha256sum of the three bytes "abc" (FIPS 180-2, appendix B.1).
    await writeFile(file, 'abc');
    const { sha256 } = await identifyModel({ path: file }, []);
    expect(sha256).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
