import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listJudged } from '../../../src/evaluate/listJudged';
import type { AnnotatedObject, Outline } from '../../../src/evaluate/truth/annotation';
import { parseCoco } from '../../../src/evaluate/truth/coco';
import { openGroundTruth } from '../../../src/evaluate/truth/groundTruth';
import { parsePascalVoc } from '../../../src/evaluate/truth/pascalVoc';
import { placeOutline } from '../../../src/evaluate/truth/placeOutline';
import { interpretMaskValues, toMaskObjects } from '../../../src/evaluate/truth/pngMask';
import { readPngValues } from '../../../src/image/pngValues';
import { decodeRunLengths } from '../../../src/evaluate/truth/runLengths';
import { findTrueClasses, readListedClasses } from '../../../src/evaluate/truth/trueClasses';
import { findTrueRegion } from '../../../src/evaluate/truth/trueRegion';
import { parseYolo } from '../../../src/evaluate/truth/yolo';

const pngs = path.join(__dirname, '../../fixtures/evaluation/png');
const readPng = async (name: string) => readPngValues(await readFile(path.join(pngs, `${name}.png`)), `${name}.png`);
/** The 13 × 9 picture of make.py. */
const INDICES = Array.from({ length: 9 * 13 }, (_, index) => {
  const [y, x] = [Math.floor(index / 13), index % 13];
  return y >= 5 && y < 8 && x >= 7 && x < 12 ? 3 : y >= 2 && y < 6 && x >= 3 && x < 9 ? 1 : 0;
});
const names = {
  labels: { labels: ['cat', 'dog', 'bird', 'fish'], names: null, source: 'chosen', note: '' } as const,
  classes: 4,
};
/** An image of 20 × 10 whose right half is fed at twice its size. */
const half = { imageWidth: 20, imageHeight: 10, left: 10, top: 0, width: 10, height: 10 };
const placement = { ...half, inputWidth: 20, inputHeight: 20 };
const count = (mask: Uint8Array) => mask.reduce((sum, value) => sum + Number(value === 1), 0);
const box = (left: number, top: number, right: number, bottom: number, relative = false): Outline => ({
  kind: 'box',
  box: { left, top, right, bottom },
  relative,
});
const object = (className: string | null, outline: Outline, isIgnored = false): AnnotatedObject => ({
  className,
  classIndex: null,
  outline,
  isIgnored,
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-truth-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('PNG masks', () => {
  it.each(['palette', 'palette2', 'grey', 'grey-as-rgb', 'alpha'])('reads the indices of %s.png', async (name) => {
    const { width, height, values } = await readPng(name);
    expect([width, height]).toEqual([13, 9]);
    expect([...values]).toEqual(INDICES);
  });

  it('reads one bit, sixteen bits and every row filter', async () => {
    expect([...(await readPng('bits')).values]).toEqual(INDICES.map((value) => Math.min(1, value)));
    expect([...(await readPng('grey16')).values]).toEqual(INDICES.map((value) => value * 257));
    const { values } = await readPng('filtered');
    const wanted = Array.from(values, (_, index) => (Math.floor(index / 50) * 5 + (index % 50) * 3) & 255);
    expect([...values]).toEqual(wanted);
  });

  it('refuses colours, and what is no PNG or cut off', async () => {
    await expect(readPng('colors')).rejects.toThrow(/colors\.png cannot be read: it has colours \(pixel 4, 3\)/);
    const gif = Buffer.from('GIF89a, and so on until there is enough');
    expect(() => readPngValues(gif, 'a.gif')).toThrow(/a\.gif.*not a PNG/);
    const whole = await readFile(path.join(pngs, 'grey.png'));
    expect(() => readPngValues(whole.subarray(0, 60), 'cut.png')).toThrow(/cut\.png cannot be read/);
  });

  it('takes one value for the object and several for classes, of which 255 is void', () => {
    expect(interpretMaskValues(new Set([0, 255]))).toBe('object');
    expect(interpretMaskValues(new Set([0, 1, 255]))).toBe('classes');
    const values = Uint8Array.of(0, 1, 3, 255);
    expect(toMaskObjects({ width: 4, height: 1, values }, 'classes')).toMatchObject([
      { classIndex: 0, isIgnored: false },
      { classIndex: 2, isIgnored: false },
      { classIndex: null, isIgnored: true },
    ]);
  });
});

describe('Pascal VOC', () => {
  const write = (name: string, [left, top, right, bottom]: readonly (number | string)[], more = '') =>
    `<object><name>${name}</name>${more}<bndbox><xmin>${left}</xmin><ymin>${top}</ymin><xmax>${right}</xmax>` +
    `<ymax>${bottom}</ymax></bndbox></object>`;
  const whole = (objects: string) =>
    `<?xml version="1.0"?>\n<!-- by hand --><annotation verified="yes"><filename>a &amp; b</filename>${objects}</annotation>\n`;

  it('counts pixels from 1 and includes the last one', () => {
    const hard = write('dog', [5, 5, 6, 6], '<difficult>1</difficult>');
    const { objects } = parsePascalVoc(whole(write('cat', [1, 2, 3, 4]) + hard), 'a.xml');
    expect(objects[0]).toEqual(object('cat', box(0, 1, 3, 4)));
    expect(objects[1]).toMatchObject({ className: 'dog', isIgnored: true });
  });

  it.each([
    ['<annotation><object></annotation>', /line 1 has <\/annotation> where <object> is open/],
    ['<annotation>\n<object>&bomb;</object></annotation>', /line 2 has an unknown entity/],
    ['<!DOCTYPE a [<!ENTITY b "c">]><annotation/>', /line 1 has something that is no element/],
    ['<html></html>', /begins with <html>/],
    ['<annotation><object><name>cat</name></object></annotation>', /no <bndbox>/],
    [whole(write('cat', [1, 2, 3, 'x'])), /cat: <ymax> is "x"/],
    ['<annotation>', /<annotation> is not closed/],
  ])('refuses %s', (content, message) => {
    expect(() => parsePascalVoc(content, '/x/a.xml')).toThrow(message);
  });
});

describe('YOLO', () => {
  it('reads boxes and polygons in shares of the image', () => {
    const { objects } = parseYolo('2 0.5 0.5 0.25 0.5\n\n0 0 0 1 0 1 1\n', 'a.txt');
    expect(objects).toMatchObject([
      { classIndex: 2, outline: box(0.375, 0.25, 0.625, 0.75, true) },
      { classIndex: 0, outline: { kind: 'polygons', relative: true, polygons: [[0, 0, 1, 0, 1, 1]] } },
    ]);
  });

  it.each(['cat 0.5 0.5 0.1 0.1', '1 0.5 0.5 0.1', '1 50 50 10 10', '-1 0 0 1 1'])('refuses "%s"', (line) => {
    expect(() => parseYolo(`0 0.5 0.5 1 1\n${line}`, '/x/a.txt')).toThrow(/a\.txt, line 2: found/);
  });
});

describe('COCO', () => {
  const file = (annotations: unknown[]) =>
    JSON.stringify({
      images: [{ id: 7, file_name: 'val/a.jpg', width: 20, height: 10 }],
      categories: [
        { id: 18, name: 'dog' },
        { id: 17, name: 'cat' },
      ],
      annotations: annotations.map((each) => ({ image_id: 7, category_id: 17, ...(each as object) })),
    });

  it('reads boxes, polygons and crowds; classes by name, and by the order of their ids', () => {
    const { annotations, categories } = parseCoco(
      file([
        { bbox: [1, 2, 3, 4] },
        { bbox: [0, 0, 5, 5], segmentation: [[0, 0, 5, 0, 5, 5]], category_id: 18 },
        { segmentation: { counts: [3, 2, 195], size: [10, 20] }, iscrowd: 1 },
      ]),
      'c.json',
    );
    expect(categories).toEqual(['cat', 'dog']);
    const objects = annotations.get('val/a.jpg')?.objects ?? [];
    expect(objects).toMatchObject([
      { className: 'cat', classIndex: 0, outline: box(1, 2, 4, 6) },
      { className: 'dog', classIndex: 1, outline: { kind: 'polygons' } },
      { className: 'cat', isIgnored: true, outline: { kind: 'raster', width: 20, height: 10 } },
    ]);
    const { outline } = objects[2];
    const values = outline.kind === 'raster' ? [...outline.values] : [];
    // Columns first: the runs are rows 3 and 4 of column 0.
    expect(values.flatMap((value, index) => (value === 1 ? [index] : []))).toEqual([3 * 20, 4 * 20]);
  });

  it('unpacks run lengths that are packed into text', () => {
    // Runs 5 2 2 2 2 2 5 of a 4 × 5 picture; from the fourth on, differences to the run two before: 5 2 2 0 0 0 3.
    const outline = decodeRunLengths('5220003', [4, 5], 'test');
    const rows = outline.kind === 'raster' ? [...outline.values] : [];
    const [blank, marked] = [
      [0, 0, 0, 0, 0],
      [0, 1, 1, 1, 0],
    ];
    expect(rows).toEqual([blank, marked, marked, blank].flat());
    // A difference below 0 and a run above 15 take the sign and the continuation bit: 40 2 38 −1.
    const long = decodeRunLengths('X12V1O', [9, 9], 'test');
    expect(long.kind === 'raster' ? [...long.values].filter((value) => value === 1) : []).toHaveLength(3);
  });

  it.each([
    ['{', /not valid JSON/],
    ['[]', /no list "images"/],
    [file([{ bbox: [1, 2, 3, 4], image_id: 9 }]), /annotation 0: image_id 9 is not among the images/],
    [file([{}]), /annotation 0 has neither "bbox" nor "segmentation"/],
    [file([{ segmentation: { counts: [3], size: [2, 2] } }]), /runs cover 3 pixels, not the 2 × 2/],
  ])('refuses %s', (content, message) => {
    expect(() => parseCoco(content, '/x/c.json')).toThrow(message);
  });
});

describe('objects on the input', () => {
  it('go through the same crop and resize as the image', () => {
    // 12…15 of the image is 4…10 of the input.
    const { mask, box: placed } = placeOutline(box(12, 1, 15, 3), placement);
    expect(placed).toEqual({ left: 4, top: 2, right: 10, bottom: 6 });
    expect(count(mask)).toBe(6 * 4);
    expect([mask[2 * 20 + 4], mask[2 * 20 + 3], mask[5 * 20 + 9], mask[6 * 20 + 9]]).toEqual([1, 0, 1, 0]);
    expect(placeOutline(box(0.6, 0.1, 0.75, 0.3, true), placement).mask).toEqual(mask);
    const polygons = [[12, 1, 15, 1, 15, 3, 12, 3]];
    expect(placeOutline({ kind: 'polygons', polygons, box: null, relative: false }, placement).mask).toEqual(mask);
    const values = Uint8Array.from({ length: 200 }, (_, index) => {
      const [y, x] = [Math.floor(index / 20), index % 20];
      return Number(x >= 12 && x < 15 && y >= 1 && y < 3);
    });
    const raster = { kind: 'raster', width: 20, height: 10, values, wanted: (value: number) => value === 1 } as const;
    expect(placeOutline(raster, placement)).toEqual({ mask, box: placed });
  });

  it('are cut at the edge of the input, and gone when they lie outside', () => {
    expect(placeOutline(box(5, 0, 11, 10), placement).box).toEqual({ left: 0, top: 0, right: 2, bottom: 20 });
    const outside = box(1, 1, 9, 9);
    expect(placeOutline(outside, placement).box).toBeNull();
    expect(findTrueRegion({ file: 'a.xml', objects: [object('cat', outside)] }, 0, placement, names)).toBeNull();
  });

  it('are those of the class, those of no class, and what is to be ignored', () => {
    const objects = [
      object('cat', box(10, 0, 12, 2)),
      object('dog', box(12, 0, 14, 2)),
      object(null, box(14, 0, 16, 2)),
      object('cat', box(16, 0, 18, 2), true),
    ];
    const region = findTrueRegion({ file: 'a.xml', objects }, 0, placement, names);
    expect(count(region?.mask ?? new Uint8Array())).toBe(2 * 16);
    expect(region?.boxes).toHaveLength(2);
    expect([0, 4, 8, 12].map((pixel) => region?.mask[pixel])).toEqual([1, 0, 1, 2]);
  });

  it('must come from a mask of the size of the image', () => {
    const outline = { kind: 'raster', width: 10, height: 20, values: new Uint8Array(200), wanted: () => true } as const;
    const annotation = { file: '/x/a.png', objects: [object(null, outline)] };
    expect(() => findTrueRegion(annotation, 0, placement, names)).toThrow(
      /a\.png has 10 × 20 pixels, .* 20 × 10.*EXIF/,
    );
  });
});

describe('the true class', () => {
  const image = (id: string) => ({ id, path: path.join('/data', id), folder: null });
  const named = (className: string) => object(className, box(0, 0, 1, 1));

  it('comes from a list, the annotation, the folder, or a word of the file name, in this order', () => {
    const listed = new Map([['cat/01_dog.png', 3]]);
    expect(findTrueClasses(image('cat/01_dog.png'), [named('bird')], listed, names)).toEqual([3]);
    expect(findTrueClasses(image('cat/01_dog.png'), [named('bird'), named('cat')], null, names)).toEqual([0, 2]);
    expect(findTrueClasses(image('cat/01_dog.png'), [], null, names)).toEqual([0]);
    expect(findTrueClasses(image('x/01_dog.png'), [], null, names)).toEqual([1]);
    expect(findTrueClasses(image('x/cat_and_dog.png'), [], null, names)).toEqual([]);
    expect(findTrueClasses(image('3/0001.png'), [], null, names)).toEqual([]);
  });

  it('is listed by index or label, with or without a title', async () => {
    const file = path.join(folder, 'truth.csv');
    await writeFile(file, '\uFEFFimage,class\r\n"a.png", dog\r\nsub/b.png\t2\r\n\r\n');
    expect([...(await readListedClasses(file, names))]).toEqual([
      ['a.png', 1],
      ['sub/b.png', 2],
    ]);
    await writeFile(file, 'a.png,cat\nb.png,horse\n');
    await expect(readListedClasses(file, names)).rejects.toThrow(/truth\.csv, line 2: No class is called "horse"/);
    const none = path.join(folder, 'none.csv');
    await expect(readListedClasses(none, names)).rejects.toMatchObject({ code: 'fileNotFound' });
  });
});

describe('folders', () => {
  it('list images by name, without the masks beside them', async () => {
    const root = path.join(folder, 'mixed');
    await mkdir(path.join(root, 'sub'), { recursive: true });
    for (const name of ['10.png', '2.png', '2_mask.png', 'sub/a.jpg', 'sub/a_mask.png', 'lonely_mask.png', 'b.xml']) {
      await copyFile(path.join(pngs, 'bits.png'), path.join(root, name));
    }
    const images = await listJudged(root);
    expect(images.map(({ id }) => id)).toEqual(['2.png', '10.png', 'lonely_mask.png', 'sub/a.jpg']);
    const truth = await openGroundTruth(root, images);
    expect(truth.format).toBe('png');
    expect((await truth.read(images[0])).file).toBe(path.join(root, '2_mask.png'));
    expect((await truth.read(images[3])).file).toBe(path.join(root, 'sub/a_mask.png'));
    await expect(truth.read(images[1])).rejects.toThrow(/10\.png has no annotation in .*wanted 10\.png/);
  });

  it('say what they lack', async () => {
    const empty = path.join(folder, 'empty');
    await mkdir(empty);
    await expect(listJudged(empty)).rejects.toThrow(/There is no image in/);
    const nowhere = path.join(folder, 'nowhere');
    await expect(listJudged(nowhere)).rejects.toMatchObject({ code: 'fileNotFound' });
    const image = { id: 'a.png', path: '/data/a.png', folder: null };
    await expect(openGroundTruth(empty, [image])).rejects.toThrow(/it is empty; wanted a folder with a PNG mask/);
    await writeFile(path.join(empty, 'z.txt'), '');
    await expect(openGroundTruth(empty, [image])).rejects.toThrow(/it has z\.txt; wanted/);
    await expect(openGroundTruth(nowhere, [image])).rejects.toMatchObject({ code: 'fileNotFound' });
  });
});
