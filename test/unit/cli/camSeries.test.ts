import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CamDocument } from '../../../src/cli/camDocument';
import type { SeriesRecord } from '../../../src/protocol/imageSeries';
import type { SeriesSummary } from '../../../src/series/summarizeSeries';
import { readNpy, writeNpy } from '../../../src/tensor/npy';
import { buildCommandLine } from './buildCommandLine';
import { captureCommand } from './captureCommand';

const shapes = path.join(__dirname, '../../../media/demo/shapes');
const model = path.join(shapes, 'shapes_gap.onnx');
const images = path.join(shapes, 'images');

let program: Awaited<ReturnType<typeof buildCommandLine>>;
let root: string;
beforeAll(async () => {
  program = await buildCommandLine('camSeries');
  root = await mkdtemp(path.join(tmpdir(), 'headlight-'));
  // A folder of folders, one of them wrong, and a file that is no picture.
  for (const name of await readdir(images)) {
    const folder = path.join(root, 'sorted', name.replace(/^\d+_|\.png$/g, '').replace('star', 'cross'));
    await mkdir(folder, { recursive: true });
    await cp(path.join(images, name), path.join(folder, name));
  }
  await writeFile(path.join(root, 'sorted/circle/broken.png'), 'no picture');
});
afterAll(async () => {
  await program.remove();
  await rm(root, { recursive: true });
});

const headlight = (...argv: string[]) => captureCommand(path.join(path.dirname(program.path), 'inference.js'), argv);

type SeriesDocument = CamDocument & { readonly summary: SeriesSummary };

const readLines = (file: string): SeriesRecord[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line) as SeriesRecord);

