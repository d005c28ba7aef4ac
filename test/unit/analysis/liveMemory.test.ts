import { describe, expect, test } from 'vitest';
import { findConstantValues } from '../../../src/analysis/constantValues';
import { computeLiveMemory } from '../../../src/analysis/liveMemory';
import { indexGraph } from '../../../src/graph/graphIndex';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { Model } from '../../../src/graph/model';
import { readModel } from '../../../src/onnx/readModel';
import { buildModel, float32, node } from '../graph/graphBuilder';
import { findReferenceModel } from '../graph/referenceModels';

function liveMemoryOf(model: Model) {
  const index = indexGraph(model.graph);
  const constants = findConstantValues(index.order, model.graph.initializers.keys());
  const memory = computeLiveMemory(model, index, inferShapes(model), constants);
  return { ...memory, order: index.order, bytes: index.order.map((one) => memory.byNode.get(one)) };
}

describe('memory for activations by liveness', () => {
  test('of a chain: input and output of the layer that runs', () => {
    const { bytes, peak } = liveMemoryOf(
      buildModel({
        inputs: { x: [1, 10] },
        nodes: [node('Relu', 'x', 'a'), node('Concat', 'a a', 'b', { axis: 1 }), node('Relu', 'b', 'y')],
        outputs: ['y'],
      }),
    );
    expect(bytes).toEqual([80, 120, 160]);
    expect(peak).toMatchObject({ bytes: 160, node: { index: 2 } });
  });

  test('of a shortcut: held until it is added', () => {
    const { bytes } = liveMemoryOf(
      buildModel({
        inputs: { x: [100] },
        nodes: [node('Relu', 'x', 'a'), node('Exp', 'a', 'b'), node('Neg', 'b', 'c'), node('Add', 'a c', 'y')],
        outputs: ['y'],
      }),
    );
    expect(bytes).toEqual([800, 800, 1200, 1200]);
  });

  test('keeps outputs of the model to the end and forgets at once what nobody reads', () => {
    const { bytes } = liveMemoryOf(
      buildModel({
        inputs: { x: [10] },
        nodes: [node('Relu', 'x', 'early'), node('Exp', 'x', 'dead'), node('Neg', 'x', 'y')],
        outputs: ['early', 'y'],
      }),
    );
    expect(bytes).toEqual([80, 120, 120]);
  });

  test('leaves weights out, and what is made of weights alone', () => {
    const { bytes } = liveMemoryOf(
      buildModel({
        inputs: { x: [1, 4] },
        stored: { w: float32(4, 8) },
        nodes: [node('Neg', 'w', 'v'), node('MatMul', 'x v', 'y')],
        outputs: ['y'],
      }),
    );
    expect(bytes).toEqual([16, 16 + 32]);
  });

  test('says how many values it could not count, and names the first layer of the peak', () => {
    const { peak, unknownValues } = liveMemoryOf(
      buildModel({
        inputs: { x: [10] },
        nodes: [node('Relu', 'x', 'a'), node('Mystery', 'a', 'm', {}, 'acme'), node('Neg', 'a', 'y')],
        outputs: ['m', 'y'],
      }),
    );
    expect(unknownValues).toBe(1);
    expect(peak).toMatchObject({ bytes: 80, node: { index: 0 } });
  });

  test('is null without nodes', () => {
    expect(liveMemoryOf(buildModel({ inputs: { x: [1] }, nodes: [], outputs: ['x'] })).peak).toBeNull();
  });

  test.each(['light/light_resnet50.onnx', 'light/light_squeezenet.onnx', 'models/lite0_dynamo_dyn.onnx'])(
    'of %s is what simulating every step by definition gives',
    async (name) => {
      const model = await readModel(findReferenceModel(name) ?? '');
      const { order, bytes, peak } = liveMemoryOf(model);
      const expected = simulate(model, order);
      expect(bytes).toEqual(expected);
      expect(peak?.bytes).toBe(Math.max(...expected));
      expect(order.indexOf(peak!.node)).toBe(expected.indexOf(Math.max(...expected)));
    },
  );
});

/** Asks of every value at every step whether it has been made and is still wanted. O(steps · values). */
function simulate(model: Model, order: Model['graph']['nodes']): number[] {
  const { facts } = inferShapes(model);
  const { graph } = model;
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  // In these models every value is float32, and only these make values of weights alone.
  const isMaker = (opType: string) => opType === 'Constant' || opType === 'ConstantOfShape';
  const made = order.flatMap((one, step) => (isMaker(one.opType) ? [] : one.outputs.map((name) => ({ name, step }))));
  const values = [...made, ...[...inputs].map((name) => ({ name, step: 0 }))].filter(({ name }) => name !== '');
  const sizes = new Map(
    values.map(({ name }) => [
      name,
      4 * (facts.get(name)?.shape ?? []).reduce<number>((size, one) => size * Number(one), 1),
    ]),
  );
  return order.map((_, now) => {
    const alive = values.filter(({ name, step }) => {
      const isWanted =
        step === now ||
        graph.outputs.some((output) => output.name === name) ||
        order.slice(now).some((later) => later.inputs.includes(name));
      return step <= now && isWanted;
    });
    return alive.reduce((total, { name }) => total + (sizes.get(name) ?? NaN), 0);
  });
}
