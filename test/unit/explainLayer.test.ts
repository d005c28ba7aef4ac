import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMethod } from '../../src/cam/methods';
import type { LayerMethod } from '../../src/cam/camMethod';
import { createExplainer } from '../../src/explainer';
import type { LayerOptions } from '../../src/explainLayer';
import { explainLayer } from '../../src/explainLayer';
import { InferenceClient } from '../../src/inference/inferenceClient';
import { analyzeModel } from '../../src/inspectModel';
import { readNpy } from '../../src/tensor/npy';
import { buildServer } from './inference/buildServer';

const root = path.join(__dirname, '../..');
const lite0 = path.join(root, 'media/demo/efficientnet-lite0.onnx');
const references = [path.join(root, 'test/fixtures/lite0'), path.join(root, '../shared/data/refs/lite0')]
  .filter(existsSync)
  .flatMap((folder) => readdirSync(folder).map((image) => path.join(folder, image)))
  .filter((folder) => existsSync(path.join(folder, 'raw_gradcam.npy')));
const readTensor = (...names: string[]) => readNpy(readFileSync(path.join(...names)));

let server: Awaited<ReturnType<typeof buildServer>>;
const clients: InferenceClient[] = [];

beforeAll(async () => {
  server = await buildServer('explainLayer');
});
afterAll(async () => {
  clients.forEach((client) => client.dispose());
  await server.remove();
});

async function open(model: string) {
  const client = new InferenceClient(server.path);
  clients.push(client);
  return createExplainer(await analyzeModel(model), client);
}

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
  ])('%s', { timeout: 60_000 }, async (method, name) => {
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
