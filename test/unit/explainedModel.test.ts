import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMethod } from '../../src/cam/methods';
import type { ExportOptions, ExportReport } from '../../src/explainedModel';
import { exportExplainedModel } from '../../src/explainedModel';
import { InferenceClient } from '../../src/inference/inferenceClient';
import { analyzeModel } from '../../src/inspectModel';
import { writeMetadata } from '../../src/onnx/editModel';
import { readModel } from '../../src/onnx/readModel';
import { readMetadataPreprocessing } from '../../src/image/metadataPreprocessing';
import { resolvePreprocessing } from '../../src/image/resolvePreprocessing';
import type { Tensor } from '../../src/tensor/tensor';
import { CHANNELS, model, pool } from './cam/spellings';
import { HEAD_FIXTURES } from './cam/fixtures';
import type { Values } from './gradient/runModel';
import { loadModel } from './gradient/runModel';
import { buildServer } from './inference/buildServer';

const root = path.join(__dirname, '../..');
const free = HEAD_FIXTURES.find(({ name }) => name === 'gap_gemm_dynbatch_dynamo');
const resizable = HEAD_FIXTURES.find(({ name }) => name === 'dynamic_hw');

let server: Awaited<ReturnType<typeof buildServer>>;
let client: InferenceClient;
let folder: string;
beforeAll(async () => {
  server = await buildServer('explainedModel');
  client = new InferenceClient(server.path);
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-explained-'));
});
afterAll(async () => {
  client.dispose();
  await server.remove();
  await rm(folder, { recursive: true });
});

type Wanted = Partial<Omit<ExportOptions, 'method'>> & { readonly method?: string };

async function save(
  original: string,
  name: string,
  { method = 'cam', ...options }: Wanted = {},
): Promise<ExportReport> {
  const usual = { layer: null, classes: null, settings: null, input: null, file: path.join(folder, name) };
  return exportExplainedModel(await analyzeModel(original), client, {
    ...usual,
    method: findMethod(method),
    ...options,
  });
}

/** Item 0 is the fixture's input, the others are it with another brightness. */
function toBatch({ data, shape }: Tensor, count: number): Values {
  const items = Array.from({ length: count }, (_, item) => data.map((value) => value * (1 - 0.3 * item)));
  return { dims: [count, ...shape.slice(1)], data: items.flatMap((item) => [...item]) };
}

function largestDifference(one: ArrayLike<number>, other: ArrayLike<number>): number {
  expect(one.length).toBe(other.length);
  return Array.from(one).reduce((worst, value, index) => Math.max(worst, Math.abs(value - other[index])), 0);
}

