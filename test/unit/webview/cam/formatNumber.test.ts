import { describe, expect, it } from 'vitest';
import { formatNumber, formatPercent, formatSigned } from '../../../../webview/cam/formatNumber';

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [9.3292446, '9.329'],
    [-0.1234, '−0.123'],
    [-0.00431, '−0.0043'],
    [1.2e-6, '1.2e−6'],
    [123.456, '123.5'],
    [NaN, 'not a number'],
    [-Infinity, '−∞'],
  ])('writes %d as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('writes a plus only where it is asked for', () => {
    expect([formatSigned(1), formatSigned(-1), formatSigned(0)]).toEqual(['+1.000', '−1.000', '0']);
  });
});

describe('formatPercent', () => {
  it.each([
    [0.40422, '40.4 %'],
    [1, '100 %'],
    [0.99999, '100 %'],
    [0, '0.0 %'],
    [0.0001, '< 0.1 %'],
    [NaN, '–'],
  ])('writes %d as %s', (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });
});
