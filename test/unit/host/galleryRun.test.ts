import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findMethod } from '../../../src/cam/methods';
import { createExplainer } from '../../../src/explain/explainer';
import { GalleryRun } from '../../../src/host/galleryRun';
import { readPreprocessing } from '../../../src/image/modelSettings';
import { InferenceClient } from '../../../src/inference/inferenceClient';
import { analyzeModel } from '../../../src/inspectModel';
import type { GalleryState } from '../../../src/protocol/gallery';
import { listImages } from '../../../src/image/listImages';
import { buildServer } from '../inference/buildServer';

const shapes = path.join(__dirname, '../../../media/demo/shapes');

let server: Awaited<ReturnType<typeof buildServer>>;
let storage: string;
let client: InferenceClient;
beforeAll(async () => {
  server = await buildServer('galleryRun');
  storage = await mkdtemp(path.join(tmpdir(), 'headlight-'));
  client = new InferenceClient(server.path);
});
afterAll(async () => {
  client.dispose();
  await server.remove();
  await rm(storage, { recursive: true });
});

it('a gallery that was stopped goes on where it was, also in another session, with every image once', async () => {
  const explainer = createExplainer(await analyzeModel(path.join(shapes, 'shapes_gap.onnx')), client);
  const { model, inferred, heads, details } = explainer.analysis;
  const { preprocessing } = await readPreprocessing({ model, boundInputs: inferred.boundInputs, classes: 5 }, {});
  const { images: few } = await listImages([path.join(shapes, 'images')], '/');
  const images = Array.from({ length: 200 }, (_, index) => ({ ...few[index % 10], id: `${index}` }));
  const states: GalleryState[] = [];
  const stop = new AbortController();
  const create = (advanced: (done: number) => void) =>
    new GalleryRun(
      {
        ...{ explainer, preprocessing, labels: null, method: findMethod('cam'), images, storage },
        layer: heads[0].featureMap!.tensor,
        series: {
          ...{ id: 1, source: 'images', model: 'shapes_gap.onnx', method: 'CAM', layer: '', unit: 'logit', total: 200 },
          ...{ hasClassFolders: false, receptiveField: details().receptiveField, input: null },
        },
      },
      { changed: ({ state }) => states.push(state), advanced: (_, done) => advanced(done) },
    );

  const first = create((done) => done >= 32 && stop.abort());
  await expect(first.work(stop.signal, () => undefined)).rejects.toMatchObject({ code: 'cancelled' });
  expect(states).toEqual(['running', 'stopped']);
  expect(first.rows.length).toBeLessThan(200);
  const done = first.rows.length;
  await first.dispose();

  const told: number[] = [];
  const second = create((count) => told.push(count));
  await second.work(new AbortController().signal, () => undefined);
  expect(told[0]).toBe(done);
  expect(states.at(-1)).toBe('finished');
  expect(new Set(second.rows.map(({ id }) => id)).size).toBe(200);
  expect(second.rows).toHaveLength(200);
  expect(await second.readMap('7')).toMatchObject({ height: 8, width: 8 });
  const averages = await second.averageMaps('predicted');
  expect(averages.reduce((sum, { images: count }) => sum + count, 0)).toBe(200);
  await second.dispose();
});
