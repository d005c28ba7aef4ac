import { describe, expect, it } from 'vitest';
import { float16BitsToNumber, numberToFloat16Bits } from '../../../src/tensor/float16';

describe('half precision', () => {
  it('gives every one of the 65536 bit patterns back', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = float16BitsToNumber(bits);
      if (!Number.isNaN(value)) {
        expect(numberToFloat16Bits(value)).toBe(bits);
      }
    }
  });

  it('rounds to the nearest, ties to even', () => {
    expect(numberToFloat16Bits(1 + 2 ** -11)).toBe(0x3c00);
    expect(numberToFloat16Bits(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(numberToFloat16Bits(65519)).toBe(0x7bff);
    expect(numberToFloat16Bits(65520)).toBe(0x7c00);
    expect(numberToFloat16Bits(2047.9999)).toBe(0x6800);
    expect(float16BitsToNumber(numberToFloat16Bits(NaN))).toBeNaN();
  });
});
