import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createGradientExtension } from '../../src/gradient/createGradientExtension';
import { InferenceClient } from '../../src/inference/inferenceClient';
import type { RunResult, TensorValue } from '../../src/inference/messages';
import type { ModelAnalysis } from '../../src/inspectModel';
import { analyzeModel } from '../../src/inspectModel';
import { emitThinModel } from '../../src/onnx/emitModel';
import { readNpy } from '../../src/tensor/npy';
import { type Figure, median, timeInTurn } from './figure';

const rounds = 40;

/** How large the map is whose derivative is taken, and how many times the bare forward that may cost. */
const stages = [
  { name: 'last feature map, 7 × 7', size: 7, limit: 1.1 },
  { name: 'last map of 14 × 14', size: 14, limit: 2.5 },
  { name: 'last map of 28 × 28', size: 28, limit: 2.5 },
  { name: 'image', size: 224, limit: 5 },
] as const;

/**
 * EfficientNet-Lite0 on one image: forward and backward in one run against the bare forward of ONNX Runtime, two
 * threads, each stage in turn with the forward.
 */
export async function measure(): Promise<Figure[]> {
  const analysis = await analyzeModel(path.resolve('media/demo/efficientnet-lite0.onnx'));
  const { model, heads, inferred, index } = analysis;
  const image = readNpy(await readFile('test/fixtures/lite0/chelsea/input.npy'));
  const client = new InferenceClient(path.resolve('dist/inference.js'), { threads: 2 });
  try {
    const bare = await client.loadModel({ path: model.path });
    const feeds: Record<string, TensorValue> = {
      [model.graph.inputs[0].name]: { elementType: 'float32', dims: image.shape, data: image.data },
    };
    const figures: Figure[] = [];
    for (const { name, size, limit } of stages) {
      const target = { kind: 'class', output: heads[0].logits ?? '', classes: [281] } as const;
      const wrt = [findMap(analysis, size)];
      const { extension, gradients } = createGradientExtension(model, index, inferred, { target, wrt });
      const stamp = { sizeBytes: model.sizeBytes, modifiedMs: model.modifiedMs };
      const source = { path: model.path, bytes: await emitThinModel(model, extension), stamp };
      const extended = await client.loadModel(source);
      const ran: Record<'forward' | 'both', number[]> = { forward: [], both: [] };
      const keep = (which: keyof typeof ran, run: () => Promise<RunResult>) => async () => {
        ran[which].push((await run()).elapsedMs);
      };
      await timeInTurn(
        {
          forward: keep('forward', () => client.run(bare, { feeds, fetches: bare.outputNames })),
          both: keep('both', () => client.run(extended, { feeds, fetches: [...bare.outputNames, ...gradients] })),
        },
        rounds,
      );
      await client.releaseModel(extended);
      const [forward, both] = [median(ran.forward.slice(-rounds)), median(ran.both.slice(-rounds))];
      const note = `${both.toFixed(1)} ms / ${forward.toFixed(1)} ms, medians of ${rounds}, in turn`;
      figures.push({ name: `forward + derivative by the ${name}`, value: both / forward, unit: '×', limit, note });
    }
    return figures;
  } finally {
    client.dispose();
  }
}

/** The last value of this height and width that a later layer reads, activated. */
function findMap({ index, inferred, heads, model }: ModelAnalysis, size: number): string {
  if (size === 224) {
    return model.graph.inputs[0].name;
  }
  const last = index.order.flatMap(({ outputs }) => {
    const shape = inferred.facts.get(outputs[0])?.shape;
    return shape?.length === 4 && shape[2] === size && shape[3] === size ? [outputs[0]] : [];
  });
  return size === 7 ? (heads[0].featureMap?.tensor ?? '') : (last.at(-1) ?? '');
}
