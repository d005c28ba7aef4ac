import { describe, expect, it } from 'vitest';
import type { ElementType } from '../../../src/graph/model';
import { extendModel } from './extendModel';
import { Random } from './random';
import { loadModel } from './runModel';
import { int, ints, TestGraph } from './testGraph';

/** A small network with free batch, height and width, written for one operator set. */
function buildNetwork(opset: number, elementType: ElementType = 'float32'): TestGraph {
  const graph = new TestGraph(opset, new Random(7), elementType);
  const image = graph.input('image', ['batch', 3, 'height', 'width']);
  const attributes = { pads: ints(1, 1, 1, 1), strides: ints(2, 2) };
  const conv = graph.add('Conv', [image, graph.weight([8, 3, 3, 3]), graph.weight([8])], attributes);
  const active = graph.add('Relu', [conv]);
  const pooled = graph.add('MaxPool', [active], { kernel_shape: ints(2, 2), strides: ints(2, 2) });
  const depthwise = graph.add('Conv', [pooled, graph.weight([8, 1, 3, 3])], { group: int(8), pads: ints(1, 1, 1, 1) });
  const sum = graph.add('Add', [pooled, depthwise]);
  const flat = graph.add('Flatten', [graph.add('GlobalAveragePool', [sum])]);
  graph.output(graph.add('Gemm', [flat, graph.weight([8, 5]), graph.weight([5])]));
  return graph;
}

async function differentiate(opset: number, batch: readonly Float32Array[], size: number, classes: readonly number[]) {
  const graph = buildNetwork(opset);
  const { bytes, gradient } = await extendModel(graph.toBytes(), {
    target: { kind: 'class', output: graph.outputs[0].name },
    wrt: ['image', graph.nodes[4].outputs[0]],
  });
  const data = Float32Array.from(batch.flatMap((image) => Array.from(image)));
  const run = await loadModel(bytes);
  const results = await run({
    image: { dims: [batch.length, 3, size, size], data },
    [gradient.inputs.classes ?? '']: { dims: [classes.length], data: classes, type: 'int64' },
  });
  return gradient.gradients.map((name) => results[name]);
}

const random = new Random(3);
const image = (size: number) => Float32Array.from({ length: 3 * size * size }, () => random.between(-1, 1));

describe('free batch, height and width stay free', () => {
  it('gives each item of a batch its own derivative, of any image size', async () => {
    for (const size of [12, 13]) {
      const images = [image(size), image(size), image(size)];
      const together = await differentiate(13, images, size, [4, 0, 2]);
      const alone = await Promise.all(
        images.map((each, position) => differentiate(13, [each], size, [[4, 0, 2][position]])),
      );
      together.forEach((derivatives, tensor) => {
        const expected = alone.flatMap((each) => Array.from(each[tensor]));
        expect(derivatives.length).toBe(expected.length);
        derivatives.forEach((value, position) => expect(value).toBeCloseTo(expected[position], 6));
      });
    }
  });

  it('takes one class for the whole batch', async () => {
    const images = [image(12), image(12)];
    const once = await differentiate(13, images, 12, [3]);
    const twice = await differentiate(13, images, 12, [3, 3]);
    expect(once).toEqual(twice);
  });

  it('writes every operator set from 10 to 22 in its own form, with equal results', async () => {
    const images = [image(12)];
    const reference = await differentiate(16, images, 12, [1]);
    expect(Math.max(...reference[0])).toBeGreaterThan(0);
    for (const opset of [10, 11, 12, 13, 15, 17, 18, 19, 20, 21, 22]) {
      const found = await differentiate(opset, images, 12, [1]);
      found.forEach((derivatives, tensor) => {
        derivatives.forEach((value, position) => expect(value).toBeCloseTo(reference[tensor][position], 6));
      });
    }
  });
});

describe('the extension', () => {
  it('computes half-precision derivatives in half precision', async () => {
    const size = 12;
    const graph = buildNetwork(17, 'float16');
    const { bytes, gradient, model } = await extendModel(graph.toBytes(), {
      target: { kind: 'class', output: graph.outputs[0].name },
      wrt: ['image'],
    });
    const { extension } = gradient;
    expect(model.opsets).toEqual(new Map([['', 17]]));
    expect(extension.outputs.map(({ elementType }) => elementType)).toEqual(['float16']);
    // The class's row is read from the weights as it is stored: nothing is written as float32.
    const floats = extension.initializers.filter(({ elementType }) => elementType === 'float32');
    expect(floats).toEqual([]);

    const data = image(size);
    const [reference] = await differentiate(17, [data], size, [2]);
    const results = await (
      await loadModel(bytes)
    )({
      image: { dims: [1, 3, size, size], data, type: 'float16' },
      [gradient.inputs.classes ?? '']: { dims: [1], data: [2], type: 'int64' },
    });
    const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const found = results[gradient.gradients[0]];
    // Rounding to 11 bits may move single maxima and rectifiers from one piece to the other.
    const off = found.filter((value, position) => !(Math.abs(value - reference[position]) < 0.01 * largest));
    expect(off.length).toBeLessThan(found.length / 50);
  });

  it('holds only what lies between the tensor and the target', async () => {
    const graph = buildNetwork(17);
    const { gradient } = await extendModel(graph.toBytes(), {
      target: { kind: 'class', output: graph.outputs[0].name },
      wrt: [graph.nodes[4].outputs[0]],
    });
    const operators = gradient.extension.nodes.map(({ opType }) => opType);
    expect(operators).not.toContain('Conv');
    expect(operators).not.toContain('ScatterElements');
    expect(gradient.extension.nodes.map(({ domain }) => domain ?? '')).toEqual(operators.map(() => ''));
  });
});
