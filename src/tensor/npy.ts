import { UserError } from '../userError';
import { float16BitsToNumber } from './float16';
import { computeElementCount, type Tensor } from './tensor';

/** Elements as stored, row-major. float16 is widened to float32, which is exact; bool is 0 or 1. */
export interface NpyArray {
  readonly data: Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
}

type ElementKind = 'float16' | 'float32' | 'float64' | 'int64' | 'int32' | 'uint8';

/** NumPy's type strings, without the byte order. */
const ELEMENT_KINDS: Readonly<Record<string, ElementKind>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i8: 'int64',
  i4: 'int32',
  u1: 'uint8',
  b1: 'uint8',
};
const ELEMENT_BYTES: Readonly<Record<ElementKind, number>> = {
  float16: 2,
  float32: 4,
  float64: 8,
  int64: 8,
  int32: 4,
  uint8: 1,
};
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const SUPPORTED = 'little-endian float16, float32, float64, int32, int64, uint8 or bool';

/**
 * Parses a `.npy` file (format versions 1 to 3, numpy.lib.format) as a float32 tensor. float64 is rounded; int64 is
 * exact up to 2^24 only: use `readNpyArray` for indices. Throws UserError `badInputTensor`; `name` is the file's name.
 */
export function readNpy(bytes: Uint8Array, name = 'array.npy'): Tensor {
  const { data, shape } = readNpyArray(bytes, name);
  return {
    data: data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number | bigint>, Number),
    shape,
  };
}

/** Parses a `.npy` file, keeping its element type. Fortran order is transposed to row-major. */
export function readNpyArray(bytes: Uint8Array, name = 'array.npy'): NpyArray {
  const { header, dataOffset } = readHeader(bytes, name);
  const kind = readElementKind(header, name);
  const shape = readShape(header, name);
  const count = computeElementCount(shape);
  const wanted = count * ELEMENT_BYTES[kind];
  if (bytes.length - dataOffset !== wanted) {
    throw new UserError(
      'badInputTensor',
      `${name} holds ${bytes.length - dataOffset} bytes of data, but its shape [${shape.join(', ')}] and type need ${wanted}. ` +
        'The file is damaged or incomplete: save it again.',
    );
  }
  // A copy, because typed arrays need aligned offsets (and slice() of a Buffer would still view Node's pool).
  const data = toElements(new Uint8Array(bytes.subarray(dataOffset)).buffer, kind);
  return { data: /'fortran_order':\s*True/.test(header) ? toRowMajor(data, shape) : data, shape };
}

/** Encodes an array as `.npy` version 1.0, row-major, little-endian. */
export function writeNpy(array: NpyArray): Uint8Array {
  const { data, shape } = array;
  if (data.length !== computeElementCount(shape)) {
    throw new Error(`${data.length} elements do not fill the shape [${shape.join(', ')}].`);
  }
  const header = encodeNpyHeader(toTypeString(data), shape);
  const bytes = new Uint8Array(header.byteLength + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.byteLength);
  return bytes;
}

/** What comes before the elements of a row-major `.npy` file, version 1.0. `type`: NumPy's, with byte order (`<f4`). */
export function encodeNpyHeader(type: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The header ends in a newline and is padded so that the data starts at a multiple of 64.
  const headerLength = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + headerLength);
  bytes.set([...MAGIC, 1, 0, headerLength & 0xff, headerLength >> 8]);
  bytes.set(new TextEncoder().encode(dictionary.padEnd(headerLength - 1) + '\n'), 10);
  return bytes;
}

function readHeader(bytes: Uint8Array, name: string): { header: string; dataOffset: number } {
  if (bytes.length < 10 || MAGIC.some((byte, index) => bytes[index] !== byte)) {
    throw new UserError('badInputTensor', `${name} is not a NumPy .npy file. Save the array with numpy.save.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6];
  if (version < 1 || version > 3 || (version > 1 && bytes.length < 12)) {
    throw new UserError('badInputTensor', `${name} has .npy format version ${version}; versions 1 to 3 can be read.`);
  }
  const headerOffset = version === 1 ? 10 : 12;
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataOffset = headerOffset + headerLength;
  if (dataOffset > bytes.length) {
    throw new UserError('badInputTensor', `${name} ends inside its header. The file is incomplete: save it again.`);
  }
  return { header: new TextDecoder().decode(bytes.subarray(headerOffset, dataOffset)), dataOffset };
}

function readElementKind(header: string, name: string): ElementKind {
  const [, order, type] = /'descr':\s*'([<>=|]?)(\w+)'/.exec(header) ?? [];
  const kind = type === undefined ? undefined : ELEMENT_KINDS[type];
  if (kind === undefined || (order === '>' && kind !== 'uint8')) {
    const found = type === undefined ? 'a structured type' : `'${order}${type}'`;
    throw new UserError(
      'badInputTensor',
      `${name} holds ${found}; ${SUPPORTED} can be read. Convert it with astype('<f4').`,
    );
  }
  return kind;
}

function readShape(header: string, name: string): number[] {
  const [, tuple] = /'shape':\s*\(([^)]*)\)/.exec(header) ?? [];
  const sizes = tuple
    ?.split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '');
  if (sizes === undefined || sizes.some((size) => !/^\d+$/.test(size))) {
    throw new UserError(
      'badInputTensor',
      `${name} has no readable shape in its header. Save it again with numpy.save.`,
    );
  }
  return sizes.map(Number);
}

function toElements(buffer: ArrayBuffer, kind: ElementKind): NpyArray['data'] {
  switch (kind) {
    case 'float32':
      return new Float32Array(buffer);
    case 'float64':
      return new Float64Array(buffer);
    case 'int64':
      return new BigInt64Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'uint8':
      return new Uint8Array(buffer);
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer), float16BitsToNumber);
  }
}

function toTypeString(data: NpyArray['data']): string {
  if (data instanceof Float32Array) return '<f4';
  if (data instanceof Float64Array) return '<f8';
  if (data instanceof BigInt64Array) return '<i8';
  return data instanceof Int32Array ? '<i4' : '|u1';
}

/** Column-major to row-major: walks the target in order and keeps the source offset of each index. */
function toRowMajor(source: NpyArray['data'], shape: readonly number[]): NpyArray['data'] {
  const target = source.slice();
  const strides: number[] = [];
  shape.reduce((stride, size) => (strides.push(stride), stride * size), 1);
  const index = shape.map(() => 0);
  let offset = 0;
  for (let position = 0; position < target.length; position++) {
    target[position] = source[offset];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return target;
}
