/** IEEE 754 binary16 ↔ number. Kept here because Node 20 has no Float16Array. */

/** Value of the half-precision number with these 16 bits. */
export function float16BitsToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) {
    return sign * fraction * 2 ** -24;
  }
  if (exponent === 0x1f) {
    return fraction === 0 ? sign * Infinity : NaN;
  }
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Bits of the half-precision number nearest to `value`; ties go to even, too large becomes infinity. */
export function numberToFloat16Bits(value: number): number {
  if (Number.isNaN(value)) {
    return 0x7e00;
  }
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) {
    return sign | 0x7c00;
  }
  if (magnitude < 2 ** -14) {
    return sign | roundHalfToEven(magnitude * 2 ** 24);
  }
  const exponent = floorLog2(magnitude);
  // A fraction that rounds up to 1024 carries into the exponent, which is what addition of the fields does.
  const fraction = roundHalfToEven((magnitude / 2 ** exponent - 1) * 1024);
  return sign | (((exponent + 15) << 10) + fraction);
}

function floorLog2(magnitude: number): number {
  const exponent = Math.floor(Math.log2(magnitude));
  // Math.log2 may be off by a rounding error next to a power of two.
  if (2 ** exponent > magnitude) {
    return exponent - 1;
  }
  return 2 ** (exponent + 1) <= magnitude ? exponent + 1 : exponent;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) {
    return floor % 2 === 0 ? floor : floor + 1;
  }
  return Math.round(value);
}
