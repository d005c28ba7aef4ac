import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy, readNpyArray, writeNpy } from '../../../src/tensor/npy';
import { UserError } from '../../../src/userError';

const fixtures = join(__dirname, '../../fixtures/npy');
const load = (name: string): Uint8Array => readFileSync(join(fixtures, name));

/** Made by test/fixtures/npy/generate.py: each holds arange(24) of shape (2, 3, 4) unless its name says otherwise. */
const counting = Array.from({ length: 24 }, (_, index) => index);

describe('readNpy', () => {
  it.each(['float32', 'float64', 'float16', 'int32', 'int64', 'uint8', 'version2', 'version3', 'fortran'])(
    'reads %s as numpy wrote it',
    (name) => {
      const tensor = readNpy(load(`${name}.npy`));
      expect(tensor.shape).toEqual([2, 3, 4]);
      expect(Array.from(tensor.data)).toEqual(counting);
    },
  );

  it('keeps float16 fractions, subnormal numbers and infinities', () => {
    const { data } = readNpy(load('float16_values.npy'));
    expect(Array.from(data)).toEqual([0.333251953125, -65504, 2 ** -24, 2 ** -14, Infinity, -0]);
  });

  it('reads a scalar and an empty array', () => {
    expect(readNpy(load('scalar.npy'))).toEqual({ data: Float32Array.of(2.5), shape: [] });
    expect(readNpy(load('empty.npy'))).toEqual({ data: new Float32Array(), shape: [0, 3] });
  });

  it('keeps 64-bit integers whole', () => {
    expect(readNpyArray(load('int64_large.npy')).data).toEqual(BigInt64Array.of(9007199254740993n, -1n));
  });

  it('reads from a buffer that starts at an odd offset', () => {
    const bytes = load('float32.npy');
    const pool = new Uint8Array(bytes.length + 1);
    pool.set(bytes, 1);
    expect(Array.from(readNpy(pool.subarray(1)).data)).toEqual(counting);
  });

  it.each([
    ['big-endian elements', load('bigendian.npy'), /'>f4'.*astype/],
    ['complex elements', load('complex.npy'), /'<c8'/],
    ['structured elements', load('structured.npy'), /structured type/],
    ['something else', new TextEncoder().encode('PK not numpy at all'), /not a NumPy/],
    ['a truncated header', load('float32.npy').subarray(0, 40), /ends inside its header/],
    ['truncated data', load('float32.npy').subarray(0, 150), /holds 22 bytes of data.*need 96/],
  ])('explains what is wrong with %s', (_, bytes, message) => {
    expect(() => readNpy(bytes, 'x.npy')).toThrow(UserError);
    expect(() => readNpy(bytes, 'x.npy')).toThrow(message);
  });
});

describe('writeNpy', () => {
  it('writes byte for byte what numpy.save writes', () => {
    for (const name of ['float32', 'float64', 'int32', 'int64', 'uint8', 'scalar', 'vector']) {
      const bytes = load(`${name}.npy`);
      expect(Buffer.from(writeNpy(readNpyArray(bytes)))).toEqual(bytes);
    }
  });

  it('refuses data that does not fill the shape', () => {
    expect(() => writeNpy({ data: new Float32Array(5), shape: [2, 3] })).toThrow(/5 elements/);
  });
});
