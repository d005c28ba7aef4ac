import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeaturesDocument } from '../../../src/cli/features';
import type { FitDocument } from '../../../src/cli/fitDocument';
import { encodePng } from '../../../src/cli/pngFile';
import { analyzeModel } from '../../../src/inspectModel';
import { readNpy } from '../../../src/tensor/npy';
import { buildServer } from '../inference/buildServer';
import { captureCommand } from './captureCommand';

const model = path.join(__dirname, '../../../media/demo/shapes/shapes_gap.onnx');
const PER_CLASS = 60;

let server: Awaited<ReturnType<typeof buildServer>>;
let folder: string;
let data: string;
beforeAll(async () => {
  server = await buildServer('cli-fit');
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-cli-fit-'));
  data = path.join(folder, 'data');
  for (const [index, name] of ['bars', 'dots'].entries()) {
    await mkdir(path.join(data, name), { recursive: true });
    for (let count = 0; count < PER_CLASS; count++) {
      await writeFile(path.join(data, name, `${count}.png`), drawPattern(index, count));
    }
  }
});
afterAll(async () => {
  await server.remove();
  await rm(folder, { recursive: true });
});

/** Stripes or a disc on noise, each image another. */
function drawPattern(kind: number, seed: number): Uint8Array {
  const [width, height] = [64, 64];
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let index = 0; index < width * height; index++) {
    const [x, y] = [index % width, Math.floor(index / width)];
    const isInside = kind === 0 ? (x + seed) % 12 < 5 : (x - 12 - (seed % 40)) ** 2 + (y - 30) ** 2 < 100;
    const noise = (index * 7919 + seed * 104729) % 60;
    rgba.fill((isInside ? 180 : 40) + noise, index * 4, index * 4 + 3);
  }
  return encodePng({ width, height, rgba });
}

const headlight = (...argv: string[]) => captureCommand(server.path, argv);

const cacheOf = (name: string) => ['--cache', path.join(folder, name)];

