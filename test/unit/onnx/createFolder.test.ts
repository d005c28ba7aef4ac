import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolder } from '../../../src/onnx/createFolder';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'headlight-'));
});
afterAll(() => rm(root, { recursive: true }));

describe('createFolder', () => {
  it('makes all that is missing, and leaves alone what is there', async () => {
    const folder = path.join(root, 'a/b/c');
    await createFolder(folder);
    await createFolder(folder);
    expect((await stat(folder)).isDirectory()).toBe(true);
  });

  it('says what is in the way', async () => {
    const file = path.join(root, 'file');
    await writeFile(file, '');
    const error = { code: 'badArgument', message: expect.stringContaining('there is a file of that name') as string };
    await expect(createFolder(file)).rejects.toMatchObject(error);
    await expect(createFolder(path.join(file, 'below'))).rejects.toThrow('a part of its path is a file');
  });

  it.runIf(process.platform === 'linux')('does not wait for places where nothing can be made', async () => {
    await expect(createFolder('/proc/nothing/below')).rejects.toThrow('/proc/nothing/below cannot be written');
  });
});
