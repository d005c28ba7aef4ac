import { float16BitsToNumber } from '../tensor/float16';
import { computeSizeBytes } from './elementTypes';
import type { ElementType, TensorInfo } from './model';

const READ_RAW: Partial<Record<ElementType, (view: DataView, offset: number) => number>> = {
  float32: (view, offset) => view.getFloat32(offset, true),
  float64: (view, offset) => view.getFloat64(offset, true),
  float16: (view, offset) => float16BitsToNumber(view.getUint16(offset, true)),
  bfloat16: (view, offset) => decodeBfloat16(view.getUint16(offset, true)),
  int64: (view, offset) => Number(view.getBigInt64(offset, true)),
  uint64: (view, offset) => Number(view.getBigUint64(offset, true)),
  int32: (view, offset) => view.getInt32(offset, true),
  uint32: (view, offset) => view.getUint32(offset, true),
  int16: (view, offset) => view.getInt16(offset, true),
  uint16: (view, offset) => view.getUint16(offset, true),
  int8: (view, offset) => view.getInt8(offset),
  uint8: (view, offset) => view.getUint8(offset),
  bool: (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1),
};

/**
 * Elements of a tensor whose payload was kept with the structure (shape constants and the like), row-major.
 * 64-bit integers beyond ±2^53 lose their low digits. null: payload elsewhere, or a type without a number per element.
 */
export function decodeInlineTensor(tensor: TensorInfo): number[] | null {
  const count = tensor.dims.reduce((product, size) => product * size, 1);
  if (count === 0) {
    return [];
  }
  if (tensor.payload.kind !== 'inline') {
    return null;
  }
  const { field, bytes } = tensor.payload;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = decodeField(field, tensor.elementType, view);
  return values !== null && values.length >= count ? values.slice(0, count) : null;
}

function decodeField(field: string, elementType: ElementType, view: DataView): number[] | null {
  switch (field) {
    case 'raw_data':
      return decodeFixed(elementType, view);
    case 'float_data':
      return decodeFixed('float32', view);
    case 'double_data':
      return decodeFixed('float64', view);
    case 'int32_data':
      return decodeVarints(view).map((value) => decodeInt32Field(elementType, value));
    case 'int64_data':
      return decodeVarints(view).map((value) => Number(BigInt.asIntN(64, value)));
    case 'uint64_data':
      return decodeVarints(view).map((value) => Number(BigInt.asUintN(64, value)));
    default:
      return null;
  }
}

function decodeFixed(elementType: ElementType, view: DataView): number[] | null {
  const read = READ_RAW[elementType];
  const size = computeSizeBytes(elementType, 1);
  if (read === undefined || size === null) {
    return null;
  }
  const values = new Array<number>(Math.floor(view.byteLength / size));
  for (let index = 0; index < values.length; index++) {
    values[index] = read(view, index * size);
  }
  return values;
}

/** int32_data also carries the bits of the smaller types. */
function decodeInt32Field(elementType: ElementType, value: bigint): number {
  switch (elementType) {
    case 'float16':
      return float16BitsToNumber(Number(BigInt.asUintN(16, value)));
    case 'bfloat16':
      return decodeBfloat16(Number(BigInt.asUintN(16, value)));
    case 'bool':
      return value === 0n ? 0 : 1;
    default:
      return Number(BigInt.asIntN(32, value));
  }
}

function decodeVarints(view: DataView): bigint[] {
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (let offset = 0; offset < view.byteLength; offset++) {
    const byte = view.getUint8(offset);
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) {
      values.push(value);
      value = 0n;
      shift = 0n;
    }
  }
  return values;
}

function decodeBfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}
