import { describe, expect, it } from 'vitest';
import { toCompareDocument } from '../../../src/cli/compareDocument';
import { formatComparison } from '../../../src/cli/compareText';
import { ofUnknownSize } from './unknownCosts';

describe('costs that are not known', () => {
  const comparison = ofUnknownSize();

  it('are counted beside the sums of those that are', () => {
    const [conv, relu] = comparison.costByType;
    expect(conv).toMatchObject({
      opType: 'Conv',
      a: { macs: 100, unknownMacs: 0, activationBytes: 2000, unknownActivations: 0 },
      b: { macs: 0, unknownMacs: 1, activationBytes: 0, unknownActivations: 1 },
    });
    expect(relu).toMatchObject({ a: { unknownActivations: 0 }, b: { activationBytes: 1000, unknownActivations: 0 } });
    const { a, b } = toCompareDocument(comparison, []);
    expect([a.unknownActivations, b.unknownActivations, b.totals.unknownMacs]).toEqual([0, 1, 1]);
  });

  it('are no 0 in what the command line prints', () => {
    const lines = formatComparison(comparison, [], false).split('\n');
    const line = (start: string) =>
      lines
        .find((one) => one.trim().startsWith(start))
        ?.trim()
        .split(/ {2,}/);
    expect(line('MACs ')).toEqual(['MACs', '100', 'unknown', 'unknown']);
    expect(line('activations')).toEqual(['activations', '4.00 kB', '1.00 kB + 1 unknown', '−3.00 kB as far as known']);
    expect(line('Conv')).toEqual(['Conv', '1', '1', '0', '0', '100', 'unknown']);
  });
});
