import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectHeads } from '../../../src/analysis/heads/detectHeads';
import { createGradientExtension } from '../../../src/gradient/createGradientExtension';
import { indexGraph } from '../../../src/graph/graphIndex';
import { inferShapes } from '../../../src/graph/inferShapes';
import { emitExtensionBytes } from '../../../src/onnx/emitModel';
import { readModel } from '../../../src/onnx/readModel';
import { readNpy } from '../../../src/tensor/npy';
import { loadModel } from './runModel';

const root = join(__dirname, '../../..');
const heads = join(root, 'test/fixtures/heads');
const lite0 = join(root, 'media/demo/efficientnet-lite0.onnx');
const lite0References = [join(root, 'test/fixtures/lite0'), join(root, '../shared/data/refs/lite0')]
  .filter(existsSync)
  .flatMap((folder) => readdirSync(folder).map((image) => join(folder, image)))
  .filter((folder) => existsSync(join(folder, 'cam_exact.npy')));

interface ExpectedHead {
  readonly kind: string;
  /** Rounding to quantised values moves single cells of the feature map by a step. */
  readonly lossy: boolean;
  readonly mapAggregate: 'mean' | 'sum' | null;
}

const read = (...names: string[]) => readNpy(readFileSync(join(...names)));

/** Runs a model for one class: the derivative of its logit with respect to the feature map, in the map's own layout. */
async function differentiateHead(path: string) {
  const model = await readModel(path);
  const [index, inferred] = [indexGraph(model.graph), inferShapes(model)];
  const [head] = detectHeads(model, index, inferred);
  const target = { kind: 'class', output: head.logits ?? '' } as const;
  const map = head.featureMap ?? expect.unreachable('a head has a feature map');
  const gradient = createGradientExtension(model, index, inferred, { target, wrt: [map.tensor] });
  const outputs = [...gradient.extension.outputs, { name: map.tensor, elementType: map.elementType, shape: null }];
  const bytes = Buffer.concat([readFileSync(path), emitExtensionBytes({ ...gradient.extension, outputs })]);
  const run = await loadModel(bytes);
  const isOutput = model.graph.outputs.some(({ name }) => name === map.tensor);
  expect(isOutput).toBe(false);
  return {
    map,
    run: async (input: ReturnType<typeof readNpy>, classIndex: number) => {
      const results = await run({
        [model.graph.inputs[0].name]: { dims: input.shape, data: input.data },
        [gradient.inputs.classes ?? '']: { dims: [1], data: [classIndex], type: 'int64' },
      });
      return { feature: results[map.tensor], derivative: results[gradient.gradients[0]] };
    },
  };
}

/** Σ_c derivative ∘ feature map, by cell. */
function sumChannels(
  { feature, derivative }: { feature: Float64Array; derivative: Float64Array },
  { channels, layout }: { channels: number; layout: string },
): Float64Array {
  const cells = feature.length / channels;
  const sums = new Float64Array(cells);
  feature.forEach((value, position) => {
    const cell = layout === 'NCHW' || layout === 'NCT' ? position % cells : Math.floor(position / channels);
    sums[cell] += value * derivative[position];
  });
  return sums;
}

function expectClose(found: Float64Array, expected: Float32Array, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - found[index])), 0);
  expect(worst / largest).toBeLessThan(tolerance);
}

describe('derivative ∘ feature map, summed over channels, is the exact class activation map', () => {
  // Maps that a convolution draws before the pooling hold its bias too, which no derivative shows.
  const names = readdirSync(heads).filter((name) => {
    const { kind } = JSON.parse(readFileSync(join(heads, name, 'expected.json'), 'utf8')) as ExpectedHead;
    return existsSync(join(heads, name, 'cam.npy')) && kind !== 'linear-gap' && kind !== 'density-sum';
  });
  it.each(names)('of the head %s', async (name) => {
    const expected = JSON.parse(readFileSync(join(heads, name, 'expected.json'), 'utf8')) as ExpectedHead;
    const maps = read(heads, name, 'cam.npy');
    const { map, run } = await differentiateHead(join(heads, name, 'model.onnx'));
    for (const classIndex of [0, 2]) {
      const input = read(heads, name, 'input.npy');
      const sums = sumChannels(await run(input, classIndex), map);
      const cells = sums.length;
      const scale = expected.mapAggregate === 'mean' ? cells : 1;
      const reference = maps.data.subarray(classIndex * cells, (classIndex + 1) * cells);
      expectClose(
        sums.map((value) => value * scale),
        reference,
        expected.lossy ? 0.05 : 1e-4,
      );
    }
  });

  it.each(lite0References)('of EfficientNet-Lite0, %s', async (folder) => {
    const { map, run } = await differentiateHead(lite0);
    const logits = read(folder, 'logits.npy').data;
    const top = Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a]);
    const sums = sumChannels(await run(read(folder, 'input.npy'), top[0]), map);
    expectClose(
      sums.map((value) => value * 49),
      read(folder, 'cam_exact.npy').data.subarray(0, 49),
      1e-4,
    );
  });
});
