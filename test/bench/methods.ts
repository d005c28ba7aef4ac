import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import type { DrawnMethod } from '../../src/cam/camMethod';
import { findSpatialLayers } from '../../src/cam/findSpatialLayers';
import { CAM_METHODS, findMethod } from '../../src/cam/methods';
import type { Explainer } from '../../src/explain/explainer';
import { createExplainer } from '../../src/explain/explainer';
import { explainLayer } from '../../src/explainLayer';
import { InferenceClient } from '../../src/inference/inferenceClient';
import { analyzeModel, type ModelAnalysis } from '../../src/inspectModel';
import { readNpy, writeNpy } from '../../src/tensor/npy';
import type { Tensor } from '../../src/tensor/tensor';
import { type Figure, median } from './figure';
import { ALL_METHODS, comparePeers, GRAD_CAM } from './peers';

const rounds = 9;
const batch = 16;
const threads = 2;
/** Fewer runs than the methods make by themselves: the ratio is per run. */
const sampling = { samples: 16, channels: 160, window: 56, stride: 56 };

/**
 * EfficientNet-Lite0 on one image, two threads: the time in ONNX Runtime of one map by each method against the bare
 * forward, taken in turn; for methods of many runs, of one of their images against one image of a bare batch of 16.
 * Then whole maps beside those of pytorch-grad-cam, where a Python has it: with as many threads as the editor takes by
 * itself, which leaves a core to others, and with all of them.
 */
export async function measure(): Promise<Figure[]> {
  const input = path.resolve('test/fixtures/lite0/chelsea/input.npy');
  const folder = await mkdtemp(path.join(tmpdir(), 'headlight-'));
  const client = new InferenceClient(path.resolve('dist/inference.js'), { threads });
  try {
    const analysis = await analyzeModel(path.resolve('media/demo/efficientnet-lite0.onnx'));
    const explainer = createExplainer(analysis, client);
    const image = readNpy(await readFile(input));
    const file = path.join(folder, 'image.npy');
    await writeFile(file, writeNpy({ data: image.data, shape: image.shape }));
    const bare = await client.loadModel({ path: analysis.model.path });
    const runBare = async (count: number) => {
      const data = new Float32Array(count * image.data.length);
      for (let item = 0; item < count; item++) {
        data.set(image.data, item * image.data.length);
      }
      const dims = [count, ...image.shape.slice(1)];
      const feeds = { [analysis.model.graph.inputs[0].name]: { elementType: 'float32', dims, data } as const };
      return (await client.run(bare, { feeds, fetches: bare.outputNames })).elapsedMs / count;
    };
    const figures: Figure[] = [];
    for (const method of CAM_METHODS) {
      if (method.kind === 'exact' || method.place === 'tokens') {
        continue;
      }
      const isMany = method.kind === 'sampled';
      const options = {
        method,
        layer: null,
        topCount: 0,
        classes: [281],
        contrast: null,
        preprocessing: null,
        sampling,
      };
      const times: { own: number[]; bare: number[] } = { own: [], bare: [] };
      for (let round = -1; round < rounds; round++) {
        const forward = await runBare(isMany ? batch : 1);
        const { elapsedMs, runs } = await explainLayer(explainer, { id: file, path: file }, options);
        if (round >= 0) {
          times.bare.push(forward);
          times.own.push(isMany ? elapsedMs.run / runs : elapsedMs.run);
        }
      }
      const [own, forward] = [median(times.own), median(times.bare)];
      figures.push({
        name: `${method.name}, ${isMany ? 'per run, of a batch' : 'one map'}`,
        value: own / forward,
        unit: '×',
        note: `${own.toFixed(1)} ms / ${forward.toFixed(1)} ms, medians of ${rounds}, in turn`,
        // 0.8 of the bare batched throughput.
        ...(method.id === 'scorecam' ? { limit: 1.25 } : {}),
      });
    }
    figures.push(await measureStages(explainer, file, () => runBare(1)));
    return [...figures, ...(await compareThreads(analysis, { tensor: image, file: input }))];
  } finally {
    client.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The maps at all stages, which come from one run. */
async function measureStages(explainer: Explainer, file: string, runBare: () => Promise<number>): Promise<Figure> {
  const { model, index, inferred, heads } = explainer.analysis;
  const beside = findSpatialLayers(model, index, inferred, heads[0]).stages.map(({ tensor }) => tensor);
  const method = findMethod('hirescam') as DrawnMethod;
  const times: { own: number[]; bare: number[] } = { own: [], bare: [] };
  for (let round = -1; round < rounds; round++) {
    const forward = await runBare();
    // Another class each time: the last run is remembered.
    const options = { method, layer: beside[0], beside, classes: [281 + round], topCount: 0, contrast: null };
    const { elapsedMs } = await explainLayer(explainer, { id: file, path: file }, { ...options, preprocessing: null });
    if (round >= 0) {
      times.bare.push(forward);
      times.own.push(elapsedMs.run);
    }
  }
  const [own, forward] = [median(times.own), median(times.bare)];
  return {
    name: `${method.name}, maps at ${beside.length} stages in one run`,
    value: own / forward,
    unit: '×',
    note: `${own.toFixed(1)} ms / ${forward.toFixed(1)} ms, medians of ${rounds}, in turn`,
  };
}

async function compareThreads(
  analysis: ModelAnalysis,
  image: { readonly tensor: Tensor; readonly file: string },
): Promise<Figure[]> {
  const figures: Figure[] = [];
  const cores = availableParallelism();
  for (const count of new Set([Math.max(1, cores - 1), cores])) {
    const client = new InferenceClient(path.resolve('dist/inference.js'), { threads: count });
    try {
      const explainer = createExplainer(analysis, client);
      const methods = count === cores && cores > 1 ? GRAD_CAM : ALL_METHODS;
      const compared = await comparePeers({ ...image, explainer, threads: count }, methods);
      figures.push(
        ...compared.map((figure) => ({ ...figure, name: `${count} thread${count > 1 ? 's' : ''}: ${figure.name}` })),
      );
    } finally {
      client.dispose();
    }
  }
  return figures;
}
