import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { toElementType } from '../../../src/graph/elementTypes';
import type { InferredGraph } from '../../../src/graph/inferShapes';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { Attribute, TensorInfo } from '../../../src/graph/model';
import { buildModel, tensor } from './graphBuilder';
import { fixtures } from './referenceModels';

interface ExampleTensor {
  readonly name: string;
  /** TensorProto.DataType. */
  readonly elementType: number;
  readonly dims: readonly number[];
  readonly data?: readonly number[];
}
type ExampleAttribute =
  Exclude<Attribute, { type: 'tensor' }> | ({ readonly type: 'tensor' } & Omit<ExampleTensor, 'name'>);
interface Example {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly opset: number;
  readonly nodeInputs: readonly string[];
  readonly nodeOutputs: readonly string[];
  readonly attributes: Readonly<Record<string, ExampleAttribute>>;
  readonly inputs: readonly ExampleTensor[];
  readonly outputs: readonly ExampleTensor[];
}

/** Examples of the ONNX standard; test/fixtures/operators/generate.py wrote them. */
const examples = JSON.parse(readFileSync(path.join(fixtures, 'operators/cases.json'), 'utf8')) as Example[];

/** Outputs whose length the data decides: unknown sizes are right there, and only there. */
const DATA_DEPENDENT = new Set(['Compress', 'ImageDecoder', 'NonMaxSuppression', 'NonZero', 'Unique']);

function infer(example: Example): InferredGraph {
  const stored: Record<string, TensorInfo> = {};
  const inputs: Record<string, [NonNullable<ReturnType<typeof toElementType>>, readonly number[]]> = {};
  for (const { name, elementType, dims, data } of example.inputs) {
    const type = toElementType(elementType) ?? 'undefined';
    if (data === undefined) {
      inputs[name] = [type, dims];
    } else {
      stored[name] = tensor(type, dims, data);
    }
  }
  const attributes = Object.entries(example.attributes).map(([name, value]) => [name, convert(value)] as const);
  return inferShapes(
    buildModel({
      opset: example.opset,
      inputs,
      stored,
      nodes: [
        {
          name: example.name,
          opType: example.opType,
          domain: example.domain,
          inputs: example.nodeInputs,
          outputs: example.nodeOutputs,
          attributes: new Map(attributes),
        },
      ],
    }),
  );
}

function convert(attribute: ExampleAttribute): Attribute {
  if (attribute.type !== 'tensor') {
    return attribute;
  }
  return {
    type: 'tensor',
    value: tensor(toElementType(attribute.elementType) ?? 'undefined', attribute.dims, attribute.data),
  };
}

describe('shape rules against the examples of the ONNX standard', () => {
  const byOperator = groupByOperator(examples);

  test('cover more than 160 operators', () => {
    expect(byOperator.size).toBeGreaterThan(160);
  });

  for (const [opType, cases] of byOperator) {
    test(`${opType} has the shapes and types of its ${cases.length} examples`, () => {
      for (const example of cases) {
        const inferred = infer(example);
        for (const { name, elementType, dims } of example.outputs) {
          const shape = inferred.facts.get(name)?.shape ?? null;
          const expected = DATA_DEPENDENT.has(opType)
            ? dims.map((size, axis) => (shape?.[axis] === null ? null : size))
            : dims;
          expect({ example: example.name, shape }).toEqual({ example: example.name, shape: expected });
          expect(inferred.facts.get(name)?.elementType).toBe(toElementType(elementType));
        }
      }
    });
  }
});

function groupByOperator(all: readonly Example[]): Map<string, Example[]> {
  const groups = new Map<string, Example[]>();
  for (const example of all) {
    groups.set(example.opType, [...(groups.get(example.opType) ?? []), example]);
  }
  return groups;
}
