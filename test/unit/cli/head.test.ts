import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyzeModel } from '../../../src/inspectModel';
import { DEMO } from '../cam/fixtures';
import { buildServer } from '../inference/buildServer';
import { captureCommand } from './captureCommand';

const SHAPES = path.join(DEMO, 'shapes');
const MODEL = path.join(SHAPES, 'shapes_fc.onnx');

let server: Awaited<ReturnType<typeof buildServer>>;
let folder: string;
beforeAll(async () => {
  server = await buildServer('cli-head');
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-cli-head-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await server.remove();
});

const run = (...argv: string[]) => captureCommand(server.path, ['head', ...argv]);

describe('headlight head', () => {
  it('prints one JSON document with both heads, their agreement and the file', async () => {
    const file = path.join(folder, 'pooled.onnx');
    const csv = path.join(folder, 'images.csv');
    const name = path.join(SHAPES, 'images/03_cross.png');
    await writeFile(csv, `path,label\n${name},cross\n${path.join(SHAPES, 'images/09_star.png')},star\n`);
    const { code, stdout: text } = await run(MODEL, '--to', 'gap', '--images', csv, '--out', file, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({
      schema: 1,
      method: 'project',
      before: { kind: 'flatten-fc', parameters: 20_485, bytes: 81_940, macs: 20_480 },
      after: { kind: 'gap-linear', parameters: 325, bytes: 1300, macs: 320 },
      agreement: { images: 2, top1: 0 },
      images: [{ image: name, top1Before: 2, top1After: 3 }, {}],
      file,
    });
    // Labels and preprocessing were beside the old model; the new one carries them itself.
    const { metadata } = (await analyzeModel(file)).model;
    expect(JSON.parse(metadata.get('headlight.labels') ?? '')).toHaveLength(5);
    expect(JSON.parse(metadata.get('headlight.preprocessing') ?? '')).toMatchObject({
      fit: 'stretch',
      std: [128, 128, 128],
    });
  });

  it('says in words what changes, and that nothing was saved', async () => {
    const { code, stdout: text } = await run(MODEL, '--to', 'gap', '--images', path.join(SHAPES, 'images'));
    expect(code).toBe(0);
    expect(text).toMatch(/top-1 agreement +20.0 % of 10 images, measured/);
    expect(text).toMatch(/05_circle.png +4 star +0 circle/);
    expect(text).toContain('Nothing was saved');
  });

  it('fits to labels, and keeps from comparing logits of other classes', async () => {
    const data = path.join(folder, 'data');
    for (const name of ['00_circle', '05_circle', '01_square', '06_square']) {
      const home = path.join(data, name.slice(3));
      await mkdir(home, { recursive: true });
      await copyFile(path.join(SHAPES, 'images', `${name}.png`), path.join(home, `${name}.png`));
    }
    const file = path.join(folder, 'fitted.onnx');
    const fit = await run(MODEL, '--to', 'gap', '--method', 'fit', '--images', data, '--out', file, '--json');
    expect(JSON.parse(fit.stdout)).toMatchObject({
      method: 'fit',
      after: { classes: 2, parameters: 130 },
      agreement: null,
      file,
    });
    const saved = await analyzeModel(file);
    expect(saved.heads[0]).toMatchObject({ kind: 'gap-linear', classes: 2, exact: true });
    expect(saved.model.metadata.get('headlight.labels')).toBe('["circle","square"]');
  });

  it.each([
    [[MODEL], '--to gap or --to fc'],
    [[MODEL, '--to', 'mlp'], 'not "mlp"'],
    [[MODEL, '--to', 'gap', '--method', 'guess'], 'project, distill and fit'],
    [[MODEL, '--to', 'fc'], 'already'],
    [[MODEL, '--to', 'gap', '--method', 'distill'], 'at least 2'],
    [[MODEL, '--to', 'gap', '--head-index', '7'], 'no head 7'],
    [[MODEL, '--to', 'gap', '--out', MODEL], 'the model itself'],
  ])('is wrong usage: %j', async (argv, sentence) => {
    const { code, stderr: reported } = await run(...argv);
    expect(code).toBe(2);
    expect(reported).toContain(sentence);
  });
});
