import { copyFile, mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractFeatures } from '../../src/extractFeatures';
import { MOST_FEATURE_BYTES } from '../../src/fit/pruneFeatures';
import { InferenceClient } from '../../src/inference/inferenceClient';
import { analyzeModel } from '../../src/inspectModel';
import { writeNpy } from '../../src/tensor/npy';
import { ModelBuilder } from './cam/modelBuilder';
import { buildServer } from './inference/buildServer';

let server: Awaited<ReturnType<typeof buildServer>>;
let folder: string;
let client: InferenceClient;
let images: string[];
beforeAll(async () => {
  server = await buildServer('extractFeatures');
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-features-'));
  client = new InferenceClient(server.path, { threads: 1 });
  images = await Promise.all(Array.from({ length: 40 }, (_, seed) => writeTensor(seed)));
});
afterAll(async () => {
  client.dispose();
  await server.remove();
  await rm(folder, { recursive: true });
});

const shape = [1, 3, 8, 12];

async function writeTensor(seed: number, height = 8): Promise<string> {
  const data = Float32Array.from({ length: 3 * height * 12 }, (_, index) => Math.sin(index * (0.3 + seed * 0.17)));
  const file = path.join(folder, `${seed}-${height}.npy`);
  await writeFile(file, writeNpy({ data, shape: [1, 3, height, 12] }));
  return file;
}

/** `bend`: what else happens to the map. */
function buildModel(batch: number | 'N', bend = (_: ModelBuilder, map: string): string => map): string {
  const builder = new ModelBuilder();
  builder.input([batch, ...shape.slice(1)]);
  const map = bend(builder, builder.trunk(8));
  builder.output(builder.gemm(builder.node('Flatten', [builder.node('GlobalAveragePool', [map])]), 8, 5));
  return builder.save();
}

let caches = 0;

interface Circumstances {
  readonly cache?: string;
  readonly isPruned?: boolean;
  /** Happens after each batch. */
  readonly meanwhile?: () => Promise<void>;
}

async function extract(
  model: string,
  paths: readonly string[],
  { cache, isPruned = false, meanwhile }: Circumstances = {},
) {
  const kept = cache ?? path.join(folder, `cache-${caches++}`);
  const analysis = await analyzeModel(model);
  const batches: { readonly images: readonly string[]; readonly next: readonly string[] }[] = [];
  const told: string[] = [];
  const watched = Object.create(client, {
    runImages: {
      value: async (...request: Parameters<InferenceClient['runImages']>) => {
        batches.push(request[1]);
        const result = await client.runImages(...request);
        await meanwhile?.();
        return result;
      },
    },
    loadModel: { value: client.loadModel.bind(client) },
    releaseModel: { value: client.releaseModel.bind(client) },
  }) as InferenceClient;
  const tell = (sentence: string) => told.push(sentence);
  const options = { preprocessing: null, cache: kept, withMaps: true, isPruned, tell };
  const found = await extractFeatures(analysis, watched, paths, options);
  const pooled = await Promise.all(found.paths.map((_, index) => found.readPooled(index)));
  const maps = await Promise.all(found.paths.map((_, index) => found.readMap(index)));
  await found.close();
  return { ...found, pooled, maps, batches, told, cache: kept };
}

function expectSame(found: readonly Float32Array[], expected: readonly Float32Array[]): void {
  expect(found.length).toBe(expected.length);
  found.forEach((values, item) =>
    values.forEach((value, index) => expect(Math.abs(value - expected[item][index])).toBeLessThan(1e-5)),
  );
}

