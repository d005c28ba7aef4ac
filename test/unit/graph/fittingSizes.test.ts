import { describe, expect, test } from 'vitest';
import { PROBES, solveSizes } from '../../../src/graph/fittingSizes';
import { inferShapes } from '../../../src/graph/inferShapes';
import { openMemorySource } from '../../../src/onnx/byteSource';
import { readModelFrom } from '../../../src/onnx/readModel';
import cases from '../../fixtures/operators/fitting.json';

const infer = async (model: string, inputShapes = {}) => {
  const bytes = Buffer.from(model, 'base64');
  const facts = { path: '/fitting.onnx', sizeBytes: bytes.byteLength, modifiedMs: 0 };
  return inferShapes(await readModelFrom(openMemorySource(bytes), facts), inputShapes);
};

describe('a size that is free at the input but fixed inside is the one at which ONNX Runtime runs the model', () => {
  test.each(cases.map(({ name, model, runs }) => [name, model, runs as Record<string, number[] | undefined>] as const))(
    '%s',
    async (_, model, runs) => {
      const lengths = Object.keys(runs).map(Number);
      const above = lengths.filter((length) => length > 1);
      // Several: the file leaves a choice; none: nothing but 1 runs.
      const expected = above.length === 1 ? above[0] : 1;
      const { boundInputs, facts, warnings } = await infer(model);
      expect(boundInputs.get('x')).toEqual([1, expected, 8]);
      expect(facts.get('y')?.shape).toEqual(runs[expected]);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain(
        `the figures assume length = ${expected}${expected > 1 ? ' (to fit fixed sizes inside)' : ''}, that is`,
      );
      const given = await infer(model, { x: [1, lengths[0], 8] });
      expect(given.facts.get('y')?.shape).toEqual(runs[lengths[0]]);
    },
  );
});

test('sizes are solved where mismatches agree, through multiples, each for its own probe', () => {
  const probes = new Map([
    ['a', PROBES[0]],
    ['b', PROBES[1]],
  ]);
  const [a, b] = PROBES;
  expect([
    ...solveSizes(probes, [
      [a, 12],
      [96, 8 * a],
    ]),
  ]).toEqual([['a', 12]]);
  expect([
    ...solveSizes(probes, [
      [a, 12],
      [b, 7],
    ]),
  ]).toEqual([
    ['a', 12],
    ['b', 7],
  ]);
  for (const mismatches of [
    [
      [a, 12],
      [a, 13],
    ],
    [[a, b]],
    [[a + 1, 13]],
    [[a, 0]],
    [[8 * a, 12]],
    [[5, 7]],
  ] as const) {
    expect([...solveSizes(probes, mismatches as unknown as [number, number][])], String(mismatches)).toEqual([]);
  }
});
