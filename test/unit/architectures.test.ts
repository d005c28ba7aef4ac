import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrawnMethod } from '../../src/cam/camMethod';
import { findMethod } from '../../src/cam/methods';
import type { SpatialLayer } from '../../src/cam/spatialLayer';
import { findSpatialLayers } from '../../src/cam/findSpatialLayers';
import type { Explainer } from '../../src/explain/explainer';
import { createExplainer } from '../../src/explain/explainer';
import { explainLayer } from '../../src/explainLayer';
import { createRandom } from '../../src/tensor/random';
import { InferenceClient } from '../../src/inference/inferenceClient';
import { analyzeModel } from '../../src/inspectModel';
import { readNpy, writeNpy } from '../../src/tensor/npy';
import { buildServer } from './inference/buildServer';

const root = path.join(__dirname, '../..');
/** AlexNet, Inception, ResNet, SqueezeNet, VGG; VGG-, DenseNet-, MobileNetV3-like and vision transformers. */
const folders = ['test/fixtures/light', 'test/fixtures/gradients', '../shared/data/gradients'];
const heads = ['flatten_mlp_vgg', 'mobilenetv3_conv_mlp', 'se_body_gap_gemm', 'vit_cls'];
const models = [
  'media/demo/efficientnet-lite0.onnx',
  ...heads.map((name) => `test/fixtures/heads/${name}/model.onnx`),
  ...folders
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.onnx'))
        .map((name) => path.join(folder, name)),
    ),
].filter((model) => existsSync(path.join(root, model)));

let server: Awaited<ReturnType<typeof buildServer>>;
let client: InferenceClient;
beforeAll(async () => {
  server = await buildServer('architectures');
});
afterAll(async () => {
  client.dispose();
  await server.remove();
});

/** One after the other in processes of their own: VGG-19 alone has 575 MB of weights. */
async function open(model: string): Promise<Explainer> {
  client?.dispose();
  client = new InferenceClient(server.path);
  return createExplainer(await analyzeModel(path.join(root, model)), client);
}

/** The last one, and two evenly spread between it and the first. */
function chooseLayers({ analysis: { model, index, inferred, heads: found } }: Explainer): readonly SpatialLayer[] {
  const spatial = findSpatialLayers(model, index, inferred, found[0]);
  const { usual, stages } = spatial;
  const before = (layers: readonly SpatialLayer[]) =>
    layers.filter(({ tensor }) => tensor !== usual?.tensor && tensor !== model.graph.inputs[0].name);
  const all = spatial.list();
  const earlier = all.slice(
    0,
    all.findIndex(({ tensor }) => tensor === usual?.tensor),
  );
  const middle = before(stages).length >= 2 ? before(stages) : before(earlier);
  const picked = [middle.length >> 1, middle.length >> 2].map((position) => middle[position]);
  return [...(usual === null ? [] : [usual]), ...picked];
}

/** The first image of the model's own example, or noise. */
async function writeImage(model: string, { analysis }: Explainer): Promise<string> {
  const example = path.join(root, path.dirname(model), 'input.npy');
  const file = path.join(path.dirname(server.path), 'image.npy');
  if (existsSync(example)) {
    const { data, shape } = readNpy(readFileSync(example));
    const dims = [1, ...shape.slice(1)];
    await writeFile(file, writeNpy({ data: data.slice(0, data.length / shape[0]), shape: dims }));
    return file;
  }
  const shape = (analysis.model.graph.inputs[0].shape ?? []).map((size, axis) => (axis === 0 ? 1 : Number(size)));
  const random = createRandom(1);
  const data = Float32Array.from({ length: shape.reduce((all, size) => all * size, 1) }, () => random() - 0.4);
  await writeFile(file, writeNpy({ data, shape }));
  return file;
}

const ofTokens = ['hirescam', 'gradcam', 'gradcam++', 'xgradcam', 'layercam', 'elementwise', 'eigengradcam'];

describe('every architecture is explained at its last and at two middle stages', () => {
  it('AlexNet to vision transformers', () => {
    expect(models.length).toBeGreaterThanOrEqual(13);
  });

  it.each(models)('%s', { timeout: 240_000 }, async (model) => {
    const explainer = await open(model);
    const image = await writeImage(model, explainer);
    const layers = chooseLayers(explainer);
    expect(new Set(layers.map(({ tensor }) => tensor)).size).toBe(3);
    const methods = /vgg19|zfnet512|alexnet/.test(model)
      ? ['hirescam']
      : model.includes('vit')
        ? ofTokens
        : ['hirescam', 'gradcam'];
    for (const { tensor, height, width } of layers) {
      for (const id of methods) {
        const method = findMethod(id) as DrawnMethod;
        const options = { method, layer: tensor, topCount: 1, classes: [], contrast: null, preprocessing: null };
        const { layer, maps } = await explainLayer(explainer, { id: image, path: image }, options);
        expect([layer, maps.length, maps[0].map.length]).toEqual([tensor, 1, height * width]);
        expect(maps[0].map.every(Number.isFinite), `${id} at ${tensor}`).toBe(true);
        expect(new Set(maps[0].map).size, `${id} at ${tensor}`).toBeGreaterThan(1);
      }
    }
  });

  it.each(models.filter((model) => model.includes('vit')))('%s by attention rollout', async (model) => {
    const explainer = await open(model);
    const image = await writeImage(model, explainer);
    const options = { layer: null, topCount: 1, classes: [], contrast: null, preprocessing: null };
    const method = findMethod('rollout') as DrawnMethod;
    const { maps } = await explainLayer(explainer, { id: image, path: image }, { ...options, method });
    const total = maps[0].map.reduce((sum, share) => sum + share, 0);
    expect(maps[0].map.every((share) => share > 0)).toBe(true);
    // The class token keeps the rest.
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThan(1 + 1e-5);
  });
});