describe('headlight cam on many images', () => {
  it('prints one document for a folder that agrees with that of its images', async () => {
    const many = await headlight('cam', model, images, '--json', '--batch', '4');
    expect([many.code, many.stderr]).toEqual([0, '']);
    const document = JSON.parse(many.stdout) as SeriesDocument;
    const files = document.images.map(({ image }) => image);
    expect(files).toHaveLength(10);
    const single = JSON.parse((await headlight('cam', model, ...files, '--json')).stdout) as CamDocument;
    document.images.forEach((image, index) => {
      const { top, maps } = single.images[index];
      expect(image.top.map((entry) => entry.class)).toEqual(top.map((entry) => entry.class));
      expect(image.top[0].probability).toBeCloseTo(top[0].probability!, 5);
      expect(image.maps[0]).toMatchObject({ class: maps[0].class, layer: maps[0].layer, unit: 'logit', file: null });
      expect(image.maps[0].certificate!.value).toBeCloseTo(maps[0].certificate!.value, 4);
    });
    expect(document.summary).toMatchObject({ images: 10, explained: 10, failed: 0, certificates: { holding: 10 } });
  });

  it('writes maps, overlays and tables with figures, and goes on after an unreadable image', async () => {
    const out = path.join(root, 'out');
    const formats = 'npy,png,json,csv,parquet';
    const sorted = path.join(root, 'sorted');
    const run = await headlight('cam', model, sorted, '--out', out, '--format', formats, '--metrics', '--class', '2');
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('broken.png');
    expect(run.stdout).toContain('11 images: 10 explained, 1 failed');
    expect(run.stdout).toContain('80.0 % of 10 images are of the class that their folder names');

    const document = JSON.parse(await readFile(path.join(out, 'images.json'), 'utf8')) as SeriesDocument;
    expect(document.errors).toMatchObject([{ code: 'unreadableImage' }]);
    expect(document.images.map(({ maps }) => maps[0].class)).toEqual(new Array(10).fill(2));
    const file = document.images[0].maps[0].file!;
    expect(path.relative(out, file)).toBe('maps/circle/00_circle.png_class2.npy');
    const map = readNpy(await readFile(file));
    expect(map.shape).toEqual([8, 8]);
    expect(existsSync(file.replace(/npy$/, 'png'))).toBe(true);

    const [heading, ...rows] = (await readFile(path.join(out, 'images.csv'), 'utf8')).trimEnd().split('\r\n');
    expect(rows).toHaveLength(11);
    expect(heading).toMatch(/^image,path,status,message,true_label,true_class,class,label,logit,probability,map_class/);
    expect(rows.find((row) => row.startsWith('circle/broken.png'))).toMatch(/,failed,"?broken\.png/);

    const table = await parquetReadObjects({ file: await asyncBufferFromFile(path.join(out, 'images.parquet')) });
    expect(Object.keys(table[0])).toEqual([...heading.split(','), 'map']);
    const row = table.find(({ image }) => image === 'circle/00_circle.png')!;
    expect(row).toMatchObject({ status: 'explained', true_label: 'circle', true_class: 0, class: 0, correct: true });
    expect(row['map']).toEqual([...map.data]);
    expect(row['map_mean']).toBeCloseTo(map.data.reduce((sum, value) => sum + value, 0) / 64, 5);
    const wrong = table.find(({ image }) => image === 'cross/04_star.png')!;
    expect(wrong).toMatchObject({ true_class: 3, class: 4, correct: false });
    expect(wrong['error']).toBeGreaterThan(0.5);
    expect(table.find(({ status }) => status === 'failed')).toMatchObject({ class: null, correct: null });
  });

  it('tells methods of many runs what it was told, and how often the model ran', async () => {
    const files = ['00_circle.png', '01_square.png'].map((name) => path.join(images, name));
    const sampled = ['cam', model, '--method', 'rise', '--samples', '12', '--target', 'class:2-0', '--json'];
    const read = async (...argv: string[]) => {
      const { code, stdout, stderr } = await headlight(...sampled, ...argv);
      expect(stderr).not.toContain('Error');
      expect(code).toBe(0);
      return (JSON.parse(stdout) as CamDocument).images.map(({ runs, maps }) => ({ runs, maps }));
    };
    const [alone, many] = [await read('--seed', '3', ...files), await read('--seed', '3', '--batch', '1', ...files)];
    expect(alone.map(({ runs }) => runs)).toEqual([13, 13]);
    expect(alone[0].maps).toMatchObject([{ class: 2, contrast: 0, source: 'estimated' }]);
    const withoutTarget = ({ runs, maps }: (typeof alone)[number]) => ({
      runs,
      maps: maps.map(({ value, figures }) => ({ value, figures })),
    });
    expect(many.map(withoutTarget)).toEqual(alone.map(withoutTarget));
    expect((await read('--seed', '4', '--batch', '1', ...files)).map(withoutTarget)).not.toEqual(
      many.map(withoutTarget),
    );

    const out = path.join(root, 'sampled');
    await headlight(...sampled, '--out', out, '--batch', '1', '--seed', '3', ...files);
    const other = await headlight(...sampled, '--out', out, '--seed', '4', '--resume', ...files);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('other options') as string });
  });

  it('explains any target that a single image takes, with the same journal and files', async () => {
    const heads = path.join(__dirname, '../../fixtures/heads/segmentation_nohead');
    const segmentation = path.join(heads, 'model.onnx');
    const many = path.join(root, 'tensors');
    await mkdir(many);
    const { data, shape } = readNpy(await readFile(path.join(heads, 'input.npy')));
    for (const [index, factor] of [1, -1, 0.5].entries()) {
      const scaled = data.map((value) => factor * value);
      await writeFile(path.join(many, `${index}.npy`), writeNpy({ data: scaled, shape }));
    }
    const none = await headlight('cam', segmentation, many);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/--target 'box:logits,0,0,0,/) as string });
    expect((await headlight('cam', segmentation, many, '--method', 'gradcam')).stderr).toContain(
      "--target 'box:logits",
    );

    const out = path.join(root, 'targets');
    const target = ['--target', 'box:logits,1,2,1,2,2'];
    const formats = ['--out', out, '--format', 'npy,csv,parquet', '--metrics'];
    const run = await headlight('cam', segmentation, many, ...target, ...formats, '--json');
    expect([run.code, run.stderr]).toEqual([0, '']);
    const document = JSON.parse(run.stdout) as SeriesDocument;
    const files = document.images.map(({ image }) => image);
    const single = JSON.parse(
      (await headlight('cam', segmentation, ...files, ...target, '--json')).stdout,
    ) as CamDocument;
    const values = document.images.map(({ maps }) => maps[0].value);
    expect(new Set(values).size).toBe(3);
    document.images.forEach(({ maps, note }, index) => {
      const [one] = single.images[index].maps;
      expect(maps).toHaveLength(1);
      expect({ ...maps[0], file: null }).toEqual(one);
      expect(note).toContain(`speaks here, is ${one.target}`);
      expect(path.basename(maps[0].file!)).toBe(`${index}.npy_target.npy`);
    });
    expect(document.summary.classes).toEqual([]);
    expect(document.summary.target).toEqual({
      minimum: Math.min(...values),
      mean: expect.closeTo((values[0] + values[1] + values[2]) / 3, 5) as number,
      maximum: Math.max(...values),
    });
    const table = await parquetReadObjects({ file: await asyncBufferFromFile(path.join(out, 'images.parquet')) });
    for (const [index, row] of table.entries()) {
      expect(row).toMatchObject({ class: null, map_class: null, map_value: values[index], correct: null });
      expect(row['map']).toEqual([...readNpy(await readFile(document.images[index].maps[0].file!)).data]);
    }

    const other = await headlight(
      'cam',
      segmentation,
      many,
      '--target',
      'output:logits[0,1,0,0]',
      ...formats,
      '--resume',
    );
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('other options') as string });
    const resumed = await headlight('cam', segmentation, many, ...target, ...formats, '--resume');
    expect(resumed.stdout).toContain('3 images: 3 explained, 0 failed\nThe target is ');
  });

  it('refuses to take up a job of other options, and to overwrite an unfinished one', async () => {
    const out = path.join(root, 'unfinished');
    await headlight('cam', model, images, '--out', out, '--format', 'csv');
    const journal = path.join(out, 'journal.jsonl');
    await writeFile(journal, (await readFile(journal, 'utf8')).split('\n').slice(0, 4).join('\n') + '\n');
    const anew = await headlight('cam', model, images, '--out', out, '--format', 'csv');
    expect(anew).toMatchObject({ code: 2, stderr: expect.stringContaining('3 of 10 images are done') as string });
    const other = await headlight('cam', model, images, '--out', out, '--format', 'csv', '--class', '1', '--resume');
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('other options') as string });
    const resumed = await headlight('cam', model, images, '--out', out, '--format', 'csv', '--resume');
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(new Set(readLines(journal).map(({ image }) => image)).size).toBe(10);
  });
});

