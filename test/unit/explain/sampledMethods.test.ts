import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrawnMethod } from '../../../src/cam/camMethod';
import { CAM_METHODS, findMethod } from '../../../src/cam/methods';
import type { Explainer } from '../../../src/explain/explainer';
import { createExplainer } from '../../../src/explain/explainer';
import type { LayerOptions } from '../../../src/explainLayer';
import { explainLayer } from '../../../src/explainLayer';
import { InferenceClient } from '../../../src/inference/inferenceClient';
import { analyzeModel } from '../../../src/inspectModel';
import { readNpy } from '../../../src/tensor/npy';
import { buildServer } from '../inference/buildServer';

const root = path.join(__dirname, '../../..');
const folder = path.join(root, 'test/fixtures/sampled-methods');
const layer = '/first/first.1/Relu_output_0';
const readTensor = (...names: string[]) => readNpy(readFileSync(path.join(...names)));
const expected = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as {
  classes: number[];
  logits: number[];
  similarity: number;
  completenessResiduals: number[];
  riseErrors: number[];
};

let server: Awaited<ReturnType<typeof buildServer>>;
let small: Explainer;
const clients: InferenceClient[] = [];

beforeAll(async () => {
  server = await buildServer('sampledMethods');
  small = await open(path.join(folder, 'model.onnx'));
});
afterAll(async () => {
  clients.forEach((client) => client.dispose());
  await server.remove();
});

async function open(model: string): Promise<Explainer> {
  const client = new InferenceClient(server.path);
  clients.push(client);
  return createExplainer(await analyzeModel(model), client);
}

function explain(explainer: Explainer, file: string, method: string, options: Partial<LayerOptions> = {}) {
  const found = findMethod(method) as DrawnMethod;
  const usual = { layer: null, topCount: 0, classes: [], contrast: null, preprocessing: null };
  return explainLayer(explainer, { id: file, path: file }, { method: found, ...usual, ...options });
}

const explainSmall = (method: string, options: Partial<LayerOptions> = {}) =>
  explain(small, path.join(folder, 'input.npy'), method, {
    layer,
    classes: expected.classes,
    ...options,
  });

/** Largest difference over the largest reference value. */
function compare(found: Float32Array, wanted: Float32Array): number {
  expect(found.length).toBe(wanted.length);
  const largest = wanted.reduce((maximum, value) => Math.max(maximum, Math.abs(value)), 0);
  return found.reduce((worst, value, index) => Math.max(worst, Math.abs(value - wanted[index])), 0) / largest;
}

describe('methods of many runs equal captum, pytorch-grad-cam and their formulas', () => {
  it.each([
    ['gradxinput', {}, 2],
    ['integratedgradients', {}, 1 + 2 * 51],
    ['occlusion', { window: 6, stride: 4 }, 1 + 25],
    ['smoothgrad', { samples: 5, seed: 3 }, 1 + 2 * 5],
    ['rise', { samples: 40, seed: 5 }, 1 + 40],
    ['fullgrad', {}, 1 + 2],
    ['scorecam', {}, 1 + 6],
    ['ablationcam', {}, 1 + 6],
  ])('%s', async (method, sampling, runs) => {
    const explanation = await explainSmall(method, { sampling });
    const { data, shape } = readTensor(folder, `${method}.npy`);
    expect([explanation.height, explanation.width]).toEqual(shape.slice(1));
    expect(explanation.runs).toBe(runs);
    expect(explanation.maps.map(({ classIndex }) => classIndex)).toEqual(expected.classes);
    explanation.maps.forEach(({ map, value, classIndex }, index) => {
      const size = map.length;
      expect(compare(map, data.subarray(index * size, (index + 1) * size)), `class ${classIndex}`).toBeLessThan(1e-4);
      expect(value).toBeCloseTo(expected.logits[classIndex], 5);
    });
  });

  it('attention rollout', async () => {
    const heads = path.join(root, 'test/fixtures/heads/vit_cls');
    const explainer = await open(path.join(heads, 'model.onnx'));
    const { maps, height, width } = await explain(explainer, path.join(heads, 'input.npy'), 'rollout', { topCount: 2 });
    expect([height, width]).toEqual([8, 8]);
    expect(compare(maps[0].map, readTensor(folder, 'rollout.npy').data)).toBeLessThan(1e-5);
    expect(maps[1].map).toEqual(maps[0].map);
  });

  it('covers every method that is not drawn at a layer in one run', () => {
    const others = CAM_METHODS.filter((method) => method.kind === 'sampled' || 'place' in method).map(({ id }) => id);
    const covered = ['gradxinput', 'integratedgradients', 'occlusion', 'smoothgrad', 'rise', 'fullgrad', 'scorecam'];
    expect([...others].sort()).toEqual([...covered, 'rollout'].sort());
  });
});

