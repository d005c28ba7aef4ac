import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DrawnMethod } from '../../../src/cam/camMethod';
import { findSpatialLayers } from '../../../src/cam/findSpatialLayers';
import { createLayerExtension } from '../../../src/cam/layerExtension';
import { findMethod } from '../../../src/cam/methods';
import type { Explainer } from '../../../src/explain/explainer';
import type { LayerOptions } from '../../../src/explainLayer';
import { explainLayer } from '../../../src/explainLayer';
import { bindAnalysis } from '../../../src/inspectModel';
import { readNpy, writeNpy } from '../../../src/tensor/npy';
import { UserError } from '../../../src/userError';
import { ModelBuilder } from '../cam/modelBuilder';
import { createExplainerOpener } from './openExplainer';

const fixtures = path.join(__dirname, '../../fixtures');
const lite0 = path.join(__dirname, '../../../media/demo/efficientnet-lite0.onnx');

let explainers: Awaited<ReturnType<typeof createExplainerOpener>>;
beforeAll(async () => {
  explainers = await createExplainerOpener('stages');
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => explainers.close());

function draw(explainer: Explainer, file: string, id: string, options: Partial<LayerOptions> = {}) {
  const method = findMethod(id) as DrawnMethod;
  const usual = { layer: null, topCount: 0, classes: [1], contrast: null, preprocessing: null };
  return explainLayer(explainer, { id: file, path: file }, { method, ...usual, ...options });
}

/** The first image of a fixture's batch. */
function writeFirst(folder: string): string {
  const { data, shape } = readNpy(readFileSync(path.join(folder, 'input.npy')));
  const file = path.join(explainers.folder, `${path.basename(folder)}.npy`);
  const dims = [1, ...shape.slice(1)];
  writeFileSync(file, writeNpy({ data: data.slice(0, data.length / shape[0]), shape: dims }));
  return file;
}

function listStages({ analysis: { model, index, inferred, heads } }: Explainer): string[] {
  return findSpatialLayers(model, index, inferred, heads[0]).stages.map(({ tensor }) => tensor);
}

/** Counts what a model is asked for. */
function count({ client }: Explainer) {
  const [loads, runs] = [vi.spyOn(client, 'loadModel'), vi.spyOn(client, 'run')];
  return () => ({ loads: loads.mock.calls.length, runs: runs.mock.calls.length });
}

/** Largest difference over the largest value. */
function compare(found: Float32Array, wanted: Float32Array): number {
  expect(found.length).toBe(wanted.length);
  const largest = wanted.reduce((maximum, value) => Math.max(maximum, Math.abs(value)), 0);
  return found.reduce((worst, value, cell) => Math.max(worst, Math.abs(value - wanted[cell])), 0) / largest;
}

const folders = [path.join(fixtures, 'gradients'), path.join(__dirname, '../../../../shared/data/gradients')]
  .filter(existsSync)
  .flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)));

