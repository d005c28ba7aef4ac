import { float16BitsToNumber, numberToFloat16Bits } from '../../tensor/float16';
import type { ElementType } from '../model';

/** Bits of the integers that wrap around; 64-bit ones are left as the numbers they are, precise up to ±2^53. */
const INTEGER_BITS: Partial<Record<ElementType, { readonly bits: number; readonly signed: boolean }>> = {
  int32: { bits: 32, signed: true },
  int16: { bits: 16, signed: true },
  int8: { bits: 8, signed: true },
  int4: { bits: 4, signed: true },
  int2: { bits: 2, signed: true },
  uint32: { bits: 32, signed: false },
  uint16: { bits: 16, signed: false },
  uint8: { bits: 8, signed: false },
  uint4: { bits: 4, signed: false },
  uint2: { bits: 2, signed: false },
};

/**
 * The number that an element of the type holds after a computation gave `x`: floats rounded, integers cut off towards
 * zero and wrapped around. null: text, and floats of 8 bits and less, whose rounding depends on the operator.
 */
export function toStoredValue(elementType: ElementType, x: number): number | null {
  switch (elementType) {
    case 'float64':
    case 'bool':
      return x;
    case 'float32':
      return Math.fround(x);
    case 'float16':
      return float16BitsToNumber(numberToFloat16Bits(x));
    case 'bfloat16':
      return toBfloat16(x);
    case 'int64':
    case 'uint64':
      return Number.isFinite(x) ? Math.trunc(x) : null;
    default: {
      const integer = INTEGER_BITS[elementType];
      return integer === undefined || !Number.isFinite(x) ? null : wrap(Math.trunc(x), integer);
    }
  }
}

function wrap(x: number, { bits, signed }: { readonly bits: number; readonly signed: boolean }): number {
  const range = 2 ** bits;
  const rest = ((x % range) + range) % range;
  return signed && rest >= range / 2 ? rest - range : rest;
}

const WORD = new DataView(new ArrayBuffer(4));

/** The upper half of a float32, rounded to the nearest, ties to even. */
function toBfloat16(x: number): number {
  WORD.setFloat32(0, x);
  if (Number.isFinite(x)) {
    const bits = WORD.getUint32(0);
    WORD.setUint32(0, bits + 0x7fff + ((bits >>> 16) & 1));
  }
  WORD.setUint16(2, 0);
  return WORD.getFloat32(0);
}
