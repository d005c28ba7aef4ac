import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { inferShapes } from '../../../src/graph/inferShapes';
import { readModel } from '../../../src/onnx/readModel';
import { findReferenceModel, fixtures } from './referenceModels';

interface Measured {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Element type and sizes by value name. */
  readonly values: Readonly<Record<string, readonly [type: string, ...sizes: number[]]>>;
}

/** Written by test/fixtures/values/generate.py: every value made an output and run. */
const measured = JSON.parse(readFileSync(path.join(fixtures, 'values/onnxruntime.json'), 'utf8')) as Readonly<
  Record<string, Measured>
>;
const available = Object.keys(measured).filter((name) => findReferenceModel(name) !== null);

describe('shapes and types of every value are those ONNX Runtime computes', () => {
  test('in more than 30 models', () => {
    expect(available.length).toBeGreaterThan(30);
  });

  test.each(available)('%s', async (name) => {
    const { inputs, values } = measured[name];
    const { facts, warnings } = inferShapes(await readModel(findReferenceModel(name) ?? ''), inputs);
    const inferred = Object.keys(values).map((value) => [
      value,
      [facts.get(value)?.elementType, ...(facts.get(value)?.shape ?? ['?'])],
    ]);
    expect(Object.fromEntries(inferred)).toEqual(values);
    expect(warnings).toEqual([]);
  });
});

describe('shapes of the model-zoo graphs are those of onnx.shape_inference', () => {
  const names = ['bvlc_alexnet', 'densenet121', 'inception_v1', 'inception_v2', 'resnet50', 'shufflenet'];
  test.each([...names, 'squeezenet', 'vgg19', 'zfnet512'])('%s', async (name) => {
    const file = path.join(fixtures, `light/shapes_light_${name}.json`);
    const expected = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, readonly number[]>>;
    const { facts } = inferShapes(await readModel(path.join(fixtures, `light/light_${name}.onnx`)));
    expect(Object.fromEntries(Object.keys(expected).map((value) => [value, facts.get(value)?.shape]))).toEqual(
      expected,
    );
  });
});
