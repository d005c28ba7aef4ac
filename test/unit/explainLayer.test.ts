import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMethod } from '../../src/cam/methods';
import type { LayerMethod } from '../../src/cam/camMethod';
import { findSpatialLayers } from '../../src/cam/findSpatialLayers';
import type { LayerOptions } from '../../src/explainLayer';
import { explainLayer } from '../../src/explainLayer';
import { readNpy, writeNpy } from '../../src/tensor/npy';
import { createExplainerOpener } from './explain/openExplainer';

const root = path.join(__dirname, '../..');
const lite0 = path.join(root, 'media/demo/efficientnet-lite0.onnx');
const references = [path.join(root, 'test/fixtures/lite0'), path.join(root, '../shared/data/refs/lite0')]
  .filter(existsSync)
  .flatMap((folder) => readdirSync(folder).map((image) => path.join(folder, image)))
  .filter((folder) => existsSync(path.join(folder, 'raw_gradcam.npy')));
const readTensor = (...names: string[]) => readNpy(readFileSync(path.join(...names)));

let explainers: Awaited<ReturnType<typeof createExplainerOpener>>;
beforeAll(async () => {
  explainers = await createExplainerOpener('explainLayer');
});
afterAll(() => explainers.close());
const open = (model: string) => explainers.open(model);

type Explainer = Awaited<ReturnType<typeof open>>;

function explain(explainer: Explainer, file: string, method: string, options: Partial<LayerOptions> = {}) {
  const found = findMethod(method) as LayerMethod;
  const usual = { layer: null, topCount: 5, classes: [], contrast: null, preprocessing: null };
  return explainLayer(explainer, { id: file, path: file }, { method: found, ...usual, ...options });
}

/** Largest difference over the largest reference value. */
function compare(found: Float32Array, wanted: Float32Array): number {
  expect(found.length).toBe(wanted.length);
  const largest = wanted.reduce((maximum, value) => Math.max(maximum, Math.abs(value)), 0);
  return found.reduce((worst, value, index) => Math.max(worst, Math.abs(value - wanted[index])), 0) / largest;
}

describe('maps of EfficientNet-Lite0 equal pytorch-grad-cam', () => {
  it.each([
    ['gradcam', 'gradcam'],
    ['gradcam++', 'gradcamplusplus'],
    ['hirescam', 'hirescam'],
    ['layercam', 'layercam'],
    ['eigencam', 'eigencam'],
    ['ablationcam', 'ablationcam'],
  ])('%s', async (method, name) => {
    const explainer = await open(lite0);
    expect(references.length).toBeGreaterThanOrEqual(2);
    for (const folder of references) {
      const { classes } = JSON.parse(readFileSync(path.join(folder, 'ref.json'), 'utf8')) as {
        classes: { k: number }[];
      };
      const wantedClasses = classes.map(({ k }) => k);
      const options = { classes: wantedClasses };
      const { maps, top, height, width } = await explain(explainer, path.join(folder, 'input.npy'), method, options);
      expect([height, width]).toEqual([7, 7]);
      expect(top).toEqual(wantedClasses.slice(0, 5));
      expect(maps.map(({ classIndex }) => classIndex)).toEqual(wantedClasses);
      const { data } = readTensor(folder, `raw_${name}.npy`);
      maps.forEach(({ map }, index) => {
        const start = data.length === 49 ? 0 : index * 49;
        const wanted = data.subarray(start, start + 49);
        // A principal component has no sign of its own.
        const difference =
          method === 'eigencam'
            ? Math.min(
                compare(map, wanted),
                compare(
                  map.map((value) => -value),
                  wanted,
                ),
              )
            : compare(map, wanted);
        expect(difference, `${folder} ${index}`).toBeLessThan(1e-3);
      });
    }
  });
});

