/** Values of the small floating-point formats of ONNX (https://onnx.ai/onnx/technical/float8.html, float4.html;
 * 6 bits: OCP Microscaling Formats 1.0). */

const BFLOAT16_BITS = new Uint32Array(1);
const BFLOAT16_VALUE = new Float32Array(BFLOAT16_BITS.buffer);

/** bfloat16 is the upper half of a float32. */
export function bfloat16BitsToNumber(bits: number): number {
  BFLOAT16_BITS[0] = bits << 16;
  return BFLOAT16_VALUE[0];
}

interface SmallFloat {
  readonly exponentBits: number;
  readonly fractionBits: number;
  readonly bias: number;
  /** What the bit patterns mean that are no finite number. */
  readonly special: 'ieee' | 'lastIsNan' | 'negativeZeroIsNan' | 'none';
}

/** Value of each bit pattern: sign, exponent, fraction from the top bit down. */
function tabulate({ exponentBits, fractionBits, bias, special }: SmallFloat): Float32Array {
  const magnitudes = 2 ** (exponentBits + fractionBits);
  const table = new Float32Array(2 * magnitudes);
  for (let bits = 0; bits < magnitudes; bits++) {
    const exponent = bits >> fractionBits;
    const fraction = bits & (2 ** fractionBits - 1);
    let value =
      exponent === 0
        ? fraction * 2 ** (1 - bias - fractionBits)
        : (1 + fraction / 2 ** fractionBits) * 2 ** (exponent - bias);
    if (special === 'ieee' && exponent === 2 ** exponentBits - 1) {
      value = fraction === 0 ? Infinity : NaN;
    } else if (special === 'lastIsNan' && bits === magnitudes - 1) {
      value = NaN;
    }
    table[bits] = value;
    table[bits + magnitudes] = bits === 0 && special === 'negativeZeroIsNan' ? NaN : -value;
  }
  return table;
}

/** Indexed by the bits of one element. */
export const FLOAT8_E4M3FN = tabulate({ exponentBits: 4, fractionBits: 3, bias: 7, special: 'lastIsNan' });
export const FLOAT8_E4M3FNUZ = tabulate({ exponentBits: 4, fractionBits: 3, bias: 8, special: 'negativeZeroIsNan' });
export const FLOAT8_E5M2 = tabulate({ exponentBits: 5, fractionBits: 2, bias: 15, special: 'ieee' });
export const FLOAT8_E5M2FNUZ = tabulate({ exponentBits: 5, fractionBits: 2, bias: 16, special: 'negativeZeroIsNan' });
export const FLOAT6_E2M3 = tabulate({ exponentBits: 2, fractionBits: 3, bias: 1, special: 'none' });
export const FLOAT6_E3M2 = tabulate({ exponentBits: 3, fractionBits: 2, bias: 3, special: 'none' });
export const FLOAT4_E2M1 = tabulate({ exponentBits: 2, fractionBits: 1, bias: 1, special: 'none' });
/** Exponent only: 2^(bits − 127), 255 is NaN. A scale, so without a sign. */
export const FLOAT8_E8M0 = Float32Array.from({ length: 256 }, (_, bits) => (bits === 255 ? NaN : 2 ** (bits - 127)));
