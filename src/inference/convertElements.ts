import type { ElementType } from '../graph/model';
import { float16BitsToNumber, numberToFloat16Bits } from '../tensor/float16';
import type { TensorElements } from './messages';

type IntegerArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

const INTEGERS: Partial<Record<ElementType, { create: (length: number) => IntegerArray; low: number; high: number }>> =
  {
    int8: { create: (length) => new Int8Array(length), low: -(2 ** 7), high: 2 ** 7 - 1 },
    uint8: { create: (length) => new Uint8Array(length), low: 0, high: 2 ** 8 - 1 },
    int16: { create: (length) => new Int16Array(length), low: -(2 ** 15), high: 2 ** 15 - 1 },
    uint16: { create: (length) => new Uint16Array(length), low: 0, high: 2 ** 16 - 1 },
    int32: { create: (length) => new Int32Array(length), low: -(2 ** 31), high: 2 ** 31 - 1 },
    uint32: { create: (length) => new Uint32Array(length), low: 0, high: 2 ** 32 - 1 },
  };

/**
 * Float32 elements as the element type that a model's input wants: integers are rounded and clamped to their range,
 * float16 is its bits. Null when there is no such conversion.
 */
export function convertFloat32(data: Float32Array, to: ElementType): Exclude<TensorElements, readonly string[]> | null {
  const integer = INTEGERS[to];
  if (integer !== undefined) {
    const { create, low, high } = integer;
    const converted = create(data.length);
    data.forEach((value, index) => (converted[index] = Math.min(high, Math.max(low, Math.round(value)))));
    return converted;
  }
  switch (to) {
    case 'float32':
      return data;
    case 'float64':
      return Float64Array.from(data);
    case 'float16':
      return Uint16Array.from(data, numberToFloat16Bits);
    case 'int64':
      return BigInt64Array.from(Array.from(data, (value) => BigInt(Math.round(value))));
    default:
      return null;
  }
}

/** Half-precision elements, as bits or as numbers (where the runtime has Float16Array), widened to float32. */
export function widenFloat16(data: Uint16Array | ArrayLike<number>): Float32Array {
  return data instanceof Uint16Array ? Float32Array.from(data, float16BitsToNumber) : Float32Array.from(data);
}
