import { describe, expect, it } from 'vitest';
import type { ClassMap } from '../../../../src/protocol/explanation';
import { summarizeLedger } from '../../../../webview/cam/ledger';

function createEvidence(contributions: readonly number[], bias: number): ClassMap {
  const value = contributions.reduce((sum, contribution) => sum + contribution, 0);
  return {
    classIndex: 0,
    map: new Float32Array(1),
    weights: new Float32Array(contributions.length),
    contributions: Float32Array.from(contributions),
    certificate: { aggregate: 'mean', value, bias, logit: value + bias, residual: 0, holds: true },
  };
}

describe('summarizeLedger', () => {
  it('names the largest on both sides, sums the others, and runs from 0 to the logit', () => {
    const rows = summarizeLedger(createEvidence([1, 4, -2, 2, -8, -1], 0.5), 1);
    expect(rows.map(({ label, value, from, to }) => [label, value, from, to])).toEqual([
      ['Channel 1', 4, 0, 4],
      ['2 others for', 3, 4, 7],
      ['Channel 4', -8, 7, -1],
      ['2 others against', -3, -1, -4],
      ['Bias', 0.5, -4, -3.5],
      ['Logit', -3.5, 0, -3.5],
    ]);
  });

  it('names every channel of a small head', () => {
    const rows = summarizeLedger(createEvidence([3, -1], 0), 4);
    expect(rows.map(({ label }) => label)).toEqual(['Channel 0', 'Channel 1', 'Bias', 'Logit']);
  });

  it('counts channels that contribute nothing among the others', () => {
    const rows = summarizeLedger(createEvidence([3, 0, 0], 0), 4);
    expect(rows[1]).toMatchObject({ kind: 'rest', label: '2 others against', value: 0 });
  });

  it('does not hide a contribution that is not a number', () => {
    const rows = summarizeLedger(createEvidence([3, NaN], 0), 4);
    expect(rows.some(({ value }) => Number.isNaN(value))).toBe(true);
  });
});
