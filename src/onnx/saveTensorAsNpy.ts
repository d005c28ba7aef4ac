import { open, rm } from 'node:fs/promises';
import type { ElementType, Model, TensorInfo } from '../graph/model';
import { encodeNpyHeader } from '../tensor/npy';
import { UserError } from '../userError';
import { decodeInto, getElementCodec, type NumericData } from './elementCodec';
import { readPayloadBytes } from './payloadBytes';
import { checkPayload, type ReadTensorOptions } from './readTensor';

/** NumPy has the same type with the same bytes. */
const SAME_BYTES: Partial<Record<ElementType, string>> = {
  float16: '<f2',
  float32: '<f4',
  float64: '<f8',
  complex64: '<c8',
  complex128: '<c16',
  int8: '|i1',
  int16: '<i2',
  int32: '<i4',
  int64: '<i8',
  uint8: '|u1',
  uint16: '<u2',
  uint32: '<u4',
  uint64: '<u8',
  bool: '|b1',
};

/**
 * Writes a stored tensor as a `.npy` file, piece by piece. bfloat16 and smaller floats become float32, which holds them
 * exactly; 4- and 2-bit integers take a byte each. Nothing is left behind when it fails or is cancelled.
 * Throws UserError as readTensor does.
 */
export async function saveTensorAsNpy(
  model: Model,
  tensor: TensorInfo,
  path: string,
  { signal }: ReadTensorOptions = {},
): Promise<void> {
  const { elementType, dims, name } = tensor;
  const codec = getElementCodec(elementType);
  if (codec === null) {
    throw new UserError(
      'unsupportedTensor',
      `Tensor "${name}" holds ${elementType} elements, which .npy cannot store.`,
    );
  }
  let left = await checkPayload(model, tensor);
  const sameBytes = SAME_BYTES[elementType];
  const file = await open(path, 'w');
  try {
    await file.write(encodeNpyHeader(sameBytes ?? toNumPyType(codec.create(0)), dims));
    for await (const bytes of readPayloadBytes(model, tensor, signal)) {
      if (sameBytes !== undefined) {
        await file.write(bytes);
      } else {
        const numbers = codec.create(Math.min(left, bytes.byteLength * 4)); // no element is smaller than 2 bits
        const written = decodeInto(elementType, bytes, numbers, 0);
        left -= written;
        await file.write(new Uint8Array(numbers.buffer, 0, written * numbers.BYTES_PER_ELEMENT));
      }
    }
    await file.close();
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

function toNumPyType(data: NumericData): string {
  return data instanceof Float32Array ? '<f4' : data instanceof Int8Array ? '|i1' : '|u1';
}