describe('a job that is ended', () => {
  const count = 240;
  const many = () => path.join(root, 'many');
  beforeAll(async () => {
    await mkdir(many());
    const names = await readdir(images);
    for (let index = 0; index < count; index++) {
      await cp(path.join(images, names[index % names.length]), path.join(many(), `${index}.png`));
    }
  });

  /** Starts the program and waits until its journal has some lines. */
  async function begin(out: string) {
    const argv = ['cam', model, many(), '--out', out, '--batch', '2', '--format', 'npy,csv'];
    const child = spawn(process.execPath, [program.path, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    const journal = path.join(out, 'journal.jsonl');
    const countLines = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0);
    while (countLines() < 12) {
      expect(child.exitCode).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { child, argv, journal, readStderr: () => stderr };
  }

  async function expectWhole(out: string, journal: string) {
    const records = readLines(journal);
    const ids = records.map(({ image }) => image);
    expect(ids).toHaveLength(count);
    expect(new Set(ids).size).toBe(count);
    const rows = (await readFile(path.join(out, 'images.csv'), 'utf8')).trimEnd().split('\r\n');
    expect(rows).toHaveLength(count + 1);
    for (const record of records) {
      const file = record.status === 'explained' ? record.maps[0].file : null;
      expect(readNpy(await readFile(path.join(out, file!))).shape).toEqual([8, 8]);
    }
  }

  it('is resumed after kill -9 with nothing lost or doubled', async () => {
    const out = path.join(root, 'killed');
    const { child, argv, journal } = await begin(out);
    child.kill('SIGKILL');
    await once(child, 'close');
    const done = readLines(journal).length;
    expect(done).toBeLessThan(count);
    // As if it had been ended in the middle of a line.
    appendFileSync(journal, '{"image":"99.png","path":"/x');
    const { code, stdout } = await headlight(...argv, '--resume');
    expect(code).toBe(0);
    expect(stdout).toContain(`${count} images: ${count} explained, 0 failed`);
    await expectWhole(out, journal);
  });

  it('ends by itself on Ctrl+C and says how to go on', async () => {
    const out = path.join(root, 'interrupted');
    const { child, argv, journal, readStderr } = await begin(out);
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(1);
    expect(readStderr()).toMatch(/Stopped after \d+ of 240 images\. Run the same command with --resume/);
    expect(existsSync(path.join(out, 'images.csv'))).toBe(false);
    expect((await headlight(...argv, '--resume')).code).toBe(0);
    await expectWhole(out, journal);
  });
});
