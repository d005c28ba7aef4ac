import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/tensor/tensor';
import { countUp, detect, explain } from './explain';
import { createRandom } from './modelBuilder';
import { RARE_SPELLINGS } from './rareSpellings';
import { CHANNELS, EXACT_SPELLINGS, IMAGE } from './spellings';

const SPELLINGS = [...EXACT_SPELLINGS, ...RARE_SPELLINGS];

function createInput(shape: readonly number[]): Tensor {
  const random = createRandom(3);
  const count = shape.reduce((product, size) => product * size, 1);
  return { data: Float32Array.from({ length: count }, () => random() * 2 - 1), shape };
}

describe('a head spelled with', () => {
  it.each(SPELLINGS.map((spelling) => [spelling.name, spelling] as const))('%s', async (_, spelling) => {
    const shape = spelling.inputShape ?? IMAGE;
    const file = spelling.build().save();
    const { heads } = await detect(file, shape);
    const [head] = heads;
    const exact = spelling.exact ?? spelling.reason === undefined;
    expect({ kind: head.kind, exact: head.exact, reason: head.reason ?? '' }).toEqual({
      kind: spelling.kind,
      exact,
      reason: spelling.reason === undefined ? '' : (expect.stringMatching(spelling.reason) as string),
    });
    const map = spelling.map === undefined ? [CHANNELS, 4, 6] : spelling.map;
    const found = head.featureMap && [head.featureMap.channels, head.featureMap.height, head.featureMap.width];
    expect(found).toEqual(map);
    expect(head.classes).toBe(spelling.classes === undefined ? 5 : spelling.classes);
    if (exact) {
      await checkMaps(file, createInput(shape), spelling.classes ?? 5);
    }
  });
});

async function checkMaps(file: string, input: Tensor, classes: number): Promise<void> {
  const top = await explain(file, input, countUp(classes));
  const [evidence] = top.evidence;
  expect(evidence.maps).toHaveLength(classes);
  expect(evidence.maps.some((map) => Math.abs(map.certificate.value) > 1e-3)).toBe(true);
  for (const { certificate, contributions, contributionBias } of evidence.maps) {
    expect(certificate).toMatchObject({ holds: true });
    const ledger = contributions.reduce((sum, value) => sum + value, 0) + (contributionBias ?? certificate.bias);
    expect(Math.abs(ledger - certificate.logit)).toBeLessThan(2e-5 * Math.max(1, Math.abs(certificate.logit)));
  }
  const all = await explain(file, input, [], { allClasses: true });
  for (const map of evidence.maps) {
    const same = all.evidence[0].maps[map.classIndex];
    expect(same.classIndex).toBe(map.classIndex);
    same.map.forEach((value, cell) => expect(value).toBeCloseTo(map.map[cell], 4));
  }
}
