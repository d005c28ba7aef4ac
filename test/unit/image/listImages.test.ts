import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSeries, listImages } from '../../../src/image/listImages';
import { UserError } from '../../../src/userError';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'headlight-'));
  const files = [
    ...['cats/2.png', 'cats/10.PNG', 'cats/notes.txt', 'dogs/deep/1.jpeg', 'dogs/node_modules/x.png'],
    ...['dogs/.hidden/y.png', 'flat/b.webp', 'flat/a.npy', 'odd [x]/z.png', 'other/flat/c.png'],
  ];
  for (const file of files) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), '');
  }
});
afterAll(() => rm(root, { recursive: true }));

const ids = async (...paths: string[]) => (await listImages(paths, root)).images.map(({ id }) => id);

describe('listImages', () => {
  it('takes a folder with all below it, numbers by value, without hidden folders and node_modules', async () => {
    expect(await ids('.')).toEqual([
      ...['cats/2.png', 'cats/10.PNG', 'dogs/deep/1.jpeg', 'flat/a.npy', 'flat/b.webp', 'odd [x]/z.png'],
      'other/flat/c.png',
    ]);
  });

  it('takes globs, whose fixed part is the folder that names are relative to', async () => {
    expect(await ids('cats/*.png')).toEqual(['2.png', '10.PNG']);
    expect(await ids('**/*.{webp,jpeg}')).toEqual(['dogs/deep/1.jpeg', 'flat/b.webp']);
    expect(await ids(path.join(root, 'flat/*'))).toEqual(['a.npy', 'b.webp']);
  });

  it('takes a folder or a file whose name looks like a pattern as it is', async () => {
    expect(await isSeries('odd [x]', root)).toBe(true);
    expect(await ids('odd [x]')).toEqual(['z.png']);
    expect(await isSeries('odd [x]/z.png', root)).toBe(false);
    expect(await ids('odd [x]/z.png')).toEqual(['z.png']);
  });

  it('tells a folder and a pattern from a file, there or not', async () => {
    const paths = ['cats', 'cats/*.png', 'cats/2.png', 'cats/none.png'];
    expect(await Promise.all(paths.map((one) => isSeries(one, root)))).toEqual([true, true, false, false]);
  });

  it('keeps names of several places apart, and lists a file once', async () => {
    expect(await ids('flat', 'other/flat', 'flat/a.npy')).toEqual(['flat/a.npy', 'flat/b.webp', 'flat-2/c.png']);
  });

  it('takes folder names as true classes when all images lie in subfolders', async () => {
    const { images, hasClassFolders } = await listImages(['.'], root);
    expect(hasClassFolders).toBe(true);
    expect(images.map(({ folder }) => folder)).toEqual(['cats', 'cats', 'deep', 'flat', 'flat', 'odd [x]', 'flat']);
    expect(await listImages(['flat'], root)).toMatchObject({ hasClassFolders: false, images: [{ folder: null }, {}] });
  });

  it('says where nothing was found', async () => {
    await expect(listImages(['cats/*.gif'], root)).rejects.toThrow(UserError);
    await expect(listImages(['cats/*.gif'], root)).rejects.toThrow(/no image in cats\/\*\.gif/);
  });
});
