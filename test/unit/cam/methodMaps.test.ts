import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectHeads } from '../../../src/analysis/heads/detectHeads';
import type { LayerMethod } from '../../../src/cam/camMethod';
import { createLayerExtension } from '../../../src/cam/layerExtension';
import { CAM_METHODS, findMethod } from '../../../src/cam/methods';
import { findSpatialLayers } from '../../../src/cam/findSpatialLayers';
import { createGradientExtension } from '../../../src/gradient/createGradientExtension';
import { indexGraph } from '../../../src/graph/graphIndex';
import { inferShapes } from '../../../src/graph/inferShapes';
import { emitExtensionBytes } from '../../../src/onnx/emitModel';
import { readModel } from '../../../src/onnx/readModel';
import { readNpy } from '../../../src/tensor/npy';
import type { Tensor } from '../../../src/tensor/tensor';
import { loadModel } from '../gradient/runModel';

const fixtures = path.join(__dirname, '../../fixtures');
const lite0 = path.join(__dirname, '../../../media/demo/efficientnet-lite0.onnx');
const readTensor = (...names: string[]) => readNpy(readFileSync(path.join(...names)));
const readJson = (...names: string[]): unknown => JSON.parse(readFileSync(path.join(...names), 'utf8'));

async function open(file: string, input: Tensor) {
  const model = await readModel(file);
  const inferred = inferShapes(model, { [model.graph.inputs[0].name]: input.shape });
  const index = indexGraph(model.graph);
  return { file, input, model, index, inferred, head: detectHeads(model, index, inferred)[0] };
}
type Opened = Awaited<ReturnType<typeof open>>;

/** Maps of the whole batch [N, P] for the class at `position` of [most likely one, classes]. */
async function draw(
  { file, input, model, index, inferred, head }: Opened,
  method: string,
  layer: string | null,
  classes: readonly number[],
) {
  const options = { method: findMethod(method) as LayerMethod, layer, topCount: 1, isContrast: false };
  const extension = createLayerExtension(model, index, inferred, head, options);
  const run = await loadModel(Buffer.concat([readFileSync(file), emitExtensionBytes(extension.extension)]));
  return async (position: number) => {
    const results = await run({
      [model.graph.inputs[0].name]: { dims: input.shape, data: input.data },
      [extension.inputs.classes ?? '']: { dims: [classes.length], data: classes, type: 'int64' },
      [extension.inputs.position ?? '']: { dims: [1], data: [position], type: 'int64' },
    });
    return results[extension.outputs.values.map];
  };
}

/** Largest difference over the largest value of `scale`. */
function compare(found: Float64Array, wanted: ArrayLike<number>, scale = wanted): number {
  expect(found.length).toBe(wanted.length);
  const largest = Array.from(scale).reduce((maximum, value) => Math.max(maximum, Math.abs(value)), 0);
  return found.reduce((worst, value, index) => Math.max(worst, Math.abs(value - wanted[index])), 0) / largest;
}

interface Case {
  readonly model: string;
  readonly layer: string;
  readonly classes: readonly number[];
  readonly file: string;
}

describe('maps at middle layers equal those computed by NumPy from PyTorch gradients', () => {
  const { methods, cases } = readJson(fixtures, 'cam-methods/expected.json') as {
    methods: string[];
    cases: Case[];
  };
  const table = cases.flatMap((each) =>
    methods.map((method, row) => [each.model, each.layer, method, row, each] as const),
  );

  it.each(table)('%s %s %s', async (_model, layer, method, row, { model, classes, file }) => {
    const folder = path.join(fixtures, 'gradients', model);
    const opened = await open(path.join(folder, 'model.onnx'), readTensor(folder, 'input.npy'));
    const { data, shape } = readTensor(fixtures, 'cam-methods', file);
    const [, batch, cells] = shape;
    const drawFor = await draw(opened, method, layer, classes);
    for (let item = 0; item < batch; item++) {
      const maps = await drawFor(1 + item);
      const rowOf = (index: number) =>
        data.subarray((index * batch + item) * cells, (index * batch + item + 1) * cells);
      // Products that cancel out (before a normalisation) leave a sum that is small beside its own rounding.
      const scale = rowOf(method === 'hirescam' ? methods.indexOf('elementwise') : row);
      const difference = compare(maps.slice(item * cells, (item + 1) * cells), rowOf(row), scale);
      expect(difference, `item ${item}`).toBeLessThan(1e-3);
    }
  });

  it('covers every method at a layer but the closed forms, which have references of their own', () => {
    const atLayers = CAM_METHODS.filter((method) => method.kind !== 'sampled' && !('place' in method));
    const others = atLayers.map(({ id }) => id).filter((id) => !methods.includes(id));
    expect(others).toEqual(['cam', 'ablationcam']);
  });
});

