import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkWritable, toWriteError } from '../../../src/onnx/savePlace';
import { removeUnfinished, saveFile, saveUnfinished } from '../../../src/onnx/saveUnfinished';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'headlight-'));
});
afterAll(() => rm(root, { recursive: true }));

const refusal = (code: string) => Object.assign(new Error(`${code}: refused, write`), { code, syscall: 'write' });

describe('saving a file', () => {
  it('keeps what was there until the new one is complete', async () => {
    const file = path.join(root, 'kept.txt');
    await saveFile(file, 'old');
    const write = async (unfinished: string) => {
      await writeFile(unfinished, 'ne');
      throw refusal('ENOSPC');
    };
    await expect(saveUnfinished(file, write, () => Promise.resolve())).rejects.toMatchObject({
      code: 'cannotWrite',
      message: `${file} cannot be written: the disk is full. Make room, or choose another place.`,
    });
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(await readdir(root)).toEqual(['kept.txt']);
    await saveFile(file, 'new');
    expect(await readFile(file, 'utf8')).toBe('new');
  });

  it('takes away what is half written when the program ends', async () => {
    const file = path.join(root, 'ended.txt');
    let seen = false;
    const write = async (unfinished: string) => {
      await writeFile(unfinished, 'half');
      removeUnfinished();
      seen = existsSync(unfinished);
    };
    await expect(saveUnfinished(file, write, () => Promise.resolve())).rejects.toThrow('cannot be written');
    expect([seen, existsSync(file)]).toEqual([false, false]);
  });

  it('says in words why the system refuses', async () => {
    await mkdir(path.join(root, 'folder'));
    await expect(saveFile(path.join(root, 'none/a'), '')).rejects.toThrow('its folder does not exist');
    await expect(saveFile(path.join(root, 'folder'), '')).rejects.toThrow('there is a folder of that name');
    await expect(checkWritable(path.join(root, 'none/a'))).rejects.toThrow('its folder does not exist');
    await expect(checkWritable(path.join(root, 'folder'))).rejects.toThrow('there is a folder of that name');
    await checkWritable(path.join(root, 'new'));
    expect(toWriteError('a', refusal('EROFS'))).toMatchObject({ code: 'badArgument' });
    expect(toWriteError('a', refusal('EODD')).message).toContain('EODD: refused, write');
  });
});