describe('a model that explains itself', () => {
  it('gives the reference maps of all classes for a batch, and what the original gives', async () => {
    const [input, cam, logits] = ['input', 'cam', 'logits_pre_activation'].map((name) => free?.tensor(name) as Tensor);
    const report = await save(free?.modelPath ?? '', 'all.onnx', { classes: 'all' });
    expect(report).toMatchObject({ method: 'cam', classes: 'all', inputs: [] });
    const batch = { input: toBatch(input, 3) };
    const run = await loadModel(await readFile(report.file));
    const results = await run(batch);
    const maps = results['headlight/maps'];
    expect((await run.shapes(batch))['headlight/maps']).toEqual([3, 10, 8, 12]);
    expect(largestDifference(maps.subarray(0, cam.data.length), cam.data)).toBeLessThan(1e-4);
    expect(largestDifference(results['headlight/logits'].subarray(0, 10), logits.data)).toBeLessThan(1e-4);
    // Of every item, the mean of each map and its bias are the logit.
    for (let row = 0; row < 30; row++) {
      const mean = maps.subarray(row * 96, (row + 1) * 96).reduce((sum, value) => sum + value, 0) / 96;
      expect(mean + results['headlight/map_bias'][row]).toBeCloseTo(results['headlight/logits'][row], 4);
    }
    const original = await (await loadModel(await readFile(free?.modelPath ?? '')))(batch);
    for (const [name, values] of Object.entries(original)) {
      expect(largestDifference(values, results[name])).toBeLessThan(1e-6);
    }
  });

  it('declares every output with its shape, and keeps the batch free', async () => {
    const report = await save(free?.modelPath ?? '', 'declared.onnx', { classes: 'top5' });
    const { graph, opsets } = await readModel(report.file);
    const original = await readModel(free?.modelPath ?? '');
    expect(opsets).toEqual(original.opsets);
    expect(graph.inputs).toEqual(original.graph.inputs);
    const [own, ...added] = graph.outputs;
    expect(own).toEqual(original.graph.outputs[0]);
    expect(added.map(({ name, elementType, shape }) => [name, elementType, shape])).toEqual([
      ['headlight/maps', 'float32', ['N', 5, 8, 12]],
      ['headlight/map_classes', 'int64', ['N', 5]],
      ['headlight/logits', 'float32', ['N', 10]],
      ['headlight/map_bias', 'float32', ['N', 5]],
    ]);
    expect(graph.nodes.every(({ domain }) => domain === '')).toBe(true);
  });

  it.each(['gradcam', 'hirescam', 'cam'])('takes one class per item: %s', async (method) => {
    const report = await save(free?.modelPath ?? '', `${method}.onnx`, { method, classes: 'input' });
    const run = await loadModel(await readFile(report.file));
    const input = toBatch(free?.tensor('input') as Tensor, 3);
    const classes = (values: number[], rows: number) => ({
      'headlight/target_classes': { type: 'int64' as const, dims: [rows, values.length / rows], data: values },
    });
    const together = (await run({ input, ...classes([7, 2, 0], 3) }))['headlight/maps'];
    const oneForAll = (await run({ input, ...classes([2], 1) }))['headlight/maps'];
    expect(largestDifference(together.subarray(96, 192), oneForAll.subarray(96, 192))).toBeLessThan(1e-5);
    expect(largestDifference(together.subarray(0, 96), oneForAll.subarray(0, 96))).toBeGreaterThan(1e-4);
  });

  it('draws the most likely classes at an earlier layer, equal to the maps in Headlight', async () => {
    const stages = path.join(root, 'test/fixtures/gradients/dense/model.onnx');
    const report = await save(stages, 'stage.onnx', { method: 'layercam', classes: 'top5' });
    const { maps, outputs, holds } = report.verification;
    expect(holds).toBe(true);
    expect(maps.classes).toHaveLength(5);
    expect(maps.maximum).toBeLessThan(1e-5 * maps.largest);
    expect(outputs.maximum).toBeLessThan(1e-5 * outputs.largest);
  });

  it('needs no fixed image size where the head needs none', async () => {
    const report = await save(resizable?.modelPath ?? '', 'resizable.onnx', { classes: 'top1' });
    const run = await loadModel(await readFile(report.file));
    const feed = (size: number) => ({
      input: { dims: [1, 3, size, size], data: new Float32Array(3 * size * size).fill(0.5) },
    });
    const small = (await run.shapes(feed(64)))['headlight/maps'];
    const large = (await run.shapes(feed(128)))['headlight/maps'];
    expect(small.slice(0, 2)).toEqual([1, 1]);
    expect(large[2]).toBe(2 * small[2]);
  });

  it('is written for old operator sets too', async () => {
    const modelPath = model((b, map) => b.gemm(pool(b, map), CHANNELS, 5), 7, 'batch')().save();
    for (const classes of ['top5', 'input', 'all'] as const) {
      const { verification, outputs } = await save(modelPath, `old-${classes}.onnx`, { classes });
      expect(verification).toMatchObject({ holds: true, outputs: { maximum: 0 } });
      expect(verification.residual).toBeLessThan(1e-5);
      expect(outputs.map(({ name }) => name)).toContain('headlight/map_bias');
    }
  });

  it('stores constants so that files before version 4 of the format stay valid', async () => {
    const light = path.join(root, 'test/fixtures/light/light_squeezenet.onnx');
    const { file, verification } = await save(light, 'light.onnx');
    expect(verification.residual).toBeLessThan(1e-4);
    const [original, saved] = [await readModel(light), await readModel(file)];
    expect(saved.irVersion).toBeLessThan(4);
    expect([...saved.graph.initializers.keys()]).toEqual([...original.graph.initializers.keys()]);
  });
});