describe('HiResCAM of EfficientNet-Lite0', () => {
  const input = readTensor(fixtures, 'lite0/chelsea/input.npy');

  it.each(['hardtanh_22', 'hardtanh_10'])('at %s is derivative ∘ activation, summed over channels', async (layer) => {
    const opened = await open(lite0, input);
    const { model, index, inferred, head } = opened;
    const target = { kind: 'class', output: head.logits ?? '' } as const;
    const gradient = createGradientExtension(model, index, inferred, { target, wrt: [layer] });
    const outputs = [...gradient.extension.outputs, { name: layer, elementType: 'float32' as const, shape: null }];
    const bytes = emitExtensionBytes({ ...gradient.extension, outputs });
    const run = await loadModel(Buffer.concat([readFileSync(lite0), bytes]));
    const results = await run({
      [model.graph.inputs[0].name]: { dims: input.shape, data: input.data },
      [gradient.inputs.classes ?? '']: { dims: [1], data: [285], type: 'int64' },
    });
    const [features, derivative] = [results[layer], results[gradient.gradients[0]]];
    const maps = await (await draw(opened, 'hirescam', layer, [285]))(1);
    const wanted = new Float64Array(maps.length);
    features.forEach((value, position) => (wanted[position % maps.length] += value * derivative[position]));
    expect(compare(maps, wanted)).toBeLessThan(1e-5);
  });
});

describe('heads that are not exact, or in any layout', () => {
  const heads = path.join(fixtures, 'heads');
  // One number per class is all that is needed; a map of scores has none.
  const names = readdirSync(heads).filter((name) => name !== 'segmentation_nohead');

  it.each(names)('have maps of every method at their last layer and at an earlier one: %s', async (name) => {
    const opened = await open(path.join(heads, name, 'model.onnx'), readTensor(heads, name, 'input.npy'));
    const { model, index, inferred, head } = opened;
    const { stages, usual } = findSpatialLayers(model, index, inferred, head);
    const layers = [usual, stages[1]].filter((layer) => layer !== null && layer !== undefined);
    expect(layers.length).toBeGreaterThan(0);
    for (const layer of layers) {
      for (const method of ['hirescam', 'eigengradcam']) {
        const map = await (await draw(opened, method, layer.tensor, []))(0);
        expect(map.length, method).toBe(layer.height * layer.width);
        expect(map.every(Number.isFinite), method).toBe(true);
        expect(new Set(map).size, method).toBeGreaterThan(1);
      }
    }
  });

  it.each(['gap_gemm', 'gap_matmul_add', 'gap_gemm_dynbatch_dynamo'])(
    'have the difference of two classes from two rows of the weights, not from a product with all: %s',
    async (name) => {
      const opened = await open(path.join(heads, name, 'model.onnx'), readTensor(heads, name, 'input.npy'));
      const { file, input, model, index, inferred, head } = opened;
      const method = findMethod('hirescam') as LayerMethod;
      const { data: cam, shape } = readTensor(heads, name, 'cam.npy');
      const cells = shape[1] * shape[2];
      const rowOf = (classIndex: number) => cam.subarray(classIndex * cells, (classIndex + 1) * cells);
      for (const isContrast of [false, true]) {
        const options = { method, layer: null, topCount: 0, isContrast };
        const { extension, inputs, outputs } = createLayerExtension(model, index, inferred, head, options);
        expect(extension.nodes.filter(({ opType }) => opType === 'OneHot')).toEqual([]);
        const run = await loadModel(Buffer.concat([readFileSync(file), emitExtensionBytes(extension)]));
        const feed = (values: readonly number[]) => ({ dims: [values.length], data: values, type: 'int64' }) as const;
        const maps = await run({
          [model.graph.inputs[0].name]: { dims: input.shape, data: input.data },
          [inputs.classes ?? '']: feed([3]),
          [inputs.position ?? '']: feed([0]),
          ...(inputs.contrast === null ? {} : { [inputs.contrast]: feed([1]) }),
        });
        // CAM (by PyTorch) over the number of cells.
        const wanted = rowOf(3).map((value, cell) => (value - (isContrast ? rowOf(1)[cell] : 0)) / cells);
        expect(compare(maps[outputs.values.map], wanted)).toBeLessThan(1e-5);
      }
    },
  );

  it('refuse a model whose output is a score for each pixel', async () => {
    const folder = path.join(heads, 'segmentation_nohead');
    const opened = await open(path.join(folder, 'model.onnx'), readTensor(folder, 'input.npy'));
    await expect(draw(opened, 'gradcam', null, [])).rejects.toThrow(
      /"logits" has the shape .* does not name one number/,
    );
  });

  it('have no closed form of Ablation-CAM when something after the layer is not affine: channels are tried', async () => {
    const kindOf = async (folder: string, layer: string | null, model = path.join(folder, 'model.onnx')) => {
      const { model: read, index, inferred, head } = await open(model, readTensor(folder, 'input.npy'));
      const options = { method: findMethod('ablationcam') as LayerMethod, layer, topCount: 1, isContrast: false };
      return createLayerExtension(read, index, inferred, head, options).method.kind;
    };
    expect(await kindOf(path.join(heads, 'flatten_mlp_vgg'), null)).toBe('sampled');
    expect(await kindOf(path.join(fixtures, 'lite0/chelsea'), 'hardtanh_22', lite0)).toBe('sampled');
    expect(await kindOf(path.join(fixtures, 'lite0/chelsea'), null, lite0)).toBe('layer');
  });
});
