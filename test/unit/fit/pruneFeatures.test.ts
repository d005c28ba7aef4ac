import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from '../../../src/fit/lockFolder';
import { pruneFeatures } from '../../../src/fit/pruneFeatures';

let cache: string;
beforeEach(async () => (cache = await mkdtemp(path.join(tmpdir(), 'headlight-prune-'))));
afterEach(() => rm(cache, { recursive: true }));

const BYTES = 1000;

/** Features of a model, used so many hours ago. */
async function keep(digit: string, hours: number): Promise<string> {
  const folder = path.join(cache, digit.repeat(24));
  await mkdir(folder);
  await writeFile(path.join(folder, 'pooled.bin'), new Uint8Array(100));
  await writeFile(path.join(folder, 'maps.bin'), new Uint8Array(BYTES - 102));
  await writeFile(path.join(folder, 'about.json'), '{}');
  const used = new Date(Date.now() - 3_600_000 * hours);
  await utimes(path.join(folder, 'about.json'), used, used);
  return folder;
}

const left = async () => (await readdir(cache)).map((name) => name[0]).join('');

describe('a cache of features', () => {
  it('loses what was used longest ago, until the rest fits', async () => {
    await keep('a', 1);
    await keep('b', 30);
    await keep('c', 2);
    const used = await keep('d', 90);
    await pruneFeatures(cache, used, 4 * BYTES);
    expect(await left()).toBe('abcd');
    await pruneFeatures(cache, used, 4 * BYTES - 1);
    expect(await left()).toBe('acd');
    await pruneFeatures(cache, used, 0);
    expect(await left()).toBe('d');
    expect(await readdir(used)).toEqual(['about.json', 'maps.bin', 'pooled.bin']);
  });

  it('leaves what another process works with, and removes it once that was killed', async () => {
    const [busy, used] = [await keep('a', 9), await keep('b', 0)];
    await keep('c', 5);
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(other, 'spawn');
    await writeFile(path.join(busy, 'lock'), String(other.pid));
    await pruneFeatures(cache, used, BYTES);
    expect(await left()).toBe('ab');
    expect(await readdir(busy)).toEqual(['about.json', 'lock', 'maps.bin', 'pooled.bin']);
    const ended = once(other, 'exit');
    other.kill('SIGKILL');
    await ended;
    await pruneFeatures(cache, used, BYTES);
    expect(await left()).toBe('b');
  });

  it('is pruned by several at a time', async () => {
    const used = await keep('a', 0);
    await Promise.all(['b', 'c', 'd', 'e', 'f'].map((digit, hours) => keep(digit, hours + 1)));
    await Promise.all([1, 2, 3].map(() => pruneFeatures(cache, used, 2 * BYTES)));
    expect(['a', 'ab']).toContain(await left());
  });

  it('can be used while it is pruned: a folder that is removed is made again', async () => {
    const used = await keep('a', 0);
    const old = await keep('b', 5);
    const [unlock] = await Promise.all([lockFolder(old).catch(() => null), pruneFeatures(cache, used, BYTES)]);
    // Either one was first; nobody is left with a lock in a folder that is gone.
    if (unlock !== null) {
      expect(await readdir(old)).toContain('lock');
      await unlock();
    }
    await (
      await lockFolder(old)
    )();
  });

  it('keeps what is not its own', async () => {
    const used = await keep('a', 0);
    await mkdir(path.join(cache, 'photos'));
    await writeFile(path.join(cache, 'photos/one.png'), new Uint8Array(BYTES));
    await mkdir(path.join(cache, 'b'.repeat(24))); // no features in it
    await writeFile(path.join(cache, 'c'.repeat(24)), new Uint8Array(BYTES)); // no folder
    await pruneFeatures(cache, used, 0);
    expect(await left()).toBe('abcp');
  });
});