describe('what methods of many runs say about themselves', () => {
  const figureOf = ({ maps }: Awaited<ReturnType<typeof explainSmall>>, label: string, position = 0) =>
    maps[position].figures?.find((figure) => figure.label === label)?.value ?? NaN;

  it('is how far integrated gradients are from complete, as captum', async () => {
    const explanation = await explainSmall('integratedgradients');
    expected.completenessResiduals.forEach((residual, position) =>
      expect(figureOf(explanation, 'completeness residual', position)).toBeCloseTo(residual, 5),
    );
  });

  it('is that FullGrad is complete in a network of ReLU', async () => {
    expect(Math.abs(figureOf(await explainSmall('fullgrad'), 'completeness residual'))).toBeLessThan(1e-6);
  });

  it('is the standard error of RISE', async () => {
    const explanation = await explainSmall('rise', { sampling: { samples: 40, seed: 5 } });
    expected.riseErrors.forEach((error, position) =>
      expect(figureOf(explanation, 'standard error', position)).toBeCloseTo(error, 6),
    );
    expect(explanation.source).toBe('estimated');
  });

  it('is that fewer channels of Score-CAM are an approximation', async () => {
    const explanation = await explainSmall('scorecam', { sampling: { channels: 2 } });
    expect(explanation.runs).toBe(3);
    expect(explanation.maps[0].figures).toMatchObject([{ label: 'channels tried', value: 2, how: 'estimated' }]);
  });
});