describe('extractFeatures', () => {
  it('reads the next batch while one runs, and gives what each image gives alone', async () => {
    const model = buildModel('N');
    const { batches, pooled, maps, computed } = await extract(model, images);
    expect(computed).toBe(40);
    // The second run is the first image alone, which checks the batch.
    const [first, alone, ...others] = batches;
    expect(alone.images).toEqual([images[0]]);
    const inOrder = [first, ...others];
    expect(inOrder.length).toBeGreaterThan(2);
    expect(inOrder.flatMap((batch) => batch.images)).toEqual(images);
    inOrder.forEach(({ next }, index) => expect(next).toEqual(inOrder[index + 1]?.images ?? []));
    const single = await extract(buildModel(1), images);
    expect(single.batches.length).toBe(40);
    expectSame(pooled, single.pooled);
    expectSame(maps, single.maps);
    const means = maps.map((map) => Float32Array.from({ length: 8 }, (_, channel) => meanOf(map, channel)));
    expectSame(pooled, means);
  });

  it('computes equal files once, leaves out what cannot be read, and keeps the order', async () => {
    const [torn, tornCopy, copy] = ['torn.npy', 'torn-copy.npy', 'copy.npy'].map((name) => path.join(folder, name));
    await Promise.all([torn, tornCopy].map((file) => writeFile(file, 'no tensor')));
    await copyFile(images[0], copy);
    const tall = await writeTensor(0, 16);
    const list = [images[0], torn, images[1], copy, tornCopy, tall, path.join(folder, 'missing.npy'), images[2]];
    const model = buildModel('N');
    const once = await extract(model, list);
    expect(once.positions).toEqual([0, 2, 3, 7]);
    expect([once.computed, once.reused]).toEqual([3, 1]);
    expect(once.skipped.map((image) => [image.path, image.code])).toEqual([
      [torn, 'badInputTensor'],
      [tornCopy, 'badInputTensor'],
      [tall, 'badInputTensor'],
      [path.join(folder, 'missing.npy'), 'fileNotFound'],
    ]);
    expect(once.pooled[2]).toEqual(once.pooled[0]);
    expect(once.pooled[1]).not.toEqual(once.pooled[0]);
    const again = await extract(model, list, { cache: once.cache });
    expect([again.computed, again.reused, again.positions]).toEqual([0, 4, [0, 2, 3, 7]]);
    // Only what could not be read is tried again.
    expect(again.batches.flatMap((batch) => batch.images)).toEqual([torn, tall]);
    expect(again.pooled).toEqual(once.pooled);
  });

  it('lets features of other models make room when it is done, in a cache of its own only', async () => {
    const cache = path.join(folder, `cache-${caches++}`);
    const old = path.join(cache, '0'.repeat(24));
    await mkdir(old, { recursive: true });
    await writeFile(path.join(old, 'about.json'), '{}');
    const journal = await open(path.join(old, 'maps.bin'), 'w');
    await journal.truncate(MOST_FEATURE_BYTES); // takes no room: nothing is written
    await journal.close();
    const model = buildModel('N');
    await extract(model, images.slice(0, 2), { cache });
    expect(await readdir(cache)).toContain('0'.repeat(24));
    const { reused } = await extract(model, images.slice(0, 2), { cache, isPruned: true });
    expect(reused).toBe(2);
    expect(await readdir(cache)).toHaveLength(1);
    expect(await readdir(cache)).not.toContain('0'.repeat(24));
  });

  it('runs images one by one when the model mixes those of a batch, and says so', async () => {
    const mixed = buildModel('N', (builder, map) =>
      builder.node('Add', [map, builder.node('ReduceMean', [map], { axes: [0], keepdims: 1 })]),
    );
    const { told, pooled, batches } = await extract(mixed, images.slice(0, 12));
    expect(told).toEqual([expect.stringContaining('answers otherwise for an image in a batch')]);
    expect(batches.at(-1)?.images.length).toBe(1);
    const plain = await extract(buildModel('N'), images.slice(0, 12));
    // Alone, an image's mean over the batch is itself.
    expectSame(
      pooled,
      plain.pooled.map((values) => values.map((value) => 2 * value)),
    );
  });

  it('keeps nothing of a file that changed after it was hashed, and takes it up in the next run', async () => {
    const changing = path.join(folder, 'changing.npy');
    await copyFile(images[0], changing);
    const model = buildModel(1);
    const list = [changing, images[3]];
    const meanwhile = async () => copyFile(await writeTensor(1, 16), changing);
    const once = await extract(model, list, { meanwhile });
    expect([once.skipped.map(({ code }) => code), once.positions]).toEqual([['fileChanged'], [1]]);
    await copyFile(images[0], changing);
    const again = await extract(model, list, { cache: once.cache });
    expect([again.computed, again.reused, again.skipped]).toEqual([1, 1, []]);
    expectSame(again.pooled, (await extract(model, [images[0], images[3]])).pooled);
  });

  it('fills a batch that the model fixes', async () => {
    const { pooled, batches, told } = await extract(buildModel(3), images.slice(0, 7));
    expect([batches.map((batch) => batch.images.length), told]).toEqual([[3, 3, 1], []]);
    expectSame(pooled, (await extract(buildModel(1), images.slice(0, 7))).pooled);
  });
});

function meanOf(map: Float32Array, channel: number): number {
  const size = map.length / 8;
  return map.subarray(channel * size, (channel + 1) * size).reduce((sum, value) => sum + value, 0) / size;
}
