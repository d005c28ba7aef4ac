import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashText } from '../../../src/fit/contentHash';
import { openJournal } from '../../../src/fit/featureJournal';
import { lockFolder } from '../../../src/fit/lockFolder';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-journal-'));
  file = path.join(folder, 'pooled.bin');
});
afterEach(() => rm(folder, { recursive: true }));

const [one, two, three] = ['one', 'two', 'three'].map(hashText);
const record = (hash: string, ...values: number[]) => ({ hash, values: Float32Array.from(values) });

async function fill(): Promise<void> {
  const journal = await openJournal(file, 3);
  await journal.append([record(one, 1, 2, 3), record(two, 4, 5, 6)]);
  await journal.close();
}

describe('the feature journal', () => {
  it('knows after opening what was appended before', async () => {
    await fill();
    const journal = await openJournal(file, 3);
    expect([one, two, three].map((hash) => journal.has(hash))).toEqual([true, true, false]);
    await journal.append([record(three, 7, 8, 9)]);
    expect([...(await journal.read(three))]).toEqual([7, 8, 9]);
    expect([...(await journal.read(one))]).toEqual([1, 2, 3]);
    await journal.close();
  });

  it('cuts a torn record off, however much of it was written, and goes on', async () => {
    for (const kept of [1, 31, 40, 51]) {
      await fill();
      await truncate(file, 52 + kept);
      const journal = await openJournal(file, 3);
      expect([one, two].map((hash) => journal.has(hash))).toEqual([true, false]);
      await journal.append([record(two, 4, 5, 6)]);
      expect([...(await journal.read(two))]).toEqual([4, 5, 6]);
      await journal.close();
      expect((await stat(file)).size).toBe(104);
      await rm(file);
    }
  });

  it('drops a record whose end never reached the disk', async () => {
    await fill();
    await appendFile(file, new Uint8Array(52));
    const bytes = await readFile(file);
    bytes.fill(0, 96, 104);
    await writeFile(file, bytes);
    const journal = await openJournal(file, 3);
    expect([one, two].map((hash) => journal.has(hash))).toEqual([true, false]);
    await journal.close();
    expect((await stat(file)).size).toBe(52);
  });
});

describe('the lock of a cache folder', () => {
  it('keeps a second run out, and opens when the first is done', async () => {
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(/is computing these features already/);
    await unlock();
    await (
      await lockFolder(folder)
    )();
  });

  it('is taken over from a process that was killed', async () => {
    await writeFile(path.join(folder, 'lock'), '999999999');
    await (
      await lockFolder(folder)
    )();
  });
});
