import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { emitExtensionBytes, emitThinModel } from '../../../src/onnx/emitModel';
import type { GraphExtension } from '../../../src/onnx/graphExtension';
import { float32Tensor, int64Tensor } from '../../../src/onnx/graphExtension';
import { readModel } from '../../../src/onnx/readModel';
import { WireWriter } from '../../../src/onnx/wireWriter';

const demo = path.resolve(__dirname, '../../../media/demo');
const lite0 = path.join(demo, 'efficientnet-lite0.onnx');
const shapes = path.join(demo, 'shapes/shapes_gap.onnx');
const folder = mkdtempSync(path.join(tmpdir(), 'headlight-emit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const empty: GraphExtension = { nodes: [], initializers: [], inputs: [], outputs: [] };

/** A seeded picture-like input; the values do not matter, only that both sides get the same. */
function createInput(dims: readonly number[]): ort.Tensor {
  const count = dims.reduce((product, size) => product * size, 1);
  return new ort.Tensor(
    'float32',
    Float32Array.from({ length: count }, (_, index) => Math.sin(index * 12.9898)),
    dims,
  );
}

const openThin = (bytes: Uint8Array, weights: string): Promise<ort.InferenceSession> =>
  ort.InferenceSession.create(bytes, {
    extra: { session: { model_external_initializers_file_folder_path: weights } },
  });

async function run(
  session: ort.InferenceSession,
  dims: readonly number[],
): Promise<ort.InferenceSession.OnnxValueMapType> {
  return session.run({ [session.inputNames[0]]: createInput(dims) });
}

describe('emitThinModel', () => {
  it('gives the logits of EfficientNet-Lite0 bit for bit, from a hundredth of its bytes', async () => {
    const thin = await emitThinModel(await readModel(lite0));
    expect(thin.byteLength).toBeLessThan(readFileSync(lite0).byteLength / 100);
    const dims = [1, 3, 224, 224];
    const whole = await ort.InferenceSession.create(lite0);
    const expected = await run(whole, dims);
    const actual = await run(await openThin(thin, demo), dims);
    const logits = whole.outputNames[0];
    expect(actual[logits].data).toEqual(expected[logits].data);
  });

  it('gives nodes other names on request, also those without one, and changes nothing else about them', async () => {
    for (const file of [shapes, path.resolve(demo, '../../test/fixtures/measure/function.onnx')]) {
      const model = await readModel(file);
      const copy = path.join(folder, 'named.onnx');
      writeFileSync(copy, await emitThinModel(model, undefined, { nameNode: (index) => `node ${index}` }));
      const expected = model.graph.nodes.map((node, index) => ({ ...node, name: `node ${index}` }));
      expect((await readModel(copy)).graph.nodes).toEqual(expected);
    }
  });

  it('adds nodes, initializers, inputs and outputs, and a value from inside the model becomes an output', async () => {
    const model = await readModel(shapes);
    const inner = model.graph.nodes[3].outputs[0];
    const extension: GraphExtension = {
      nodes: [
        {
          opType: 'Mul',
          name: 'headlight/scale',
          inputs: [inner, 'headlight/two'],
          outputs: ['headlight/scaled'],
        },
        {
          opType: 'Transpose',
          name: 'headlight/transpose',
          inputs: ['headlight/scaled'],
          outputs: ['headlight/last'],
          attributes: { perm: { type: 'ints', value: [0, 2, 3, 1] } },
        },
        {
          opType: 'Gather',
          name: 'headlight/pick',
          inputs: ['headlight/last', 'headlight/index'],
          outputs: ['headlight/picked'],
          attributes: { axis: { type: 'int', value: -1 } },
        },
        {
          opType: 'LeakyRelu',
          name: 'headlight/leak',
          inputs: ['headlight/offset'],
          outputs: ['headlight/leaked'],
          attributes: { alpha: { type: 'float', value: 0.5 } },
        },
      ],
      initializers: [float32Tensor('headlight/two', [], [2]), int64Tensor('headlight/index', [1], [1])],
      inputs: [{ name: 'headlight/offset', elementType: 'float32', shape: [2] }],
      outputs: [
        { name: inner, elementType: 'float32', shape: null },
        { name: 'headlight/picked', elementType: 'float32', shape: ['N', 'H', 'W', 1] },
        { name: 'headlight/leaked', elementType: 'float32', shape: [2] },
      ],
    };
    const thin = await openThin(await emitThinModel(model, extension), path.dirname(shapes));
    const appended = await ort.InferenceSession.create(
      Buffer.concat([readFileSync(shapes), emitExtensionBytes(extension)]),
    );
    for (const session of [thin, appended]) {
      const result = await session.run({
        image: createInput([2, 3, 64, 64]),
        'headlight/offset': new ort.Tensor('float32', Float32Array.of(-4, 6), [2]),
      });
      const [batch, channels, height, width] = result[inner].dims;
      const source = result[inner].data as Float32Array;
      expect(result['headlight/picked'].dims).toEqual([batch, height, width, 1]);
      const expected = Array.from({ length: batch * height * width }, (_, index) => {
        const [item, cell] = [Math.floor(index / (height * width)), index % (height * width)];
        return 2 * source[(item * channels + 1) * height * width + cell];
      });
      expect(Array.from(result['headlight/picked'].data as Float32Array)).toEqual(expected);
      expect(Array.from(result['headlight/leaked'].data as Float32Array)).toEqual([-2, 6]);
    }
  });

  it('reads back as the same structure', async () => {
    const model = await readModel(shapes);
    const file = path.join(folder, 'thin.onnx');
    writeFileSync(file, await emitThinModel(model));
    const thin = await readModel(file);
    expect(thin.graph.nodes).toEqual(model.graph.nodes);
    expect(thin.opsets).toEqual(model.opsets);
    for (const tensor of model.graph.initializers.values()) {
      const copy = thin.graph.initializers.get(tensor.name);
      if (tensor.payload.kind === 'file') {
        const [range] = tensor.payload.ranges;
        expect(copy?.payload).toEqual({ kind: 'external', location: 'shapes_gap.onnx', ...range });
      } else {
        expect(copy).toEqual(tensor);
      }
    }
  });

  it('points at packed floats, keeps varints inline, and copies the entries of weights that are external', async () => {
    const floats = Float32Array.from({ length: 500 }, (_, index) => index / 7);
    const external = Float32Array.from({ length: 500 }, (_, index) => -index);
    writeFileSync(path.join(folder, 'weights.bin'), Buffer.concat([Buffer.alloc(3), Buffer.from(external.buffer)]));
    const varints = Buffer.alloc(1000, Buffer.of(0xac, 0x02)); // 500 times the number 300
    const bytes = new WireWriter()
      .int(1, 8)
      .message(7, (graph) => {
        graph.message(1, (node) => node.string(1, 'count').string(2, 'asFloat').string(4, 'Cast').message(5, toFloat));
        graph.message(1, (node) => node.string(1, 'floats').string(1, 'x').string(2, 'a').string(4, 'Add'));
        graph.message(1, (node) => node.string(1, 'a').string(1, 'asFloat').string(2, 'b').string(4, 'Add'));
        graph.message(1, (node) => node.string(1, 'b').string(1, 'external').string(2, 'y').string(4, 'Add'));
        graph.message(5, (tensor) => tensor.string(8, 'floats').content(4, asBytes(floats)).int(1, 500).int(2, 1));
        graph.message(5, (tensor) => tensor.string(8, 'count').content(7, varints).int(1, 500).int(2, 7));
        graph.message(5, (tensor) => {
          tensor.string(8, 'external').int(1, 500).int(2, 1).int(14, 1);
          tensor.message(13, (entry) => entry.string(1, 'location').string(2, 'weights.bin'));
          tensor.message(13, (entry) => entry.string(1, 'offset').string(2, '3'));
          tensor.message(13, (entry) => entry.string(1, 'length').string(2, '2000'));
        });
        graph.message(11, describeVector('x')).message(12, describeVector('y'));
      })
      .message(8, (opset) => opset.int(2, 17))
      .finish();
    const file = path.join(folder, 'fields.onnx');
    writeFileSync(file, bytes);
    const thin = await emitThinModel(await readModel(file));
    expect(thin.byteLength).toBeLessThan(bytes.byteLength - 1800);
    const session = await openThin(thin, folder);
    const x = new ort.Tensor('float32', new Float32Array(500), [500]);
    const expected = floats.map((value, index) => Math.fround(value + 300) + external[index]);
    expect((await session.run({ x })).y.data).toEqual(expected);
  });

  it('names the real file when the model was opened through a symbolic link', async () => {
    const link = path.join(folder, 'link with blank and ünicode.onnx');
    symlinkSync(shapes, link);
    const session = await openThin(await emitThinModel(await readModel(link)), path.dirname(shapes));
    expect((await run(session, [1, 3, 64, 64])).logits.dims).toEqual([1, 5]);
  });

  it('refuses names that the model has already', async () => {
    const extension: GraphExtension = { ...empty, initializers: [float32Tensor('headlight/w', [1], [1])] };
    const file = path.join(folder, 'extended.onnx');
    writeFileSync(file, Buffer.concat([readFileSync(shapes), emitExtensionBytes(extension)]));
    await expect(emitThinModel(await readModel(file), extension)).rejects.toMatchObject({ code: 'badArgument' });
  });

  it('refuses names outside its own prefix', async () => {
    const extension: GraphExtension = { ...empty, initializers: [float32Tensor('w', [1], [1])] };
    await expect(emitThinModel(await readModel(shapes), extension)).rejects.toThrow(/headlight\//);
  });

  it('notices that the file changed after it was read', async () => {
    const file = path.join(folder, 'changing.onnx');
    writeFileSync(file, readFileSync(shapes));
    const model = await readModel(file);
    writeFileSync(file, Buffer.concat([readFileSync(shapes), emitExtensionBytes(empty)]));
    await expect(emitThinModel(model)).rejects.toMatchObject({ code: 'fileChanged' });
  });
});

const asBytes = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer);

/** Attribute to = FLOAT. */
function toFloat(attribute: WireWriter): void {
  attribute.string(1, 'to').int(3, 1).int(20, 2);
}

/** ValueInfoProto of 500 floats. */
function describeVector(name: string): (value: WireWriter) => void {
  return (value) =>
    value
      .string(1, name)
      .message(2, (type) =>
        type.message(1, (tensor) => tensor.int(1, 1).message(2, (shape) => shape.message(1, (dim) => dim.int(1, 500)))),
      );
}
