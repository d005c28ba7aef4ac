import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from '../../../src/fit/lockFolder';

let home: string;
beforeEach(async () => (home = await mkdtemp(path.join(tmpdir(), 'headlight-lock-'))));
afterEach(() => rm(home, { recursive: true }));

describe('the lock of a folder', () => {
  it('is given to one of many who want it at once, whoever else lets it go meanwhile', async () => {
    for (let round = 0; round < 50; round++) {
      const folder = path.join(home, String(round));
      const unlock = await lockFolder(folder);
      let holders = 0;
      let most = 0;
      const attempts = Array.from({ length: 8 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, index % 3));
        const release = await lockFolder(folder).catch(() => null);
        if (release !== null) {
          holders += 1;
          most = Math.max(most, holders);
          await new Promise((resolve) => setTimeout(resolve, 1));
          holders -= 1;
          await release();
        }
      });
      await unlock();
      await Promise.all(attempts);
      expect(most, `round ${round}`).toBeLessThan(2);
    }
  });
});
