import { describe, expect, it } from 'vitest';
import { extendModel } from './extendModel';
import { Random } from './random';
import { loadModel } from './runModel';
import { int, TestGraph } from './testGraph';

/** x [2, 4] → QuantizeLinear → DequantizeLinear, uint8: the derivative for a seed of ones. */
async function passThrough(scales: readonly number[], zeroPoints: readonly number[], x: readonly number[]) {
  const graph = new TestGraph(13, new Random(1));
  const dims = scales.length === 1 ? [] : [scales.length];
  const scale = graph.floats(dims, scales);
  const zeroPoint = graph.tensor({ elementType: 'uint8', dims, data: Uint8Array.from(zeroPoints) });
  const input = graph.input('x', ['N', 4]);
  const axis = { axis: int(1) };
  const integers = graph.add('QuantizeLinear', [input, scale, zeroPoint], axis);
  const output = graph.add('DequantizeLinear', [integers, scale, zeroPoint], axis);
  graph.output(output);
  const { bytes, gradient } = await extendModel(graph.toBytes(), {
    target: { kind: 'weighted', outputs: [output] },
    wrt: ['x', integers],
  });
  const run = await loadModel(bytes);
  const shape = [x.length / 4, 4];
  const results = await run({
    x: { dims: shape, data: x },
    [gradient.inputs.seeds[0]]: { dims: shape, data: x.map(() => 1) },
  });
  return gradient.gradients.map((name) => Array.from(results[name]));
}

describe('the derivative through quantisation', () => {
  it('passes rounding straight through and is zero where a value saturates', async () => {
    // 0.1·[0 − 28, 255 − 28] = [−2.8, 22.7].
    const x = [-2.84, -2.9, 0, 0.123, 22.7, 22.74, 22.8, -100];
    const [derivative, ofIntegers] = await passThrough([0.1], [28], x);
    expect(derivative).toEqual([1, 0, 1, 1, 1, 1, 0, 0]);
    expect(ofIntegers).toEqual(x.map(() => 1));
  });

  it('is that of a ReLU where a zero point of 0 has taken its place', async () => {
    const [derivative] = await passThrough([0.1], [0], [-1, 1, -0.2, 3]);
    expect(derivative).toEqual([0, 1, 0, 1]);
  });

  it('knows the range of each channel', async () => {
    const [derivative] = await passThrough([0.1, 0.01, 0.1, 0.01], [0, 0, 128, 128], [20, 20, -20, -20]);
    expect(derivative).toEqual([1, 0, 0, 0]);
  });
});
