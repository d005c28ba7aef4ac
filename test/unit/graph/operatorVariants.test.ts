import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { InferredGraph } from '../../../src/graph/inferShapes';
import { inferShapes } from '../../../src/graph/inferShapes';
import { openMemorySource } from '../../../src/onnx/byteSource';
import { readModelFrom } from '../../../src/onnx/readModel';
import { fixtures } from './referenceModels';

interface Variant {
  readonly name: string;
  /** ModelProto, base64. */
  readonly model: string;
  /** Element type and sizes by value name. */
  readonly values: Readonly<Record<string, readonly [type: string, ...sizes: number[]]>>;
  /** Values whose sizes only a run can tell. */
  readonly open?: readonly string[];
  /** Elements of values that follow from stored tensors alone. */
  readonly numbers?: Readonly<Record<string, readonly number[]>>;
}

/** As ONNX Runtime runs them; test/fixtures/operators/variants.py wrote them. */
const variants = JSON.parse(readFileSync(path.join(fixtures, 'operators/variants.json'), 'utf8')) as Variant[];

async function infer({ model }: Variant): Promise<InferredGraph> {
  const bytes = Buffer.from(model, 'base64');
  return inferShapes(
    await readModelFrom(openMemorySource(bytes), { path: '/variant.onnx', sizeBytes: bytes.byteLength, modifiedMs: 0 }),
  );
}

/** The inferred type and sizes; of open values the sizes that are left open agree with anything. */
function describeValue(inferred: InferredGraph, name: string, sizes: readonly number[], isOpen: boolean) {
  const { elementType, shape = null } = inferred.facts.get(name) ?? {};
  const known = isOpen ? (shape?.map((size, axis) => size ?? sizes[axis]) ?? sizes) : shape;
  return [elementType, ...(known ?? ['?'])];
}

describe('shapes, types and folded numbers of unusual operators are those of a run', () => {
  test('in more than 300 models', () => expect(variants.length).toBeGreaterThan(300));

  test.each(variants.map((variant) => [variant.name, variant] as const))('%s', async (_, variant) => {
    const inferred = await infer(variant);
    const { values, open = [], numbers = {} } = variant;
    const described = Object.entries(values).map(([name, [, ...sizes]]) => [
      name,
      describeValue(inferred, name, sizes, open.includes(name)),
    ]);
    expect(Object.fromEntries(described)).toEqual(values);
    expect(inferred.warnings.filter((warning) => !warning.includes('fixed batch'))).toEqual([]);
    for (const [name, expected] of Object.entries(numbers)) {
      expectNumbers(inferred.constants.get(name)?.data, expected);
    }
  });
});

test('the numbers of 30 values are folded', async () => {
  let folded = 0;
  for (const variant of variants) {
    const { constants } = await infer(variant);
    folded += Object.keys(variant.numbers ?? {}).filter((name) => constants.has(name)).length;
  }
  expect(folded).toBeGreaterThanOrEqual(30);
});

/** Not everything is folded; what is, is right to the rounding of the printed numbers. */
function expectNumbers(folded: readonly number[] | undefined, expected: readonly number[]): void {
  folded?.forEach((element, index) => expect(element).toBeCloseTo(expected[index], 6));
  expect(folded?.length ?? expected.length).toBe(expected.length);
}
