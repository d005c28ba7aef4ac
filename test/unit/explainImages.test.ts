import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMethod } from '../../src/cam/methods';
import { createExplainer } from '../../src/explain/explainer';
import { explainImage } from '../../src/explainImage';
import type { SeriesOptions } from '../../src/explainImages';
import { explainImages } from '../../src/explainImages';
import { readPreprocessing } from '../../src/image/modelSettings';
import { InferenceClient } from '../../src/inference/inferenceClient';
import { analyzeModel } from '../../src/inspectModel';
import type { ListedImage, SeriesItem } from '../../src/protocol/imageSeries';
import { listImages } from '../../src/image/listImages';
import { writeNpy } from '../../src/tensor/npy';
import { UserError } from '../../src/userError';
import { ModelBuilder } from './cam/modelBuilder';
import { buildServer } from './inference/buildServer';

const shapes = path.join(__dirname, '../../media/demo/shapes');
const gap = path.join(shapes, 'shapes_gap.onnx');

let server: Awaited<ReturnType<typeof buildServer>>;
let folder: string;
const clients: InferenceClient[] = [];

beforeAll(async () => {
  server = await buildServer('explainImages');
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-'));
});
afterAll(async () => {
  clients.forEach((client) => client.dispose());
  await server.remove();
  await rm(folder, { recursive: true });
});

async function open(model: string) {
  const client = new InferenceClient(server.path);
  clients.push(client);
  const explainer = createExplainer(await analyzeModel(model), client);
  const { heads, inferred } = explainer.analysis;
  const subject = { model: explainer.analysis.model, boundInputs: inferred.boundInputs, classes: heads[0].classes };
  return { explainer, client, preprocessing: (await readPreprocessing(subject, {})).preprocessing };
}

const first = { method: findMethod('cam'), layer: '', topCount: 1, classes: [], contrast: null, batch: 4 } as const;
const blind = { ...first, preprocessing: null, wantsPictures: false };

async function collect(batches: AsyncIterable<readonly SeriesItem[]>): Promise<SeriesItem[][]> {
  const found: SeriesItem[][] = [];
  for await (const items of batches) {
    found.push([...items]);
  }
  return found;
}

async function listShapes(): Promise<readonly ListedImage[]> {
  return (await listImages([path.join(shapes, 'images')], '/')).images;
}

/** Seeded tensors as files, [1, 3, size, size]. */
async function writeTensors(count: number, size: number): Promise<ListedImage[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, image) => {
      const data = Float32Array.from({ length: 3 * size * size }, (__, index) =>
        Math.sin(index * (0.3 + image * 0.17)),
      );
      const file = path.join(folder, `${size}-${image}.npy`);
      await writeFile(file, writeNpy({ data, shape: [1, 3, size, size] }));
      return { id: `${image}`, path: file, folder: null };
    }),
  );
}

const largestDifference = (one: Float32Array, other: Float32Array): number =>
  one.reduce((worst, value, index) => Math.max(worst, Math.abs(value - other[index])), 0);

