import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extendModel, runExtended } from '../../../src/explain/extendedModel';
import type { LinearHeadKind, ReplacementHead } from '../../../src/head/linearHead';
import { resolveLabels } from '../../../src/image/resolveLabels';
import { InferenceClient } from '../../../src/inference/inferenceClient';
import type { ModelAnalysis } from '../../../src/inspectModel';
import { analyzeModel } from '../../../src/inspectModel';
import { readModel } from '../../../src/onnx/readModel';
import { saveHead } from '../../../src/head/saveHead';
import type { Tensor } from '../../../src/tensor/tensor';
import { HEAD_FIXTURES } from '../cam/fixtures';
import { createRandom } from '../cam/modelBuilder';
import { buildServer } from '../inference/buildServer';

let server: Awaited<ReturnType<typeof buildServer>>;
let client: InferenceClient;
let folder: string;
beforeAll(async () => {
  server = await buildServer('save-head');
  client = new InferenceClient(server.path, { threads: 1 });
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-head-'));
});
afterAll(async () => {
  client.dispose();
  await rm(folder, { recursive: true });
  await server.remove();
});

const RECORD = { method: 'test' };

function createHead(analysis: ModelAnalysis, kind: LinearHeadKind, classes: number): ReplacementHead {
  const { channels, height, width } = analysis.heads[0].featureMap!;
  const random = createRandom(classes);
  const size = kind === 'gap' ? channels : channels * height * width;
  const fill = (count: number) => Float32Array.from({ length: count }, () => random() * 2 - 1);
  return { kind, weights: fill(classes * size), bias: fill(classes), activation: 'none' };
}

/** Σ_c w[k,c]·mean F_c + b[k], or Σ W∘F + b[k], in double precision, from the map that PyTorch computed. */
function computeLogits({ kind, weights, bias }: ReplacementHead, map: Tensor): number[] {
  const [, channels = 1] = map.shape;
  const cells = map.shape.slice(2).reduce((product, size) => product * size, 1);
  return Array.from(bias, (offset, index) => {
    let sum = offset;
    for (let channel = 0; channel < channels; channel++) {
      for (let cell = 0; cell < cells; cell++) {
        const position = channel * cells + cell;
        const weight =
          kind === 'gap' ? weights[index * channels + channel] / cells : weights[index * channels * cells + position];
        sum += weight * map.data[position];
      }
    }
    return sum;
  });
}

async function run(file: string, input: Tensor, output: string): Promise<readonly number[]> {
  const { model } = await analyzeModel(file);
  const handle = await client.loadModel({ path: file });
  const feeds = {
    [model.graph.inputs[0].name]: { elementType: 'float32', dims: input.shape, data: input.data },
  } as const;
  const { outputs } = await client.run(handle, { feeds, fetches: [output] });
  await client.releaseModel(handle);
  return Array.from(outputs[output].data as Float32Array);
}

/** Of a quantised trunk, which differs from PyTorch's. */
async function readOwnMap(analysis: ModelAnalysis, input: Tensor): Promise<Tensor> {
  const extended = await extendModel(analysis, client, { topCount: 1 }, undefined);
  const { outputs } = await runExtended(client, extended, input, [], undefined);
  await client.releaseModel(extended.handle);
  const { dims, data } = outputs[extended.extension.outputs.featureMap];
  return { shape: dims, data: data as Float32Array };
}

describe.each(HEAD_FIXTURES.filter(({ expected }) => expected.exact))('another head for $name', (fixture) => {
  it.each(['gap', 'fc'] as const)('%s: gives the logits of the new weights, without the old ones', async (kind) => {
    const structure = await readModel(fixture.modelPath);
    const inputShapes = { [structure.graph.inputs[0].name]: fixture.expected.inputShape };
    const analysis = await analyzeModel(fixture.modelPath, { inputShapes });
    const [head] = analysis.heads;
    const replacement = createHead(analysis, kind, 4);
    const file = path.join(folder, `${fixture.name}_${kind}.onnx`);
    const labels = ['one', 'two', 'three', 'four'];
    await saveHead(analysis, head, replacement, file, { client, metadata: { record: RECORD, labels } });
    const input = fixture.tensor('input')!;
    const map = fixture.expected.lossy ? await readOwnMap(analysis, input) : fixture.tensor('feature')!;
    const logits = await run(file, input, head.output);
    const expected = computeLogits(replacement, map);
    const scale = Math.max(1, ...expected.map(Math.abs));
    logits.slice(0, 4).forEach((logit, index) => expect(Math.abs(logit - expected[index]) / scale).toBeLessThan(1e-5));

    const saved = await analyzeModel(file);
    expect(saved.heads[0]).toMatchObject({ exact: true, classes: 4 });
    const used = new Set(saved.model.graph.nodes.flatMap((node) => node.inputs));
    expect([...saved.model.graph.initializers.keys()].filter((name) => !used.has(name))).toEqual([]);
    expect(saved.heads[0].parameters).toBe(replacement.weights.length + 4);
    expect(await resolveLabels({ model: saved.model, classes: 4 })).toMatchObject({ labels, source: 'metadata' });
  });
});
