import { describe, expect, test } from 'vitest';
import { inferShapes } from '../../../src/graph/inferShapes';
import { openMemorySource } from '../../../src/onnx/byteSource';
import { readModelFrom } from '../../../src/onnx/readModel';
import cases from '../../fixtures/operators/functions.json';

interface Case {
  readonly name: string;
  /** ModelProto, base64. */
  readonly model: string;
  /** A function is written for another version of an operator set than the model. */
  readonly differs: boolean;
  /** Element type and sizes by name, the function's own versions taken; and sizes with the model's, null: refused. */
  readonly onnx: Readonly<Record<string, readonly (string | number)[]>>;
  readonly onnxruntime: Readonly<Record<string, readonly number[]>> | null;
}

/** Written by test/fixtures/operators/functions.py. */
const variants = cases as unknown as readonly Case[];
const infer = async ({ model }: Case) => {
  const bytes = Buffer.from(model, 'base64');
  const facts = { path: '/function.onnx', sizeBytes: bytes.byteLength, modifiedMs: 0 };
  return inferShapes(await readModelFrom(openMemorySource(bytes), facts));
};

describe('a function is bound to the versions of operator sets that it imports, as the onnx package binds it', () => {
  test.each(variants.map((variant) => [variant.name, variant] as const))('%s', async (_, variant) => {
    const { facts, warnings } = await infer(variant);
    const inferred = Object.keys(variant.onnx).map((name) => {
      const { elementType, shape } = facts.get(name) ?? {};
      return [name, [elementType, ...(shape ?? ['?'])]];
    });
    expect(Object.fromEntries(inferred)).toEqual(variant.onnx);
    const isWarned = warnings.some((text) => /written for other versions.*ONNX Runtime takes the model/.test(text));
    expect(isWarned).toBe(variant.differs);
    if (!isWarned && variant.onnxruntime !== null) {
      const sizes = Object.keys(variant.onnxruntime).map((name) => [name, facts.get(name)?.shape]);
      expect(Object.fromEntries(sizes)).toEqual(variant.onnxruntime);
    }
  });
});
