import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findClass } from '../../../src/image/findClass';
import { listImagenetLabels } from '../../../src/image/imagenetLabels';
import { parseLabels } from '../../../src/image/labelsFile';
import { parsePythonLiteral } from '../../../src/image/pythonLiteral';
import { resolveLabels, type LabelsRequest, type ResolvedLabels } from '../../../src/image/resolveLabels';
import { parseSidecar } from '../../../src/image/sidecar';
import { UserError } from '../../../src/userError';
import { createModel } from './modelBuilder';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headlight-labels-'));
  writeFileSync(join(folder, 'pets.txt'), '\uFEFFcat\r\ndog\r\n\r\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const resolve = (
  request: Partial<LabelsRequest>,
  metadata: Record<string, string> = {},
): Promise<ResolvedLabels | null> => resolveLabels({ model: createModel({ metadata }), classes: null, ...request });

describe("ImageNet's labels", () => {
  it('are all different: where a short label stands for two classes, the words of the synset are shown', () => {
    const labels = listImagenetLabels();
    expect(new Set(labels).size).toBe(1000);
    expect([657, 744, 836, 837].map((index) => labels[index])).toEqual([
      ...['missile', 'projectile, missile', 'sunglass', 'sunglasses, dark glasses, shades'],
    ]);
    expect([282, 638].map((index) => labels[index])).toEqual(['tiger cat', 'maillot']);
    expect([0, 134, 281, 517, 967, 999].map((index) => labels[index])).toEqual([
      ...['tench', 'crane bird', 'tabby cat', 'construction crane', 'espresso', 'toilet paper'],
    ]);
  });

  it('are built in for 1000 classes, and for 1001 after a background class', async () => {
    const plain = await resolve({ classes: 1000 });
    expect(plain).toMatchObject({ source: 'builtin' });
    expect(plain?.labels[281]).toBe('tabby cat');
    const shifted = await resolve({ classes: 1001 });
    expect([shifted?.labels[0], shifted?.labels[282], shifted?.labels.length]).toEqual([
      'background',
      'tabby cat',
      1001,
    ]);
    expect(findClass(shifted, 'tabby', 1001)).toBe(282);
    expect(await resolve({ classes: 999 })).toBeNull();
  });
});

describe('resolveLabels', () => {
  it('prefers the chosen file to the sidecar, the settings and the metadata', async () => {
    const chosen = join(folder, 'pets.txt');
    const sidecar = parseSidecar('{"labels": ["a", "b"]}', join(folder, 'net.headlight.json'));
    const metadata = { names: "{0: 'm', 1: 'n'}" };
    const settingsFile = join(folder, 'pets.txt');
    expect(await resolve({ chosen, sidecar }, metadata)).toMatchObject({ labels: ['cat', 'dog'], source: 'chosen' });
    expect(await resolve({ sidecar, settingsFile }, metadata)).toMatchObject({ labels: ['a', 'b'], source: 'sidecar' });
    expect(await resolve({ settingsFile }, metadata)).toMatchObject({ labels: ['cat', 'dog'], source: 'settings' });
    expect(await resolve({ classes: 2 }, metadata)).toMatchObject({ labels: ['m', 'n'], source: 'metadata' });
  });

  it('reads a labels file that the sidecar names, relative to it', async () => {
    const sidecar = parseSidecar('{"labels": "pets.txt"}', join(folder, 'net.headlight.json'));
    expect(await resolve({ sidecar, classes: 2 })).toMatchObject({ labels: ['cat', 'dog'], source: 'sidecar' });
  });

  it('explains labels that are missing or do not fit', async () => {
    await expect(resolve({ chosen: join(folder, 'none.txt') })).rejects.toThrow(/none\.txt does not exist/);
    await expect(resolve({ chosen: join(folder, 'pets.txt'), classes: 5 })).rejects.toThrow(
      /pets\.txt has 2 labels, but the model has 5 classes/,
    );
    const sidecar = parseSidecar('{"labels": "imagenet"}', join(folder, 'net.headlight.json'));
    await expect(resolve({ sidecar, classes: 10 })).rejects.toThrow(/ImageNet labels has 1000 labels/);
  });

  it('does not wait for a device or a folder', async () => {
    for (const path of process.platform === 'win32' ? [folder] : ['/dev/zero', folder]) {
      await expect(resolve({ chosen: path })).rejects.toThrow(/is not a file|cannot be read/);
    }
  });

  it('passes over metadata that does not fit', async () => {
    expect(await resolve({ classes: 3 }, { names: "{0: 'm', 1: 'n'}" })).toBeNull();
    expect(await resolve({ classes: 2 }, { names: '{0: 3}', classes: 'cat, dog' })).toMatchObject({
      labels: ['cat', 'dog'],
    });
  });
});

