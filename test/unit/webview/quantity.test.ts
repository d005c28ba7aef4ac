import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatExact,
  formatMilliseconds,
  formatShape,
  formatShare,
  formatSignificant,
} from '../../../webview/quantity';

describe('numbers for people', () => {
  it.each([
    [0, '0'],
    [896, '896'],
    [9999, '9,999'],
    [10_000, '10 k'],
    [4_652_008, '4.65 M'],
    [385_187_552, '385 M'],
    [4_089_184_256, '4.09 G'],
    [999_999, '1 M'],
    [2.5, '2.5'],
  ])('counts %d as %s', (value, text) => expect(formatCount(value)).toBe(text));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1028, '1.03 kB'],
    [200_708_000, '201 MB'],
    [1_070_000_000, '1.07 GB'],
  ])('sizes %d bytes as %s', (value, text) => expect(formatBytes(value)).toBe(text));

  it.each([
    [0, '< 0.001 ms'],
    [0.012345, '0.0123 ms'],
    [8.5, '8.5 ms'],
    [1234, '1.23 s'],
  ])('times %d ms as %s', (value, text) => expect(formatMilliseconds(value)).toBe(text));

  it('keeps every digit of an exact value', () => {
    expect(formatExact(50_177_000)).toBe('50,177,000');
    expect(formatExact(195.24124513618676)).toBe('195.24124513618676');
  });

  it.each([
    [1, '100 %'],
    [0.9967, '99.7 %'],
    [0.5, '50 %'],
    [0.0123, '1.2 %'],
    [0.0001, '< 0.1 %'],
    [0, '0.0 %'],
  ])('shows a share of %d as %s', (share, text) => expect(formatShare(share)).toBe(text));

  it('uses an exponent only for very small and very large values', () => {
    expect(formatSignificant(195.2412, 4)).toBe('195.2');
    expect(formatSignificant(0.0000012345, 3)).toBe('1.23e-6');
    expect(formatSignificant(0, 3)).toBe('0');
    expect(formatSignificant(NaN, 3)).toBe('NaN');
  });

  it('shows shapes with what is known of them', () => {
    expect(formatShape([1, 3, 224, 224])).toBe('1×3×224×224');
    expect(formatShape(['batch', null])).toBe('batch×?');
    expect(formatShape([])).toBe('scalar');
    expect(formatShape(null)).toBe('?');
  });
});