describe('explainImages', () => {
  it('answers for images in batches what explainImage answers for each alone', async () => {
    const { explainer, preprocessing } = await open(gap);
    const images = await listShapes();
    const options: SeriesOptions = { ...first, classes: [2], preprocessing, wantsPictures: true };
    const batches = await collect(explainImages(explainer, images, options));
    expect(batches.map((batch) => batch.length)).toEqual([4, 4, 2]);
    const items = batches.flat();
    expect(items.map(({ image }) => image)).toEqual(images);
    for (const { image, explained } of items) {
      const alone = await explainImage(explainer, { id: image.id, path: image.path }, { classes: [2], preprocessing });
      expect(largestDifference(explained!.logits, alone.logits)).toBeLessThan(1e-5);
      expect(explained!.top).toEqual(alone.top);
      expect(explained!.maps.map(({ classIndex }) => classIndex)).toEqual([...new Set([alone.top[0], 2])]);
      for (const { classIndex, map, certificate } of explained!.maps) {
        const reference = alone.maps.find((one) => one.classIndex === classIndex)!;
        expect(largestDifference(map, reference.map)).toBeLessThan(1e-4);
        expect(certificate).toMatchObject({ holds: true, aggregate: 'mean' });
      }
      expect(explained!.picture!.rgba).toEqual(alone.inputPicture.rgba);
      expect(explained!.placement).toEqual(alone.placement);
    }
  });

  it('subtracts a class, and draws other methods at any layer', async () => {
    const { explainer, preprocessing } = await open(gap);
    const [image] = await listShapes();
    const options = { ...first, preprocessing, wantsPictures: false, topCount: 0, classes: [0], contrast: 3 };
    const [[exact]] = await collect(explainImages(explainer, [image], options));
    const alone = await explainImage(explainer, image, { classes: [0, 3], preprocessing });
    const [one, other] = [0, 3].map((index) => alone.maps.find(({ classIndex }) => classIndex === index)!);
    const wanted = one.map.map((value, index) => value - other.map[index]);
    expect(largestDifference(exact.explained!.maps[0].map, wanted)).toBeLessThan(1e-5);
    expect(exact.explained!.maps[0].certificate).toMatchObject({ holds: true });

    const { featureMap } = explainer.analysis.heads[0];
    const hirescam = { ...options, method: findMethod('hirescam'), layer: featureMap!.tensor };
    const [[layered]] = await collect(explainImages(explainer, [image], hirescam));
    expect(layered.explained!.maps).toMatchObject([{ classIndex: 0, certificate: null }]);
    // HiResCAM is the exact map divided by the number of cells at this head (Draelos 2011.08891).
    expect(
      largestDifference(
        layered.explained!.maps[0].map,
        wanted.map((value) => value / 64),
      ),
    ).toBeLessThan(1e-5);
  });

  it('records images that cannot be read and goes on', async () => {
    const { explainer, preprocessing } = await open(gap);
    const broken = path.join(folder, 'broken.png');
    await writeFile(broken, 'no picture');
    const images = [...(await listShapes()).slice(0, 3)];
    images.splice(1, 0, { id: 'broken', path: broken, folder: null }, { id: 'gone', path: '/gone.png', folder: null });
    const items = (
      await collect(explainImages(explainer, images, { ...first, preprocessing, wantsPictures: false }))
    ).flat();
    expect(items.map(({ failure }) => failure?.code ?? null)).toEqual([
      null,
      'unreadableImage',
      'fileNotFound',
      null,
      null,
    ]);
    expect(items[1].failure!.message).toContain('broken.png');
  });

  it('reads ready tensors, and tells of one of another size', async () => {
    const { explainer } = await open(gap);
    const images = [...(await writeTensors(3, 64)), ...(await writeTensors(1, 32))];
    const items = (await collect(explainImages(explainer, images, blind))).flat();
    expect(items.map(({ failure }) => failure?.code ?? null)).toEqual([null, null, null, 'badInputTensor']);
    expect(items[3].failure!.message).toMatch(/\[1, 3, 32, 32\].*\[1, 3, 64, 64\]/);
  });

  it('fills a batch that the model fixes, and says that another one is not possible', async () => {
    const builder = new ModelBuilder();
    builder.input([3, 3, 8, 12]);
    builder.output(
      builder.gemm(builder.node('Flatten', [builder.node('GlobalAveragePool', [builder.trunk(8)])]), 8, 5),
    );
    const { explainer } = await open(builder.save());
    const images = await writeRectangles(4);
    const told: string[] = [];
    const batches = await collect(explainImages(explainer, images, { ...blind, tell: (text) => told.push(text) }));
    expect(batches.map((batch) => batch.length)).toEqual([3, 1]);
    expect(told).toEqual([expect.stringContaining('exactly 3 at once')]);
    const answers = batches.flat().map(({ explained }) => explained!.logits.join());
    expect(new Set(answers).size).toBe(4);
    // The image that fills the last batch is answered for once, and as in any other place.
    const [[again]] = await collect(explainImages(explainer, [images[3]], blind));
    expect(largestDifference(again.explained!.logits, batches[1][0].explained!.logits)).toBeLessThan(1e-6);
  });

  it.each([
    ['mixes the images of a batch', 'answers otherwise', mixImages],
    ['fixes the batch inside its graph', 'does not run on 4 images', fixInside],
  ])('runs images one by one when the model %s', async (_, sentence, bend) => {
    const builder = new ModelBuilder();
    builder.input(['N', 3, 8, 12]);
    const map = bend(builder, builder.trunk(8));
    builder.output(builder.gemm(builder.node('Flatten', [builder.node('GlobalAveragePool', [map])]), 8, 5));
    const { explainer } = await open(builder.save());
    const images = await writeRectangles(9);
    const told: string[] = [];
    const batches = await collect(explainImages(explainer, images, { ...blind, tell: (text) => told.push(text) }));
    expect(told).toEqual([expect.stringContaining(sentence)]);
    expect(batches.map((batch) => batch.length)).toEqual([4, 1, 1, 1, 1, 1]);
    for (const { image, explained } of batches.flat()) {
      const alone = await explainImage(explainer, image, { classes: [], preprocessing: null });
      expect(largestDifference(explained!.logits, alone.logits)).toBeLessThan(1e-5);
    }
  });

  it('runs at most one batch ahead of a slow reader, and stops when the reader does', async () => {
    const { explainer, client, preprocessing } = await open(gap);
    const images = Array.from({ length: 40 }, (_, index) => ({ id: `${index}`, path: '/none.png', folder: null }));
    const [image] = await listShapes();
    let started = 0;
    const runImages = client.runImages.bind(client);
    client.runImages = (...request) => {
      started += 1;
      return runImages(...request);
    };
    const many = images.map((one) => ({ ...one, path: image.path }));
    const batches = explainImages(explainer, many, { ...first, preprocessing, wantsPictures: false });
    const read: number[] = [];
    for await (const items of batches) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      read.push(items.length);
      // One more than the batches is the first image's run alone, which checks the batch.
      expect(started - 1).toBeLessThanOrEqual(read.length + 1);
      if (read.length === 3) {
        break;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(started - 1).toBe(4);
  });

  it('ends with the reason when the model refuses every image', async () => {
    const { explainer, client, preprocessing } = await open(gap);
    let started = 0;
    client.runImages = () => {
      started += 1;
      return Promise.reject(new UserError('inferenceFailed', 'The model cannot run.'));
    };
    const images = await listShapes();
    const run = collect(explainImages(explainer, images, { ...first, preprocessing, wantsPictures: false }));
    await expect(run).rejects.toMatchObject({ code: 'inferenceFailed', message: 'The model cannot run.' });
    // Two batches of four, each tried as a whole and then image by image.
    expect(started).toBeGreaterThanOrEqual(10);
  });

  it('is cancelled in the middle', async () => {
    const { explainer, preprocessing } = await open(gap);
    const controller = new AbortController();
    const [image] = await listShapes();
    const many = Array.from({ length: 400 }, (_, index) => ({ ...image, id: `${index}` }));
    const options = { ...first, preprocessing, wantsPictures: false, signal: controller.signal };
    const read = async () => {
      for await (const items of explainImages(explainer, many, options)) {
        expect(items.length).toBe(4);
        controller.abort();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'cancelled' });
  });
});

async function writeRectangles(count: number): Promise<ListedImage[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, image) => {
      const data = Float32Array.from({ length: 3 * 8 * 12 }, (__, index) => Math.sin(index * (0.2 + image * 0.31)));
      const file = path.join(folder, `rectangle-${image}.npy`);
      await writeFile(file, writeNpy({ data, shape: [1, 3, 8, 12] }));
      return { id: `${image}`, path: file, folder: null };
    }),
  );
}

/** Every image has the mean over the batch taken off. */
function mixImages(builder: ModelBuilder, map: string): string {
  return builder.node('Relu', [
    builder.node('Sub', [map, builder.node('ReduceMean', [map], { axes: [0], keepdims: 1 })]),
  ]);
}

function fixInside(builder: ModelBuilder, map: string): string {
  return builder.node('Reshape', [map, builder.int64([1, 8, 4, 6])]);
}
