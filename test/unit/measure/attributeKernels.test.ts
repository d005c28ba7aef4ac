import { describe, expect, test } from 'vitest';
import { indexGraph } from '../../../src/graph/graphIndex';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { Model } from '../../../src/graph/model';
import type { ModelAnalysis } from '../../../src/inspectModel';
import { attributeKernels, nameLayer } from '../../../src/measure/attributeKernels';
import { buildModel, float32, node } from '../graph/graphBuilder';

type Spec = readonly (readonly [node: string, durationMs: number, opType?: string])[];

/** Runs as the profiler would record them: `[name, milliseconds, operator]` per kernel. */
function attribute(model: Model, ...runs: Spec[]) {
  const analysis = { model, index: indexGraph(model.graph), inferred: inferShapes(model) } as ModelAnalysis;
  return attributeKernels(
    analysis,
    runs.map((kernels) => ({
      durationMs: 0,
      kernels: kernels.map(([name, durationMs, opType = 'Any']) => ({ node: name, opType, durationMs })),
    })),
  );
}

const chain = (...opTypes: string[]) =>
  buildModel({
    inputs: { x0: [1, 4] },
    stored: { w: float32(1, 4) },
    nodes: opTypes.map((opType, i) => node(opType, ['Add', 'Mul'].includes(opType) ? `x${i} w` : `x${i}`, `x${i + 1}`)),
  });

describe('times of kernels as times of layers', () => {
  test('are medians over the runs, and their shares add up to 1', () => {
    const { layers, layersMs, otherMs } = attribute(
      chain('Relu', 'Exp'),
      [
        [nameLayer(0), 1],
        [nameLayer(1), 30],
      ],
      [
        [nameLayer(0), 2],
        [nameLayer(1), 6],
      ],
      [
        [nameLayer(0), 90],
        [nameLayer(1), 5],
      ],
    );
    expect(layers).toEqual([
      { index: 0, ms: 2, share: 0.25, includes: [] },
      { index: 1, ms: 6, share: 0.75, includes: [] },
    ]);
    expect([layersMs, otherMs]).toEqual([8, 0]);
  });

  test('of several kernels named after one layer are added up', () => {
    const { layers } = attribute(chain('Relu'), [
      [`${nameLayer(0)}/part`, 1],
      [`Fused(${nameLayer(0)})_token_3`, 2],
    ]);
    expect(layers).toEqual([{ index: 0, ms: 3, share: 1, includes: [] }]);
  });

  test('include layers that were fused into them or removed', () => {
    const { layers, folded } = attribute(chain('Exp', 'Add', 'Identity', 'Relu'), [
      [`${nameLayer(0)}/MatMulAddFusion`, 1],
      [nameLayer(3), 3],
    ]);
    expect(layers.map(({ index, includes }) => [index, includes])).toEqual([
      [0, [1, 2]],
      [3, []],
    ]);
    expect(folded).toEqual([]);
  });

  test('include padding in what reads it, and a removed first layer in the second', () => {
    const padded = attribute(chain('Exp', 'Pad', 'Relu'), [
      [nameLayer(0), 1],
      [nameLayer(2), 1],
    ]);
    expect(padded.layers.map(({ includes }) => includes)).toEqual([[], [1]]);
    const first = attribute(chain('Identity', 'Relu'), [[nameLayer(1), 1]]);
    expect(first.layers).toEqual([{ index: 1, ms: 1, share: 1, includes: [0] }]);
  });

  test('leave out layers that were computed when loading', () => {
    const model = buildModel({
      inputs: { x: [1, 4] },
      stored: { w: float32(1, 4) },
      nodes: [node('Neg', 'w', 'v'), node('Shape', 'x', 's'), node('Add', 'x v', 'a'), node('Reshape', 'a s', 'y')],
    });
    const { layers, folded } = attribute(model, [
      [nameLayer(2), 1],
      [nameLayer(3), 1],
    ]);
    expect(folded).toEqual([0, 1]);
    expect(layers.map(({ includes }) => includes)).toEqual([[], []]);
  });

  test('take in kernels without a layer in their name where a layer is missing, conversions apart', () => {
    const { layers, otherMs } = attribute(chain('Exp', 'HardSwish', 'Relu', 'Neg'), [
      [nameLayer(0), 1],
      ['HardSigmoid_11', 2, 'HardSigmoid'],
      ['Mul_12', 3, 'Mul'],
      [nameLayer(2), 1],
      ['ReorderOutput', 7, 'ReorderOutput'],
      ['Mystery', 11, 'Mystery'],
      [nameLayer(3), 1],
    ]);
    expect(layers.map(({ index, ms }) => [index, ms])).toEqual([
      [0, 1],
      [1, 5],
      [2, 1],
      [3, 1],
    ]);
    expect(otherMs).toBe(18);
  });
});
