import { inflateSync } from 'node:zlib';
import { UserError } from '../userError';
import { toMessage } from '../protocol/errorMessage';

/** Samples of a PNG as stored: grey levels or palette indices, [height, width]. */
export interface PngValues {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array | Uint16Array;
}

const MOST_PIXELS = 200_000_000;
const SIGNATURE = '89504e470d0a1a0a';
/** Samples per pixel by colour type. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly samples: number;
  readonly isColor: boolean;
}

/**
 * Reads a mask without turning palette indices into colours, which is what an image decoder does and what loses the
 * classes of Pascal VOC's masks (PNG specification, ISO/IEC 15948). Grey stored as RGB is taken as grey; alpha is
 * dropped. Throws UserError `unreadableImage` for colours, interlacing, and what is no PNG.
 */
export function readPngValues(bytes: Uint8Array, name: string): PngValues {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const { header, data } = readChunks(buffer, name);
    const rowBytes = Math.ceil((header.width * header.samples * header.depth) / 8);
    const rows = inflateSync(data, { maxOutputLength: header.height * (rowBytes + 1) });
    if (rows.length < header.height * (rowBytes + 1)) {
      throw refuse(name, 'it ends before its last row');
    }
    unfilter(rows, rowBytes, Math.max(1, (header.samples * header.depth) / 8), header.height, name);
    return { width: header.width, height: header.height, values: readSamples(rows, rowBytes, header, name) };
  } catch (error) {
    throw error instanceof UserError ? error : refuse(name, toMessage(error));
  }
}

function refuse(name: string, found: string): UserError {
  const message = `The mask ${name} cannot be read: ${found}. Save it as a PNG with 0 and 255, or with class indices.`;
  return new UserError('unreadableImage', message);
}

function readChunks(buffer: Buffer, name: string): { readonly header: Header; readonly data: Buffer } {
  if (buffer.toString('hex', 0, 8) !== SIGNATURE || buffer.toString('latin1', 12, 16) !== 'IHDR') {
    throw refuse(name, 'it is not a PNG file');
  }
  const [width, height] = [buffer.readUInt32BE(16), buffer.readUInt32BE(20)];
  const [depth, type, interlace] = [buffer[24], buffer[25], buffer[28]];
  const samples = SAMPLES[type];
  if (samples === undefined || ![1, 2, 4, 8, 16].includes(depth) || width * height > MOST_PIXELS || width === 0) {
    throw refuse(name, `its header is odd (${width} × ${height}, ${depth} bits, colour type ${type})`);
  }
  if (interlace !== 0) {
    throw refuse(name, 'it is interlaced');
  }
  const parts: Buffer[] = [];
  for (let at = 8; at + 8 <= buffer.length; at += 12 + buffer.readUInt32BE(at)) {
    if (buffer.toString('latin1', at + 4, at + 8) === 'IDAT') {
      parts.push(buffer.subarray(at + 8, at + 8 + buffer.readUInt32BE(at)));
    }
  }
  const isColor = type === 2 || type === 6;
  return { header: { width, height, depth, samples, isColor }, data: Buffer.concat(parts) };
}

/** Undoes the filter of each row in place (section 9 of the specification). Each row begins with its filter's number. */
function unfilter(rows: Buffer, rowBytes: number, pixelBytes: number, height: number, name: string): void {
  const stride = rowBytes + 1;
  for (let y = 0; y < height; y++) {
    const start = y * stride + 1;
    const filter = rows[start - 1];
    if (filter > 4) {
      throw refuse(name, `row ${y} has the unknown filter ${filter}`);
    }
    for (let x = 0; x < rowBytes; x++) {
      const left = x >= pixelBytes ? rows[start + x - pixelBytes] : 0;
      const above = y > 0 ? rows[start + x - stride] : 0;
      const corner = y > 0 && x >= pixelBytes ? rows[start + x - stride - pixelBytes] : 0;
      rows[start + x] += predict(filter, left, above, corner);
    }
  }
}

function predict(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4: {
      const [a, b, c] = [above - corner, left - corner, left + above - 2 * corner].map(Math.abs);
      return a <= b && a <= c ? left : b <= c ? above : corner;
    }
    default:
      return 0;
  }
}

function readSamples(rows: Buffer, rowBytes: number, header: Header, name: string): Uint8Array | Uint16Array {
  const { width, height, depth, samples, isColor } = header;
  const values = depth === 16 ? new Uint16Array(width * height) : new Uint8Array(width * height);
  const mask = 2 ** depth - 1;
  const read = (y: number, sample: number): number => {
    const bit = sample * depth;
    const at = y * (rowBytes + 1) + 1 + (bit >> 3);
    return depth === 16 ? (rows[at] << 8) | rows[at + 1] : (rows[at] >> (8 - depth - (bit & 7))) & mask;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = read(y, x * samples);
      if (isColor && (read(y, x * samples + 1) !== value || read(y, x * samples + 2) !== value)) {
        throw refuse(name, `it has colours (pixel ${x}, ${y}), which say nothing about classes`);
      }
      values[y * width + x] = value;
    }
  }
  return values;
}
