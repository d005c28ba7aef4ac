import type { ElementType } from './model';

/** Position = TensorProto.DataType (onnx.proto). */
const ELEMENT_TYPES: readonly ElementType[] = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
  'uint2',
  'int2',
  'float6e2m3',
  'float6e3m2',
];

/** null: a number that this version does not know. */
export function toElementType(dataType: number): ElementType | null {
  return ELEMENT_TYPES[dataType] ?? null;
}

export function toDataType(elementType: ElementType): number {
  return ELEMENT_TYPES.indexOf(elementType);
}

/** Bits of one stored element; null for strings and undefined, which have no fixed size. */
const ELEMENT_BITS: Readonly<Record<ElementType, number | null>> = {
  float32: 32,
  float64: 64,
  float16: 16,
  bfloat16: 16,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  float8e8m0: 8,
  float6e2m3: 6,
  float6e3m2: 6,
  float4e2m1: 4,
  int64: 64,
  int32: 32,
  int16: 16,
  int8: 8,
  int4: 4,
  int2: 2,
  uint64: 64,
  uint32: 32,
  uint16: 16,
  uint8: 8,
  uint4: 4,
  uint2: 2,
  bool: 8,
  string: null,
  complex64: 64,
  complex128: 128,
  undefined: null,
};

/** Bytes that `count` elements occupy, 6-, 4- and 2-bit types packed; null for types without a fixed size. */
export function computeSizeBytes(elementType: ElementType, count: number): number | null {
  const bits = ELEMENT_BITS[elementType];
  return bits === null ? null : Math.ceil((count * bits) / 8);
}

const FLOAT_TYPES: ReadonlySet<ElementType> = new Set<ElementType>([
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'float6e2m3',
  'float6e3m2',
  'float4e2m1',
]);

/** Whether a type holds real numbers; float8e8m0 holds only powers of two, the scales of block formats. */
export function isFloatType(elementType: ElementType): boolean {
  return FLOAT_TYPES.has(elementType);
}
