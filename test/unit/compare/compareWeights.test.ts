import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareModels, compareStoredWeights, measureWeightDifference } from '../../../src/compareModels';
import { WireWriter } from '../../../src/onnx/wireWriter';

const root = path.join(__dirname, '../../..');
const folder = mkdtempSync(path.join(tmpdir(), 'headlight-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COUNT = 600; // 2 400 bytes: more than is kept with the structure
const weights = Float32Array.from({ length: COUNT }, (_, index) => Math.sin(index));

/** A model that adds one tensor to its input; `write` fills the tensor's message. */
function save(name: string, write: (tensor: WireWriter) => void): string {
  const value = (writer: WireWriter, label: string) =>
    writer.string(1, label).message(2, (type) =>
      type.message(1, (tensor) => {
        tensor.int(1, 1).message(2, (shape) => shape.message(1, (dimension) => dimension.int(1, COUNT)));
      }),
    );
  const bytes = new WireWriter()
    .message(7, (graph) => {
      graph.message(1, (node) => node.string(1, 'x').string(1, 'w').string(2, 'y').string(4, 'Add'));
      graph.message(5, (tensor) => {
        tensor.int(1, COUNT);
        write(tensor);
        tensor.string(8, 'w');
      });
      graph.message(11, (input) => value(input, 'x')).message(12, (output) => value(output, 'y'));
    })
    .message(8, (opset) => opset.int(2, 17))
    .finish();
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

const toBytes = (values: Float32Array) => new Uint8Array(values.slice().buffer);
const raw = (name: string, values = weights) => save(name, (tensor) => tensor.int(2, 1).content(9, toBytes(values)));

async function compare(a: string, b: string) {
  const comparison = await compareModels({ a, b });
  return { comparison, verdicts: await compareStoredWeights(comparison) };
}

describe('weights of two models', () => {
  it('are equal in whatever field they are stored', async () => {
    // float_data = 4, packed
    const typed = save('typed.onnx', (tensor) => tensor.int(2, 1).content(4, toBytes(weights)));
    const { comparison, verdicts } = await compare(raw('raw.onnx'), typed);
    expect(comparison.report.weights).toMatchObject([{ verdict: 'unknown', a: { name: 'w', sizeBytes: 4 * COUNT } }]);
    expect(verdicts).toEqual(['equal']);
  });

  it('differ by one bit of one element, whose distance is found', async () => {
    const other = weights.slice();
    other[417] += 0.25;
    const { comparison, verdicts } = await compare(raw('a.onnx'), raw('b.onnx', other));
    expect(verdicts).toEqual(['different']);
    const difference = await measureWeightDifference(comparison, 0);
    expect(difference).toMatchObject({ elements: COUNT, differing: 1 });
    expect(difference.maximum).toBeCloseTo(0.25, 6);
    expect(difference.mean).toBeCloseTo(0.25 / COUNT, 8);
    expect(difference.scale).toBe(Math.max(...weights.map(Math.abs)));
  });

  it('of another precision are different, but their distance is defined', async () => {
    const halves = save('half.onnx', (tensor) => tensor.int(2, 10).content(9, new Uint8Array(2 * COUNT)));
    const { comparison, verdicts } = await compare(raw('single.onnx'), halves);
    expect(verdicts).toEqual(['different']);
    expect(comparison.report.layers[0].changes).toContainEqual({
      kind: 'weight',
      name: 'w',
      a: `float32 ${COUNT}`,
      b: `float16 ${COUNT}`,
    });
    const difference = await measureWeightDifference(comparison, 0); // the halves are zeros
    expect(difference.maximum).toBe(difference.scale);
  });

  it('that cannot be read are said to be so', async () => {
    const lost = save('lost.onnx', (tensor) => {
      tensor.int(2, 1).message(13, (entry) => entry.string(1, 'location').string(2, 'gone.bin'));
      tensor.int(14, 1); // data_location = EXTERNAL
    });
    const { verdicts } = await compare(raw('kept.onnx'), lost);
    expect(verdicts).toEqual(['unreadable']);
  });

  it('are hashed with progress up to the end, and not at all after a cancel', async () => {
    const model = path.join(root, 'media/demo/shapes/shapes_mlp.onnx');
    const comparison = await compareModels({ a: model, b: model });
    const fractions: number[] = [];
    await compareStoredWeights(comparison, { onProgress: (fraction) => fractions.push(fraction) });
    expect(fractions.length).toBeGreaterThan(2);
    expect(fractions).toEqual([...fractions].sort((one, other) => one - other));
    expect(fractions.at(-1)).toBe(1);
    const controller = new AbortController();
    controller.abort();
    await expect(compareStoredWeights(comparison, { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('belong to the model named in the message when its file is broken', async () => {
    const broken = path.join(folder, 'broken.onnx');
    copyFileSync(path.join(root, 'media/demo/shapes/images/00_circle.png'), broken);
    const model = path.join(root, 'media/demo/shapes/shapes_gap.onnx');
    await expect(compareModels({ a: model, b: broken })).rejects.toThrow(/broken\.onnx/);
    await expect(compareModels({ a: broken, b: model })).rejects.toThrow(/broken\.onnx/);
  });
});
