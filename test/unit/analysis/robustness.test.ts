import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { computeCosts } from '../../../src/analysis/cost';
import { computeParameters } from '../../../src/analysis/parameters';
import { computeReceptiveFields } from '../../../src/analysis/receptiveFields';
import { toElementType } from '../../../src/graph/elementTypes';
import { indexGraph } from '../../../src/graph/graphIndex';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { Attribute, ElementType, Model, ModelFunction, TensorInfo } from '../../../src/graph/model';
import { buildModel, node, tensor } from '../graph/graphBuilder';
import { fixtures } from '../graph/referenceModels';

interface ExampleTensor {
  readonly name: string;
  readonly elementType: number;
  readonly dims: readonly number[];
  readonly data?: readonly number[];
}
interface Example {
  readonly opType: string;
  readonly domain: string;
  readonly opset: number;
  readonly nodeInputs: readonly string[];
  readonly nodeOutputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly inputs: readonly ExampleTensor[];
}
const examples = JSON.parse(readFileSync(path.join(fixtures, 'operators/cases.json'), 'utf8')) as Example[];

const HOSTILE = [-1, 0, 1, 2, 3, 7, 64, 1e6, 2 ** 31, 9.2e18, -9.2e18];

/** An example of the standard with one or more of its sizes, attributes and inputs replaced by nonsense. */
function breakExample(example: Example, pick: (count: number) => number): Model {
  const hostile = () => HOSTILE[pick(HOSTILE.length)];
  const inputs: Record<string, readonly [ElementType, readonly number[] | null]> = {};
  const stored: Record<string, TensorInfo> = {};
  for (const { name, elementType, dims, data } of example.inputs) {
    const type = toElementType(elementType) ?? 'undefined';
    const broken =
      pick(3) === 0 ? dims.slice(pick(dims.length + 1)) : dims.map((size) => (pick(8) === 0 ? pick(5) : size));
    if (data === undefined) {
      inputs[name] = [type, pick(12) === 0 ? null : broken];
    } else if (type === 'int64') {
      const values = data.map((value) => (pick(3) === 0 ? Math.trunc(hostile()) : value));
      stored[name] = tensor(
        type,
        [values.length],
        values.map((value) => Math.max(-(2 ** 53), Math.min(2 ** 53, value))),
      );
    } else {
      stored[name] = tensor(type, dims, data);
    }
  }
  const attributes = Object.entries(example.attributes).flatMap(([name, attribute]): [string, Attribute][] => {
    if (pick(5) === 0) {
      return pick(2) === 0 ? [] : [[name, { type: 'string', value: 'nonsense' }]];
    }
    if (attribute.type === 'int' && pick(2) === 0) {
      return [[name, { type: 'int', value: hostile() }]];
    }
    if (attribute.type === 'ints' && pick(2) === 0) {
      return [
        [
          name,
          { type: 'ints', value: attribute.value.slice(pick(2)).map((value) => (pick(2) === 0 ? hostile() : value)) },
        ],
      ];
    }
    return attribute.type === 'tensor' ? [] : [[name, attribute]];
  });
  return buildModel({
    opset: pick(3) === 0 ? 1 + pick(24) : example.opset,
    inputs,
    stored,
    nodes: [
      {
        name: '',
        opType: example.opType,
        domain: example.domain,
        inputs: pick(6) === 0 ? example.nodeInputs.slice(0, pick(example.nodeInputs.length + 1)) : example.nodeInputs,
        outputs: example.nodeOutputs,
        attributes: new Map(attributes),
      },
    ],
  });
}

test('10 000 broken nodes give sizes or nothing, never an exception or nonsense', () => {
  let seed = 11;
  const pick = (count: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % count;
  for (let round = 0; round < 10_000; round++) {
    const example = examples[pick(examples.length)];
    const model = breakExample(example, pick);
    const index = indexGraph(model.graph);
    try {
      const inferred = inferShapes(model);
      for (const { shape } of inferred.facts.values()) {
        expect(
          shape === null || shape.every((size) => size === null || (Number.isSafeInteger(size) && size >= 0)),
        ).toBe(true);
      }
      const { totals } = computeCosts(index, inferred, computeParameters(model, inferred, index));
      expect(Number.isFinite(totals.macs) && totals.macs >= 0).toBe(true);
      computeReceptiveFields(model, index, inferred);
    } catch (error) {
      const described = {
        opType: example.opType,
        inputs: model.graph.inputs.map(({ shape }) => shape),
        attributes: [...model.graph.nodes[0].attributes],
      };
      throw new Error(JSON.stringify(described), { cause: error });
    }
  }
});

test('functions that call each other twice, twice, twice … end', () => {
  const doubling = (level: number): ModelFunction => ({
    domain: 'local',
    name: `F${level}`,
    inputs: ['a'],
    outputs: ['c'],
    attributes: [],
    nodes: [
      { ...node(`F${level + 1}`, 'a', 'b', {}, 'local'), index: 0 },
      { ...node(`F${level + 1}`, 'b', 'c', {}, 'local'), index: 1 },
    ],
  });
  const model = buildModel({
    inputs: { x: [1] },
    nodes: [node('F0', 'x', 'y', {}, 'local')],
    functions: Array.from({ length: 40 }, (_, level) => doubling(level)),
  });
  expect(inferShapes(model).facts.get('y')?.shape).toBeNull();
});
