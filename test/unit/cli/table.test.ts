import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatShape, formatSigned } from '../../../src/cli/quantity';
import { formatTable } from '../../../src/cli/table';

describe('formatTable', () => {
  it('pads columns to equal width without trailing blanks', () => {
    expect(
      formatTable(
        [
          ['name', 'n'],
          ['a', '1000'],
        ],
        ['left', 'right'],
      ),
    ).toBe('name     n\na     1000');
    expect(
      formatTable(
        [
          ['a', ''],
          ['bb', 'x'],
        ],
        ['left', 'left'],
      ),
    ).toBe('a\nbb  x');
  });

  it('gives Chinese characters two columns', () => {
    expect(
      formatTable(
        [
          ['猫', '1'],
          ['cat', '2'],
        ],
        ['left', 'left'],
      ),
    ).toBe('猫   1\ncat  2');
  });
});

describe('quantities', () => {
  it('groups digits and says when a count is unknown', () => {
    expect(formatCount(4_631_000)).toBe('4 631 000');
    expect(formatCount(999)).toBe('999');
    expect(formatCount(null)).toBe('?');
  });

  it('uses decimal units', () => {
    expect([0, 999, 18_600_000, 1.07e9].map(formatBytes)).toEqual(['0 B', '999 B', '18.6 MB', '1.07 GB']);
  });

  it('keeps symbolic dimensions by name', () => {
    expect(formatShape(['batch', 3, null])).toBe('batch×3×?');
    expect(formatShape([])).toBe('scalar');
    expect(formatShape(null)).toBe('?');
  });

  it('signs numbers', () => {
    expect([0.5, -0.25].map(formatSigned)).toEqual(['+0.5000', '−0.2500']);
  });
});