describe('maps at the stages of networks of other architectures', () => {
  const folders = [path.join(root, 'test/fixtures/gradients'), path.join(root, '../shared/data/gradients')]
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)));

  it.each(folders)('are finite and tell places apart: %s', async (folder) => {
    const explainer = await open(path.join(folder, 'model.onnx'));
    const batch = readTensor(folder, 'input.npy');
    const shape = [1, ...batch.shape.slice(1)];
    const file = path.join(explainers.folder, `${path.basename(folder)}.npy`);
    writeFileSync(file, writeNpy({ data: batch.data.slice(0, batch.data.length / batch.shape[0]), shape }));
    const { model, index, inferred, heads } = explainer.analysis;
    const { stages } = findSpatialLayers(model, index, inferred, heads[0]);
    expect(stages.length).toBeGreaterThan(0);
    for (const { tensor, height, width } of stages) {
      const { maps, layer } = await explain(explainer, file, 'hirescam', { layer: tensor, topCount: 2 });
      expect([layer, maps.length]).toEqual([tensor, 2]);
      for (const { map } of maps) {
        expect(map).toHaveLength(height * width);
        expect(map.every(Number.isFinite)).toBe(true);
        expect(new Set(map).size).toBeGreaterThan(1);
      }
      expect(maps[0].map).not.toEqual(maps[1].map);
    }
  });

  it('are drawn behind the normalisation that divides the scale of the tokens before it out (ViT)', async () => {
    const folder = path.join(root, 'test/fixtures/heads/vit_cls');
    const explainer = await open(path.join(folder, 'model.onnx'));
    const largest = async (layer: string | null) => {
      const { maps, logits } = await explain(explainer, path.join(folder, 'input.npy'), 'hirescam', { layer });
      return Math.max(...maps[0].map.map(Math.abs)) / Math.abs(logits[maps[0].classIndex]);
    };
    // Layer normalisation is homogeneous of degree 0: by Euler's theorem Σ_c F_c·∂y/∂F_c is 0 at what enters it alone.
    expect(await largest('/b1/Add_1_output_0')).toBeLessThan(1e-5);
    expect(await largest(null)).toBeGreaterThan(1e-3);
  });
});

describe('explainLayer', () => {
  const input = path.join(root, 'test/fixtures/lite0/coffee/input.npy');

  it('says what the map is, which class was subtracted, and where its cells lie', async () => {
    const explainer = await open(lite0);
    const layer = 'hardtanh_10';
    const own = await explain(explainer, input, 'gradcam', { layer, topCount: 0, classes: [967, 504] });
    const difference = await explain(explainer, input, 'gradcam', {
      layer,
      topCount: 0,
      classes: [967],
      contrast: 504,
    });
    expect(own).toMatchObject({ method: 'gradcam', layer, channels: 240, height: 28, width: 28, unit: 'logit' });
    expect(own.receptiveField?.stride).toEqual([8, 8]);
    expect(own.note).toMatch(/^Grad-CAM at "hardtanh_10" \(28×28\)\. .*certificate/);
    expect(difference.contrast).toBe(504);
    // Grad-CAM is linear in the logit.
    const wanted = own.maps[0].map.map((value, cell) => value - own.maps[1].map[cell]);
    expect(compare(difference.maps[0].map, wanted)).toBeLessThan(1e-4);
    const last = await explain(explainer, input, 'gradcam', { topCount: 1 });
    expect(last.note).toContain('the exact class activation map divided by the number of cells');
  });

  it('draws the map of a method without class once, for all of them', async () => {
    const { maps } = await explain(await open(lite0), input, 'eigencam', { topCount: 2, classes: [0] });
    expect(maps).toHaveLength(3);
    expect(maps[2].map).toEqual(maps[0].map);
  });

  it('speaks of the target where that is no class', async () => {
    const target = { kind: 'elements', output: 'logits', index: [0, null] } as const;
    const [gradCam, eigenCam] = [
      await explain(await open(lite0), input, 'gradcam', { target }),
      await explain(await open(lite0), input, 'eigencam', { target }),
    ];
    expect(gradCam.note).toMatch(/derivative of the target with .* The target is the sum of logits\[0, :\]\.$/);
    expect(eigenCam.note).toContain('vary most, whatever the target.');
  });

  it('refuses a class that the model does not have', async () => {
    const explained = explain(await open(lite0), input, 'gradcam', { topCount: 0, classes: [1000] });
    await expect(explained).rejects.toMatchObject({ code: 'badArgument' });
  });
});
