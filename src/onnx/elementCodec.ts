import { computeSizeBytes } from '../graph/elementTypes';
import type { ElementType } from '../graph/model';
import { float16BitsToNumber } from '../tensor/float16';
import * as formats from './floatFormats';

/** Elements in memory. 4-bit and 2-bit integers take a byte each, the small floats become float32. */
export type NumericData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

interface ElementCodec {
  readonly create: (count: number) => NumericData;
  /**
   * Element `index` of bytes in ONNX's raw layout (little-endian; small elements packed from the low bits up).
   * null: `create`'s array has that very layout, so that bytes can be copied as they are. (Node runs on little-endian
   * machines only, save s390x, which ONNX Runtime has no package for.)
   */
  readonly decode: ((bytes: DataView, index: number) => number) | null;
  /** Numbers per element: 2 for complex types (real, imaginary). */
  readonly parts: 1 | 2;
}

type Decode = NonNullable<ElementCodec['decode']>;
const native = (create: ElementCodec['create'], parts: 1 | 2 = 1): ElementCodec => ({ create, decode: null, parts });
const toFloat32 = (decode: Decode): ElementCodec => ({ create: (count) => new Float32Array(count), decode, parts: 1 });
const toUint8 = (decode: Decode): ElementCodec => ({ create: (count) => new Uint8Array(count), decode, parts: 1 });
const toInt8 = (decode: Decode): ElementCodec => ({ create: (count) => new Int8Array(count), decode, parts: 1 });
const lookUp = (values: Float32Array): ElementCodec => toFloat32((bytes, index) => values[bytes.getUint8(index)]);

function unpack(bytes: DataView, index: number, bits: 2 | 4): number {
  const perByte = 8 / bits;
  return (bytes.getUint8(Math.floor(index / perByte)) >> ((index % perByte) * bits)) & (2 ** bits - 1);
}

/** Four elements in three bytes, as one stream of bits from the low ones up. */
function unpackSixBits(bytes: DataView, index: number): number {
  const first = Math.floor((index * 6) / 8);
  const next = first + 1 < bytes.byteLength ? bytes.getUint8(first + 1) : 0;
  return ((bytes.getUint8(first) | (next << 8)) >> ((index * 6) % 8)) & 0x3f;
}

function unpackSigned(bytes: DataView, index: number, bits: 2 | 4): number {
  return (unpack(bytes, index, bits) << (32 - bits)) >> (32 - bits);
}

const CODECS: Partial<Record<ElementType, ElementCodec>> = {
  float32: native((count) => new Float32Array(count)),
  float64: native((count) => new Float64Array(count)),
  complex64: native((count) => new Float32Array(count), 2),
  complex128: native((count) => new Float64Array(count), 2),
  int8: native((count) => new Int8Array(count)),
  int16: native((count) => new Int16Array(count)),
  int32: native((count) => new Int32Array(count)),
  int64: native((count) => new BigInt64Array(count)),
  uint8: native((count) => new Uint8Array(count)),
  uint16: native((count) => new Uint16Array(count)),
  uint32: native((count) => new Uint32Array(count)),
  uint64: native((count) => new BigUint64Array(count)),
  bool: toUint8((bytes, index) => (bytes.getUint8(index) === 0 ? 0 : 1)),
  float16: toFloat32((bytes, index) => float16BitsToNumber(bytes.getUint16(2 * index, true))),
  bfloat16: toFloat32((bytes, index) => formats.bfloat16BitsToNumber(bytes.getUint16(2 * index, true))),
  float8e4m3fn: lookUp(formats.FLOAT8_E4M3FN),
  float8e4m3fnuz: lookUp(formats.FLOAT8_E4M3FNUZ),
  float8e5m2: lookUp(formats.FLOAT8_E5M2),
  float8e5m2fnuz: lookUp(formats.FLOAT8_E5M2FNUZ),
  float8e8m0: lookUp(formats.FLOAT8_E8M0),
  float6e2m3: toFloat32((bytes, index) => formats.FLOAT6_E2M3[unpackSixBits(bytes, index)]),
  float6e3m2: toFloat32((bytes, index) => formats.FLOAT6_E3M2[unpackSixBits(bytes, index)]),
  float4e2m1: toFloat32((bytes, index) => formats.FLOAT4_E2M1[unpack(bytes, index, 4)]),
  int4: toInt8((bytes, index) => unpackSigned(bytes, index, 4)),
  int2: toInt8((bytes, index) => unpackSigned(bytes, index, 2)),
  uint4: toUint8((bytes, index) => unpack(bytes, index, 4)),
  uint2: toUint8((bytes, index) => unpack(bytes, index, 2)),
};

/** null: strings and `undefined`, whose elements are not numbers. */
export function getElementCodec(elementType: ElementType): ElementCodec | null {
  return CODECS[elementType] ?? null;
}

/**
 * Decodes whole elements of raw layout into `target` from `at` on, as far as both reach; the number of numbers written.
 * `bytes` may lie anywhere in memory: nothing is reinterpreted in place.
 */
export function decodeInto(elementType: ElementType, bytes: Uint8Array, target: NumericData, at: number): number {
  const codec = CODECS[elementType];
  const count = Math.min(computeNumberCount(elementType, bytes.byteLength), target.length - at);
  if (codec?.decode === null) {
    const size = target.BYTES_PER_ELEMENT;
    new Uint8Array(target.buffer, target.byteOffset).set(bytes.subarray(0, count * size), at * size);
  } else if (codec !== undefined) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const numbers = target as Float32Array; // codecs that decode create arrays of numbers, not of bigints
    for (let index = 0; index < count; index++) {
      numbers[at + index] = codec.decode(view, index);
    }
  }
  return count;
}

/** How many numbers are complete in this many bytes of raw layout. */
function computeNumberCount(elementType: ElementType, sizeBytes: number): number {
  const bytesPerEight = computeSizeBytes(elementType, 8) ?? Infinity;
  return Math.floor((8 * sizeBytes) / bytesPerEight) * (CODECS[elementType]?.parts ?? 1);
}