describe('maps at the stages of a network', () => {
  it.each([...folders, path.join(fixtures, 'heads/vit_cls')])(
    'are those drawn each for itself, from one model loaded and one run of it: %s',
    async (folder) => {
      const [alone, together] = await Promise.all([1, 2].map(() => explainers.open(path.join(folder, 'model.onnx'))));
      const file = writeFirst(folder);
      const stages = listStages(alone);
      for (const id of ['hirescam', 'gradcam', 'layercam']) {
        const counted = count(together);
        for (const layer of stages) {
          const wanted = await draw(alone, file, id, { layer });
          const found = await draw(together, file, id, { layer, beside: stages });
          expect(found).toMatchObject({ layer, note: wanted.note, height: wanted.height, width: wanted.width });
          expect(compare(found.maps[0].map, wanted.maps[0].map), `${id} at ${layer}`).toBeLessThan(1e-5);
          expect(found.maps[0].value).toBeCloseTo(wanted.maps[0].value ?? NaN, 5);
          expect(found.runs).toBe(1);
        }
        expect(counted()).toEqual({ loads: 1, runs: 1 });
        vi.restoreAllMocks();
      }
    },
  );

  it('are drawn anew for another class, another difference and another image, by the model that is loaded', async () => {
    const explainer = await explainers.open(lite0);
    const [layer, other, ...rest] = listStages(explainer);
    const beside = [layer, other, ...rest];
    const images = ['coffee', 'chelsea'].map((name) => path.join(fixtures, 'lite0', name, 'input.npy'));
    const maps = [];
    const counted = count(explainer);
    for (const [file, classIndex] of [
      [images[0], 504],
      [images[0], 967],
      [images[1], 967],
    ] as const) {
      const options = { classes: [classIndex], beside };
      maps.push((await draw(explainer, file, 'gradcam', { ...options, layer })).maps[0].map);
      maps.push((await draw(explainer, file, 'gradcam', { ...options, layer: other })).maps[0].map);
    }
    expect(counted()).toEqual({ loads: 1, runs: 3 });
    // One that is not said to come with others is drawn by the same model.
    const again = await draw(explainer, images[1], 'gradcam', { classes: [967], layer: other });
    expect(again.maps[0].map).toEqual(maps[5]);
    expect(counted()).toEqual({ loads: 1, runs: 3 });
    expect(new Set(maps.map((map) => map.join())).size).toBe(6);
    await draw(explainer, images[1], 'gradcam', { classes: [967], layer: other, contrast: 504, beside });
    await draw(explainer, images[1], 'gradcam', { classes: [967], layer, contrast: 1, beside });
    expect(counted()).toEqual({ loads: 2, runs: 5 });
  });

  it('are refused one by one: no derivative at one layer leaves the others as they are', async () => {
    const explainer = await explainers.open(buildModel(16));
    const file = writeImage();
    const beside = ['early', 'middle', 'late', 'nowhere'];
    const counted = count(explainer);
    await expect(draw(explainer, file, 'hirescam', { layer: 'early', beside })).rejects.toMatchObject({
      code: 'notDifferentiable',
      message: expect.stringContaining('Mod') as string,
    });
    expect(counted().loads).toBe(0);
    const late = await draw(explainer, file, 'hirescam', { layer: 'late', beside });
    const middle = await draw(explainer, file, 'hirescam', { layer: 'middle', beside });
    expect(counted()).toEqual({ loads: 1, runs: 1 });
    expect([late.maps[0].map.length, middle.maps[0].map.length]).toEqual([16, 64]);
    for (const [layer, code] of [
      ['early', 'notDifferentiable'],
      ['nowhere', 'badArgument'],
    ] as const) {
      await expect(draw(explainer, file, 'hirescam', { layer, beside })).rejects.toMatchObject({ code });
    }
    // Nothing is differentiated here.
    const eigen = await draw(explainer, file, 'eigencam', { layer: 'early', beside });
    expect(eigen.maps[0].map).toHaveLength(64);
  });

  it('are drawn each for itself where the model does not run with all of them', async () => {
    const explainer = await explainers.open(buildModel(16));
    const file = writeImage();
    const wanted = await draw(await explainers.open(buildModel(16)), file, 'gradcam', { layer: 'late' });
    const loads = vi.spyOn(explainer.client, 'loadModel');
    loads.mockRejectedValueOnce(new UserError('inferenceStopped', 'It took too much memory.'));
    const beside = ['middle', 'late'];
    const { maps } = await draw(explainer, file, 'gradcam', { layer: 'late', beside });
    expect(maps[0].map).toEqual(wanted.maps[0].map);
    await draw(explainer, file, 'gradcam', { layer: 'middle', beside });
    expect(loads).toHaveBeenCalledTimes(3);
    loads.mockRejectedValueOnce(new UserError('cancelled', 'Stopped.'));
    const cancelled = draw(explainer, file, 'hirescam', { layer: 'late', beside });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(loads).toHaveBeenCalledTimes(4);
  });

  it('are drawn each for itself where the model was loaded with all of them and ends in a run', async () => {
    const explainer = await explainers.open(buildModel(16));
    const file = writeImage();
    const wanted = await draw(await explainers.open(buildModel(16)), file, 'gradcam', { layer: 'late' });
    const { client } = explainer;
    const run = client.run.bind(client);
    // As if memory were not enough for the maps of two layers.
    vi.spyOn(client, 'run').mockImplementation((handle, request) =>
      handle.outputNames.includes('headlight/map_1')
        ? Promise.reject(new UserError('inferenceStopped', 'It took too much memory.'))
        : run(handle, request),
    );
    const { maps } = await draw(explainer, file, 'gradcam', { layer: 'late', beside: ['middle', 'late'] });
    expect(maps[0].map).toEqual(wanted.maps[0].map);
  });

  it('go together as far as memory is bounded: the largest is left for itself', async () => {
    const { analysis } = await explainers.open(buildModel('size'));
    const extend = async (size: number, layer: string) => {
      const { model, index, inferred, heads } = await bindAnalysis(analysis, { input: [1, 3, size, size] });
      const options = { layer, beside: ['early', 'middle', 'late'], topCount: 1, isContrast: false };
      const method = findMethod('hirescam') as DrawnMethod;
      return createLayerExtension(model, index, inferred, heads[0], { ...options, method });
    };
    const usual = await extend(512, 'late');
    expect([...usual.beside.keys()].sort()).toEqual(['early', 'middle']);
    expect(usual.drawn).toHaveLength(2);
    // Middle: 4 channels of 4096², 805 MB in three tensors; late: 5 of 2048², 252 MB.
    expect([...(await extend(8192, 'late')).beside.keys()]).toEqual([]);
    expect([...(await extend(4096, 'late')).beside.keys()].sort()).toEqual(['early', 'middle']);
    const first = await extend(8192, 'middle');
    expect([first.beside.size, first.drawn.length]).toEqual([0, 1]);
  });
});

/** Two stages behind an operator that has no derivative: [1, 4, 8, 8] and [1, 5, 4, 4] for 16 rows and columns. */
function buildModel(size: number | string): string {
  const b = new ModelBuilder(17);
  const image = b.input([1, 3, size, size]);
  const early = b.node('Relu', [b.conv(image, 3, 4, 3, [1, 1, 1, 1], [2, 2])], {}, { name: 'early' });
  const rest = b.node('Mod', [early, b.values([], [100])], { fmod: 1 });
  const middle = b.node('Sigmoid', [rest], {}, { name: 'middle' });
  const late = b.node('Relu', [b.conv(middle, 4, 5, 3, [1, 1, 1, 1], [2, 2])], {}, { name: 'late' });
  b.output(b.gemm(b.node('Flatten', [b.node('GlobalAveragePool', [late])]), 5, 3));
  return b.save();
}

function writeImage(): string {
  const file = path.join(explainers.folder, 'image.npy');
  const data = Float32Array.from({ length: 768 }, (_, position) => Math.sin(position));
  writeFileSync(file, writeNpy({ data, shape: [1, 3, 16, 16] }));
  return file;
}