describe('weights that stay in the original file', () => {
  it('leave a small model beside it that gives the same', async () => {
    const home = path.join(folder, 'home');
    await mkdir(home);
    const model = path.join(home, 'shapes.onnx');
    await copyFile(path.join(root, 'media/demo/shapes/shapes_gap.onnx'), model);
    const report = await save(model, 'home/thin.onnx', { weights: 'external' });
    expect(report.verification).toMatchObject({ holds: true, outputs: { maximum: 0 }, maps: { maximum: 0 } });
    expect(report.sizeBytes.exported).toBeLessThan(report.sizeBytes.original / 5);
    expect((await stat(report.file)).size).toBe(report.sizeBytes.exported);
    await expect(save(model, 'away.onnx', { weights: 'external' })).rejects.toMatchObject({
      code: 'badArgument',
      message: expect.stringContaining('shapes.onnx') as unknown,
    });
    expect((await readdir(home)).sort()).toEqual(['shapes.onnx', 'thin.onnx']);
  });
});

describe('the metadata of an explained model', () => {
  it('says how images are read, and replaces what was there', async () => {
    const model = path.join(folder, 'annotated.onnx');
    const bytes = await readFile(path.join(root, 'media/demo/shapes/shapes_gap.onnx'));
    const old = new Map([
      ['headlight.labels', '["old"]'],
      ['author', 'somebody'],
    ]);
    await writeFile(model, Buffer.concat([bytes, writeMetadata(old)]));
    const { preprocessing } = resolvePreprocessing({
      model: await readModel(model),
      settings: { preset: 'caffe-bgr' },
    });
    const labels = ['circle', 'square', 'triangle', 'star', 'cross'];
    const settings = { preprocessing, preprocessingSource: 'chosen', preprocessingNote: '', labels } as const;
    const { file } = await save(model, 'metadata.onnx', { settings });
    const saved = await readModel(file);
    expect(readMetadataPreprocessing(saved)?.fields).toEqual(preprocessing);
    expect(saved.metadata.get('author')).toBe('somebody');
    expect(JSON.parse(saved.metadata.get('headlight.labels') ?? '')).toEqual(labels);
    expect(JSON.parse(saved.metadata.get('headlight.explanation') ?? '')).toMatchObject({
      schema: 1,
      model: 'annotated.onnx',
      method: 'cam',
      classes: 'top5',
      aggregate: 'mean',
      outputs: { maps: 'headlight/maps' },
    });
    const written = (await readFile(file)).toString('latin1');
    expect(written.split('headlight.labels')).toHaveLength(2);
  });
});

describe('an explained model is refused', () => {
  const shapes = path.join(root, 'media/demo/shapes/shapes_gap.onnx');
  it.each<[string, Wanted, string]>([
    ['under the name of the original', { file: shapes }, 'the model itself'],
    ['in a folder that is not there', { file: '/nowhere/a.onnx' }, 'cannot be written'],
    ['with a backward pass for each class', { method: 'gradcam', classes: 'all' }, 'top5'],
    ['with classes for a map that has none', { method: 'eigencam', classes: 'top1' }, 'whatever the class'],
    ['with the exact map elsewhere', { layer: '/body/body.1/Relu_output_0' }, 'only'],
    ['at a layer that is not there', { method: 'gradcam', layer: 'none' }, 'no tensor "none"'],
  ])('%s', async (_, options, sentence) => {
    const before = await readdir(folder);
    await expect(save(shapes, 'refused.onnx', options)).rejects.toMatchObject({
      code: 'badArgument',
      message: expect.stringContaining(sentence) as unknown,
    });
    expect(await readdir(folder)).toEqual(before);
  });

  it('of one that explains itself already', async () => {
    const { file } = await save(shapes, 'once.onnx');
    await expect(save(file, 'twice.onnx')).rejects.toThrow(/reserved/);
  });

  it('when it is cancelled, with nothing left behind', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(save(shapes, 'cancelled.onnx', { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect((await readdir(folder)).filter((name) => name.startsWith('cancelled'))).toEqual([]);
  });
});
