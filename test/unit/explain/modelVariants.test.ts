import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrawnMethod } from '../../../src/cam/camMethod';
import { findMethod } from '../../../src/cam/methods';
import { createExplainer } from '../../../src/explain/explainer';
import { explainLayer } from '../../../src/explainLayer';
import { InferenceClient } from '../../../src/inference/inferenceClient';
import { analyzeModel } from '../../../src/inspectModel';
import { writeNpy } from '../../../src/tensor/npy';
import { createRandom, ModelBuilder } from '../cam/modelBuilder';
import { buildServer } from '../inference/buildServer';

let server: Awaited<ReturnType<typeof buildServer>>;
let client: InferenceClient;
let root: string;
let image: string;
beforeAll(async () => {
  server = await buildServer('modelVariants');
  client = new InferenceClient(server.path);
  root = await mkdtemp(path.join(tmpdir(), 'headlight-'));
  image = path.join(root, 'image.npy');
  const random = createRandom(3);
  const data = Float32Array.from({ length: 3 * 64 }, () => random() * 2 - 1);
  await writeFile(image, writeNpy({ data, shape: [1, 3, 8, 8] }));
});
afterAll(async () => {
  client.dispose();
  await server.remove();
  await rm(root, { recursive: true });
});

interface Variant {
  readonly batch?: number | string;
  readonly isHalf?: boolean;
  readonly isInteger?: boolean;
}

/** Smooth, so that rounding its numbers changes its derivatives little; with every kind of bias term. */
function buildModel({ batch = 'N', isHalf = false, isInteger = false }: Variant): string {
  const b = new ModelBuilder(17);
  const input = b.input([batch, 3, 8, 8], isInteger ? 'uint8' : isHalf ? 'float16' : 'float32');
  const stored = (name: string) => (isHalf ? b.node('Cast', [name], { to: 10 }) : name);
  const weight = (...of: Parameters<typeof b.weight>) => stored(b.weight(...of));
  const real = isInteger ? b.node('Cast', [input], { to: 1 }) : input;
  const conv = b.node('Conv', [real, weight([4, 3, 3, 3]), weight([4])], { pads: [1, 1, 1, 1], strides: [2, 2] });
  const scaled = b.node('BatchNormalization', [
    conv,
    weight([4], 0.2, 1),
    weight([4]),
    weight([4]),
    weight([4], 0.2, 1),
  ]);
  const map = b.node('Sigmoid', [b.node('Add', [scaled, weight([4, 1, 1])])]);
  const vector = b.node('Flatten', [b.node('GlobalAveragePool', [map])]);
  b.output(b.node('Gemm', [vector, weight([5, 4]), weight([5])], { transB: 1 }), isHalf ? 'float16' : 'float32');
  return b.save();
}

async function draw(variant: Variant, method: string, sampling = {}) {
  const explainer = createExplainer(await analyzeModel(buildModel(variant)), client);
  const options = { layer: null, topCount: 0, classes: [2], contrast: null, preprocessing: null, sampling };
  const found = findMethod(method) as DrawnMethod;
  const { maps, runs } = await explainLayer(explainer, { id: 'a', path: image }, { method: found, ...options });
  return { map: maps[0].map, figures: maps[0].figures ?? [], runs };
}

function compare(found: Float32Array, wanted: Float32Array): number {
  const largest = wanted.reduce((maximum, value) => Math.max(maximum, Math.abs(value)), 0);
  return found.reduce((worst, value, index) => Math.max(worst, Math.abs(value - wanted[index])), 0) / largest;
}

const METHODS: readonly (readonly [string, object])[] = [
  ['hirescam', {}],
  ['gradxinput', {}],
  ['integratedgradients', { samples: 7 }],
  ['smoothgrad', { samples: 4 }],
  ['fullgrad', {}],
  // A batch of three has one mask left over: 16 positions, 10 masks, 4 channels.
  ['occlusion', { window: 2, stride: 2 }],
  ['rise', { samples: 10 }],
  ['scorecam', {}],
  ['ablationcam', {}],
];

describe('a model in half precision', () => {
  it.each(METHODS)('has the maps of its twin in single precision: %s', async (method, sampling) => {
    const [half, single] = [await draw({ isHalf: true }, method, sampling), await draw({}, method, sampling)];
    expect(compare(half.map, single.map)).toBeLessThan(2e-2);
    expect(half.figures.map(({ label }) => label)).toEqual(single.figures.map(({ label }) => label));
  });

  it('has a full gradient that adds up to the logit', async () => {
    for (const isHalf of [false, true]) {
      const residual = (await draw({ isHalf }, 'fullgrad')).figures.at(-1)?.value ?? NaN;
      expect(Math.abs(residual)).toBeLessThan(isHalf ? 2e-3 : 1e-5);
    }
  });
});

describe('a model that takes three images at once', () => {
  it.each(METHODS)('has the maps of one that takes any number: %s', async (method, sampling) => {
    const [three, any] = [await draw({ batch: 3 }, method, sampling), await draw({}, method, sampling)];
    expect(compare(three.map, any.map)).toBeLessThan(1e-4);
    expect(three.runs).toBe(any.runs);
  });
});

describe('a model that takes whole numbers', () => {
  it('is explained at its layers, and refuses methods that draw on the image with the reason', async () => {
    expect((await draw({ isInteger: true }, 'hirescam')).map.some((value) => value !== 0)).toBe(true);
    await expect(draw({ isInteger: true }, 'rise')).rejects.toThrow('takes uint8 numbers');
    await expect(draw({ isInteger: true }, 'scorecam')).rejects.toThrow('numbers of type uint8');
  });
});