describe('a labels file', () => {
  it('is text with one label per line, or JSON', () => {
    expect(parseLabels('cat\ndog', 'x')).toEqual(['cat', 'dog']);
    expect(parseLabels('n02123045 tabby, tabby cat\nn02123159 tiger cat\n', 'x')).toEqual([
      'tabby, tabby cat',
      'tiger cat',
    ]);
    expect(parseLabels('["cat", "dog"]', 'x')).toEqual(['cat', 'dog']);
    expect(parseLabels('{"1": "dog", "0": "cat", "3": "eel"}', 'x')).toEqual(['cat', 'dog', 'class 2', 'eel']);
    expect(parseLabels('{"0": ["n01440764", "tench"]}', 'x')).toEqual(['tench']);
  });

  it.each<[string, RegExp]>([
    ['', /x is empty/],
    ['{"cat": 0}', /found 0 at "cat"; wanted/],
    ['[1, 2]', /found 1 at 0/],
    ['["cat"', /not valid JSON/],
  ])('is refused with words when it is %j', (text, message) => {
    expect(() => parseLabels(text, 'x')).toThrow(UserError);
    expect(() => parseLabels(text, 'x')).toThrow(message);
  });
});

describe('findClass', () => {
  const imagenet = { labels: listImagenetLabels(), names: null };

  it('takes an index or a label in any case', () => {
    expect(findClass(imagenet, '281', 1000)).toBe(281);
    expect(findClass(imagenet, ' Tabby CAT ', 1000)).toBe(281);
    expect(findClass(null, '3', 5)).toBe(3);
  });

  it('takes the other words of an ImageNet class', async () => {
    const labels = await resolve({ classes: 1000 });
    expect(findClass(labels, 'tiger cat', 1000)).toBe(282);
    expect(findClass(labels, 'carcharodon carcharias', 1000)).toBe(2);
  });

  it('lists the candidates of a name that several classes have', async () => {
    const labels = await resolve({ classes: 1000 });
    expect(() => findClass(labels, 'missile', 1000)).toThrow(/657 \(missile\) or 744 \(projectile, missile\)/);
    expect(() => findClass(labels, 'sunglasses', 1000)).toThrow(/836 .* or 837/);
    expect(() => findClass(labels, 'crane', 1000)).toThrow(/134 .* or 517/);
  });

  it('explains what there is instead of a class that is missing', () => {
    expect(() => findClass(imagenet, '1000', 1000)).toThrow(
      /no class 1000: the model has 1000, numbered from 0 to 999/,
    );
    expect(() => findClass(imagenet, 'tabby', 1000)).toThrow(/No class is called "tabby"\. Near it: 281 \(tabby cat\)/);
    expect(() => findClass(imagenet, 'zzz', 1000)).toThrow(/Give a class index/);
    expect(() => findClass(null, 'cat', 2)).toThrow(/no labels.*class index/);
  });
});

describe('parsePythonLiteral', () => {
  it('reads what repr() writes', () => {
    expect(parsePythonLiteral(`{0: 'person', 1: "child's bicycle", 2: 'it\\'s'}`)).toEqual({
      ...{ 0: 'person', 1: "child's bicycle", 2: "it's" },
    });
    expect(parsePythonLiteral('(0.5, -1e-3, 2, [True, None])')).toEqual([0.5, -0.001, 2, [true, null]]);
    expect(parsePythonLiteral('{"a": [], "b": {}}')).toEqual({ a: [], b: {} });
  });

  it.each(['', '{0: }', '[1, 2', "'open", '{1, 2}', 'os.system', '[1] rest', '['.repeat(100_000)])(
    'gives nothing for %j',
    (text) => {
      expect(parsePythonLiteral(text)).toBeUndefined();
    },
  );
});
