import { describe, expect, it } from 'vitest';
import { findCommonSubsequence } from '../../../src/compare/longestCommonSubsequence';
import { createRandom } from '../cam/modelBuilder';

/** The textbook table, quadratic: length of the longest common subsequence. */
function computeLongest(a: readonly number[], b: readonly number[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const one of a) {
    const next = [0];
    b.forEach((other, index) => next.push(one === other ? row[index] + 1 : Math.max(row[index + 1], next[index])));
    row = next;
  }
  return row[b.length];
}

describe('findCommonSubsequence', () => {
  it('finds as many pairs as the table of all prefixes, in increasing order', () => {
    const random = createRandom(11);
    for (let trial = 0; trial < 300; trial++) {
      const list = () =>
        Array.from({ length: Math.floor(random() * 30) }, () => Math.floor(random() * (1 + (trial % 5))));
      const [a, b] = [list(), list()];
      const pairs = findCommonSubsequence(a, b);
      expect(pairs).toHaveLength(computeLongest(a, b));
      pairs.forEach(([one, other], index) => {
        expect(a[one]).toBe(b[other]);
        expect(index === 0 || (one > pairs[index - 1][0] && other > pairs[index - 1][1])).toBe(true);
      });
    }
  });

  it('stays a common subsequence where lists are too different to search them through', () => {
    const random = createRandom(5);
    const [a, b] = [0, 1].map(() => Array.from({ length: 3000 }, () => Math.floor(random() * 50)));
    const pairs = findCommonSubsequence(a, b);
    expect(pairs.every(([one, other]) => a[one] === b[other])).toBe(true);
    expect(pairs.length).toBeGreaterThan(computeLongest(a, b) / 2);
    const increases = pairs.every(
      ([one, other], index) => index === 0 || (one > pairs[index - 1][0] && other > pairs[index - 1][1]),
    );
    expect(increases).toBe(true);
  });
});
