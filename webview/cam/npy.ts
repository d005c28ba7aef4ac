const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Magic, version 1.0 and the length of the header text: what comes before that text. */
const PREAMBLE_BYTES = 10;

/** A NumPy 1.0 file (NEP 1) of little-endian float32 values, row-major, with this shape. */
export function encodeNpy(data: Float32Array, shape: readonly number[]): Uint8Array {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dimensions}), }`;
  // NumPy wants the data to start at a multiple of 64 and the text to end with a line break.
  const headerBytes = Math.ceil((PREAMBLE_BYTES + text.length + 1) / 64) * 64;
  const header = text.padEnd(headerBytes - PREAMBLE_BYTES - 1, ' ') + '\n';
  const bytes = new Uint8Array(headerBytes + data.length * 4);
  const view = new DataView(bytes.buffer);
  bytes.set([...MAGIC, 1, 0]);
  view.setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), PREAMBLE_BYTES);
  data.forEach((value, index) => view.setFloat32(headerBytes + index * 4, value, true));
  return bytes;
}