describe('a long run', () => {
  it('tells how far it is, up to the end', async () => {
    const told: number[] = [];
    await explainSmall('rise', { sampling: { samples: 40 }, onProgress: (fraction) => told.push(fraction) });
    expect(told).toEqual([16 / 40, 32 / 40, 1]);
  });

  it('stops when it is told to', async () => {
    const stopping = new AbortController();
    const explained = explainSmall('rise', { onProgress: () => stopping.abort(), signal: stopping.signal });
    await expect(explained).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('gives the same map for the same seed, and another one for another', async () => {
    const draw = async (seed: number) => (await explainSmall('smoothgrad', { sampling: { samples: 3, seed } })).maps[0];
    const [one, again, other] = [await draw(1), await draw(1), await draw(2)];
    expect(again.map).toEqual(one.map);
    expect(other.map).not.toEqual(one.map);
  });
});

describe('the difference of two classes', () => {
  it.each(['ablationcam', 'occlusion', 'fullgrad', 'scorecam', 'integratedgradients'])(
    'is what %s explains',
    async (method) => {
      const { maps } = await explainSmall(method, { classes: [2], contrast: 0 });
      expect(maps[0].value).toBeCloseTo(expected.logits[2] - expected.logits[0], 5);
      expect(maps[0].map.every(Number.isFinite)).toBe(true);
    },
  );

  it('is for occlusion the difference of its maps', async () => {
    const [one, other] = (await explainSmall('occlusion')).maps;
    const { maps } = await explainSmall('occlusion', { classes: [2], contrast: 0 });
    expect(
      compare(
        maps[0].map,
        one.map.map((value, pixel) => value - other.map[pixel]),
      ),
    ).toBeLessThan(1e-4);
  });
});

describe('targets that are no class', () => {
  it('are elements of an output: those of a class give its map', async () => {
    const target = { kind: 'elements', output: 'logits', index: [0, 2] } as const;
    for (const method of ['hirescam', 'occlusion', 'ablationcam', 'integratedgradients']) {
      const { maps, logits, top, target: told } = await explainSmall(method, { classes: [], target });
      const wanted = (await explainSmall(method)).maps[0];
      expect(compare(maps[0].map, wanted.map), method).toBeLessThan(1e-5);
      expect(maps[0].value).toBeCloseTo(expected.logits[2], 5);
      expect([maps.length, maps[0].classIndex, logits.length, top.length]).toEqual([1, -1, 0, 0]);
      expect(told).toEqual({ kind: 'elements', text: 'logits[0, 2]' });
    }
  });

  it('are the similarity to a stored embedding, as PyTorch differentiates it', async () => {
    const reference = readTensor(folder, 'similarity_reference.npy').data;
    const target = { kind: 'similarity', output: null, reference } as const;
    const { maps, note } = await explainSmall('hirescam', { classes: [], target });
    expect(maps[0].value).toBeCloseTo(expected.similarity, 5);
    expect(compare(maps[0].map, readTensor(folder, 'similarity.npy').data)).toBeLessThan(1e-4);
    expect(note).toContain('cosine similarity');
  });

  it('are a box or a mask on a spatial output', async () => {
    const heads = path.join(root, 'test/fixtures/heads/segmentation_nohead');
    const explainer = await open(path.join(heads, 'model.onnx'));
    const draw = (target: LayerOptions['target']) =>
      explain(explainer, path.join(heads, 'input.npy'), 'hirescam', target && { target });
    const box = { kind: 'box', output: 'logits', channel: 1, left: 2, top: 1, width: 2, height: 2 } as const;
    const boxed = await draw(box);
    const shape = explainer.analysis.inferred.facts.get('logits')?.shape as number[];
    const [rows, columns] = [shape[2], shape[3]];
    const weights = new Float32Array(rows * columns);
    [1, 2].forEach((row) => [2, 3].forEach((column) => (weights[row * columns + column] = 1)));
    const masked = await draw({ kind: 'mask', output: 'logits', channel: 1, weights, rows, columns });
    expect(masked.maps[0].value).toBeCloseTo(boxed.maps[0].value ?? NaN, 5);
    expect(compare(masked.maps[0].map, boxed.maps[0].map)).toBeLessThan(1e-6);
    await expect(draw({ ...box, left: 1000 })).rejects.toMatchObject({ code: 'badArgument' });
    await expect(draw(undefined)).rejects.toThrow();
  });

  it('are refused with the shape where they do not exist', async () => {
    const target = { kind: 'elements', output: 'logits', index: [0, 7] } as const;
    await expect(explainSmall('hirescam', { classes: [], target })).rejects.toThrow(/\[0, 7\].*shape \[1, 4\]/);
  });
});

describe('Score-CAM of EfficientNet-Lite0 equals pytorch-grad-cam', () => {
  const reference = path.join(root, 'test/fixtures/lite0/coffee');

  it('at the last feature map', async () => {
    const explainer = await open(path.join(root, 'media/demo/efficientnet-lite0.onnx'));
    const { maps } = await explain(explainer, path.join(reference, 'input.npy'), 'scorecam', { topCount: 5 });
    const { data } = readTensor(reference, 'raw_scorecam.npy');
    maps.forEach(({ map }, index) => {
      expect(compare(map, data.subarray(index * 49, (index + 1) * 49))).toBeLessThan(1e-4);
    });
  });
});