describe('headlight features', () => {
  it('goes on after kill -9 in the middle, and computes nothing twice', async () => {
    const program = path.join(path.dirname(server.path), 'cli.js');
    await build({
      entryPoints: [path.join(__dirname, '../../../src/cli/main.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      external: ['onnxruntime-node', 'sharp'],
      define: { 'import.meta.url': '__filename' },
      logLevel: 'error',
    });
    const cache = path.join(folder, 'killed');
    const argv = ['features', model, '--data', data, '--cache', cache, '--json', '--out'];
    const child = spawn(process.execPath, [program, ...argv, path.join(folder, 'never.npy')], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)));
    const recordBytes = 32 + 4 * 64 + 8;
    const findBytes = (): number => {
      const [key] = existsSync(cache) ? readdirSync(cache) : [];
      const file = path.join(cache, key ?? '', 'pooled.bin');
      return key !== undefined && existsSync(file) ? statSync(file).size : 0;
    };
    while (findBytes() < 16 * recordBytes && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    const finished = Math.floor(findBytes() / recordBytes);
    expect(finished).toBeLessThan(2 * PER_CLASS);
    expect(existsSync(path.join(folder, 'never.npy'))).toBe(false);

    const resumed = await headlight(...argv, path.join(folder, 'resumed.npy'));
    expect(resumed.code).toBe(0);
    const document = JSON.parse(resumed.stdout) as FeaturesDocument;
    expect([document.reused, document.computed]).toEqual([finished, 2 * PER_CLASS - finished]);
    const again = JSON.parse((await headlight(...argv, path.join(folder, 'again.npy'))).stdout) as FeaturesDocument;
    expect([again.reused, again.computed]).toEqual([2 * PER_CLASS, 0]);

    const fresh = path.join(folder, 'fresh.npy');
    await headlight('features', model, '--data', data, ...cacheOf('fresh'), '--out', fresh);
    const [expected, found] = await Promise.all(
      [fresh, path.join(folder, 'resumed.npy')].map((file) => readFile(file)),
    );
    expect(readNpy(found).shape).toEqual([2 * PER_CLASS, 64]);
    // Batches fall differently after a kill, and with them the last bit.
    const [before, after] = [readNpy(expected).data, readNpy(found).data];
    before.forEach((value, index) => expect(Math.abs(value - after[index])).toBeLessThan(1e-5 * Math.max(1, value)));
    const list = (await readFile(path.join(folder, 'resumed.csv'), 'utf8')).split('\n');
    expect(list.slice(0, 2)).toEqual(['path,label', `${path.join(data, 'bars', '0.png')},bars`]);
    expect(list.length).toBe(2 * PER_CLASS + 2);
  });
});

describe('headlight fit', () => {
  it('fits both heads to one split, and saves a model whose head has the new classes', async () => {
    const file = path.join(folder, 'patterns.onnx');
    const { code, stdout } = await headlight(
      ...['fit', model, '--data', data, '--head', 'both', '--seed', '5', ...cacheOf('fit'), '--out', file, '--json'],
    );
    expect(code).toBe(0);
    const document = JSON.parse(stdout) as FitDocument;
    expect(document).toMatchObject({
      schema: 1,
      classes: ['bars', 'dots'],
      images: { train: 96, validation: 24, skipped: [] },
      split: { seed: 5, validationShare: 0.2 },
      file,
    });
    expect(document.heads.map(({ kind, parameters }) => [kind, parameters])).toEqual([
      ['gap', 2 * 65],
      ['fc', 2 * (64 * 64 + 1)],
    ]);
    for (const head of document.heads) {
      expect(head.status).toBe('converged');
      expect(head.validationAccuracy).toBeGreaterThan(0.9);
      expect(head.loss).toBeGreaterThan(head.train.loss);
      expect(head.confusion?.flat().reduce((sum, count) => sum + count, 0)).toBe(24);
      expect(head.calibration.bins.reduce((sum, { count }) => sum + count, 0)).toBe(24);
      expect(head.learningCurve.at(-1)).toEqual({ images: 96, train: head.train, validation: head.validation });
    }
    const { heads, model: saved } = await analyzeModel(file);
    expect([heads[0].classes, heads[0].kind]).toEqual([2, document.saved === 'gap' ? 'gap-linear' : 'flatten-fc']);
    expect(saved.metadata.get('headlight.labels')).toBe('["bars","dots"]');
    const sidecar: unknown = JSON.parse(await readFile(file.replace('.onnx', '.headlight.json'), 'utf8'));
    expect(sidecar).toMatchObject({ labels: ['bars', 'dots'], preprocessing: { height: 64, width: 64 } });

    const image = path.join(data, 'dots', '7.png');
    const cam = await headlight('cam', file, image, '--json');
    const [{ top, maps }] = (JSON.parse(cam.stdout) as { images: [{ top: [{ label: string }]; maps: [unknown] }] })
      .images;
    expect(top[0].label).toBe('dots');
    expect(maps[0]).toMatchObject({ certificate: { holds: true } });
  });

  it('gives the same numbers for the same seed', async () => {
    const run = async () => {
      const { stdout } = await headlight('fit', model, '--data', data, ...cacheOf('fit'), '--seed', '9', '--json');
      const { heads } = JSON.parse(stdout) as FitDocument;
      return heads.map(({ objective, validation, iterations }) => [objective, validation, iterations]);
    };
    expect(await run()).toEqual(await run());
  });

  it('chooses the penalty by cross-validation and shows the path', async () => {
    const { stdout } = await headlight('fit', model, '--data', data, ...cacheOf('fit'), '--l2', 'cv', '--json');
    const [{ penalty, penaltyPath }] = (JSON.parse(stdout) as FitDocument).heads;
    const best = penaltyPath!.reduce((least, point) => (point.loss < least.loss ? point : least));
    expect(best.penalty).toBe(penalty);
    expect(penaltyPath!.length).toBeGreaterThan(5);
    // So strong a penalty leaves chance.
    expect(penaltyPath![0].loss).toBeGreaterThan(best.loss);
  });

  it('leaves out what cannot be read, names it, and ends with 1', async () => {
    const broken = path.join(folder, 'broken');
    for (const name of ['a', 'b']) {
      await mkdir(path.join(broken, name), { recursive: true });
      for (let count = 0; count < 3; count++) {
        await writeFile(path.join(broken, name, `${count}.png`), drawPattern(name === 'a' ? 0 : 1, count));
      }
    }
    await writeFile(path.join(broken, 'a', 'torn.png'), 'no picture');
    const run = () => headlight('fit', model, '--data', broken, ...cacheOf('broken'), '--json');
    const { code, stdout, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toMatch(/left out: torn\.png is not an image/);
    const document = JSON.parse(stdout) as FitDocument;
    expect(document.images).toMatchObject({ train: 4, validation: 2, skipped: [{ code: 'unreadableImage' }] });
    await Promise.all([0, 1, 2].map((count) => writeFile(path.join(broken, 'b', `${count}.png`), 'no picture')));
    const none = await run();
    expect([none.code, none.stdout]).toEqual([2, expect.stringContaining('\\"b\\" has no readable image left')]);
  });

  it('says what is wrong with its options', async () => {
    const cases: [string[], RegExp][] = [
      [['fit', model], /fit needs --data/],
      [['fit', model, '--data', data, '--head', 'mlp'], /--head is "mlp"; it is gap, fc or both/],
      [['fit', model, '--data', data, '--l2=-1'], /--l2 is "-1"; it is from 0, or cv/],
      [['fit', model, '--data', data, '--validation', '1'], /a share between 0 and 1/],
      [['features', model, '--data', data, '--out', 'x.txt'], /features needs --out FEATURES\.npy/],
    ];
    for (const [argv, wanted] of cases) {
      const { code, stderr } = await headlight(...argv);
      expect([code, stderr]).toEqual([2, expect.stringMatching(wanted)]);
    }
  });
});
