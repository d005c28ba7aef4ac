import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDataset, readImageList } from '../../../src/fit/readDataset';
import { readLabelledCsv } from '../../../src/fit/labelledCsv';
import { parseCsv } from '../../../src/fit/parseCsv';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-dataset-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(...files: readonly string[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), '');
  }
}

const table = path.join(path.sep, 'data', 'list.csv');
const read = (text: string) => readLabelledCsv(text, table);
const at = (name: string) => path.join(path.sep, 'data', name);

describe('a folder of folders', () => {
  it('has a class for each folder with images, sorted by code unit as torchvision does, at any depth', async () => {
    await write(
      'b/2.png',
      'b/10.JPG',
      'a/deep/1.webp',
      'a/2.gif',
      'Z/1.png',
      'Z/2.png',
      'notes.txt',
      'empty/readme.md',
    );
    await write('.git/1.png', 'a/.hidden.png');
    const { classes, images, isMultiLabel } = await readDataset(folder);
    expect([classes, isMultiLabel]).toEqual([['Z', 'a', 'b'], false]);
    const found = images.map((image) => [path.relative(folder, image.path).replaceAll('\\', '/'), image.classes[0]]);
    expect(found).toEqual([
      ['Z/1.png', 0],
      ['Z/2.png', 0],
      ['a/2.gif', 1],
      ['a/deep/1.webp', 1],
      ['b/10.JPG', 2],
      ['b/2.png', 2],
    ]);
  });

  it('says what is missing when no head can be fitted', async () => {
    await expect(readDataset(path.join(folder, 'nowhere'))).rejects.toThrow(/nowhere does not exist/);
    await expect(readDataset(folder)).rejects.toThrow(/no folder with images/);
    await write('1.png', '2.png');
    await expect(readDataset(folder)).rejects.toThrow(/2 images but no folders.*one folder per class/);
    await write('cat/1.png', 'cat/2.png');
    await expect(readDataset(folder)).rejects.toThrow(/one class only \("cat"\)/);
    await write('dog/1.png');
    await expect(readDataset(folder)).rejects.toThrow(/Class "dog".* has 1 image: at least two/);
  });

  it('lists every image for features, labelled by its first folder', async () => {
    await write('1.png', 'cat/deep/2.png');
    const images = await readImageList(folder);
    expect(images.map(({ label }) => label)).toEqual(['', 'cat']);
  });
});

describe('a table of images', () => {
  it('takes quotes, doubled quotes, line breaks, blank lines, a byte order mark and Windows line ends', () => {
    const rows = parseCsv('\uFEFFa,"b, ""c""\r\nd"\r\n\r\n"",e\n');
    expect(rows).toEqual([
      { line: 1, fields: ['a', 'b, "c"\r\nd'] },
      { line: 4, fields: ['', 'e'] },
    ]);
    expect(parseCsv('path\tlabel\n1.png\tx')[1].fields).toEqual(['1.png', 'x']);
  });

  it('is one label an image, with or without a header, paths from its own folder', () => {
    for (const header of ['path,label\n', '']) {
      const { classes, images, isMultiLabel } = read(`${header}x/1.png,dog\n/abs/2.png, cat \n3.png,dog\n`);
      expect([classes, isMultiLabel]).toEqual([['cat', 'dog'], false]);
      expect(images).toEqual([
        { path: at('x/1.png'), classes: [1] },
        { path: path.resolve('/abs/2.png'), classes: [0] },
        { path: at('3.png'), classes: [1] },
      ]);
    }
  });

  it('is multi-label with several labels in a field, or with a column for each', () => {
    const listed = read('1.png,dog;cat\n2.png,cat\n3.png,');
    const columns = read('image,dog,cat\n1.png,1,1\n2.png,0,1\n3.png,0,0');
    for (const { classes, images, isMultiLabel } of [listed, columns]) {
      expect([classes, isMultiLabel]).toEqual([['cat', 'dog'], true]);
      expect(images.map((image) => image.classes)).toEqual([[0, 1], [0], []]);
    }
  });

  it('names the line that cannot be read', () => {
    expect(() => read('')).toThrow(/names no images/);
    expect(() => read('1.png,cat\n2.png')).toThrow(/line 2: found 1 columns; wanted 2/);
    expect(() => read('1.png,cat\n,dog')).toThrow(/line 2: the path is empty/);
    expect(() => read('1.png,cat\n2.png,')).toThrow(/line 2: the label is empty/);
    expect(() => read('1.png,1,0')).toThrow(/3 columns but no header/);
    expect(() => read('path,a,a\n1.png,1,0')).toThrow(/two columns are called "a"/);
    expect(() => read('path,a,b\n1.png,1,2')).toThrow(/line 2: column "b" is "2"; wanted 1 or 0/);
  });
});
