import { describe, expect, test } from 'vitest';
import { computeReceptiveFields } from '../../../src/analysis/receptiveFields';
import { indexGraph } from '../../../src/graph/graphIndex';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { Model } from '../../../src/graph/model';
import { readModel } from '../../../src/onnx/readModel';
import { buildModel, float32, node } from '../graph/graphBuilder';
import { findReferenceModel } from '../graph/referenceModels';
import { walkReceptiveField } from './walkReceptiveField';

/** Every value of the main graph: what one pass says, and what a walk of its own says. */
function bothWays(model: Model) {
  const index = indexGraph(model.graph);
  const inferred = inferShapes(model);
  const fields = computeReceptiveFields(model, index, inferred);
  const names = [...inferred.facts.keys()];
  return {
    fields,
    onePass: names.map((name) => [name, fields.get(name) ?? null]),
    oneByOne: names.map((name) => [name, walkReceptiveField(model, index, inferred, name)]),
  };
}

describe('receptive fields of all values in one pass', () => {
  test.each([
    'light/light_inception_v1.onnx',
    'light/light_resnet50.onnx',
    'models/lite0_dynamo_dyn.onnx',
    'shapes/shapes_fc.onnx',
  ])('of %s are those found for each value alone', async (name) => {
    const { onePass, oneByOne } = bothWays(await readModel(findReferenceModel(name) ?? ''));
    expect(onePass.filter(([, field]) => field !== null).length).toBeGreaterThan(5);
    expect(onePass).toEqual(oneByOne);
  });

  test('with two images: each value refers to the first image it depends on', () => {
    const { fields, onePass, oneByOne } = bothWays(
      buildModel({
        inputs: { left: [1, 3, 32, 32], right: [1, 3, 32, 32] },
        stored: { w: float32(3, 3, 3, 3), v: float32(3, 3, 5, 5) },
        nodes: [
          node('Conv', 'right w', 'b', { strides: [2, 2], pads: [1, 1, 1, 1] }),
          node('Conv', 'left v', 'a', { strides: [2, 2], pads: [2, 2, 2, 2] }),
          node('Add', 'a b', 'sum'),
          node('Conv', 'sum w', 'y', { pads: [1, 1, 1, 1] }),
        ],
        outputs: ['y'],
      }),
    );
    expect(onePass).toEqual(oneByOne);
    expect(fields.get('b')?.size).toEqual([3, 3]);
    expect(fields.get('y')?.size).toEqual([9, 9]);
  });

  test('takes time in proportion to the number of layers', () => {
    const count = 20_000;
    const model = buildModel({
      inputs: { x0: [1, 3, 32, 32] },
      stored: { w: float32(3, 3, 3, 3) },
      nodes: Array.from({ length: count }, (_, i) => node('Conv', `x${i} w`, `x${i + 1}`, { pads: [1, 1, 1, 1] })),
    });
    const fields = computeReceptiveFields(model, indexGraph(model.graph), inferShapes(model));
    // One walk per value would visit 200 million nodes.
    expect(fields.size).toBe(20_001);
    expect(fields.get('x20000')?.size).toEqual([40_001, 40_001]);
  });
});
