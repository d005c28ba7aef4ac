import { basename } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { UserError } from '../userError';
import { checkRegularFile } from './regularFile';
import type { PixelImage } from './pixelImage';
import { toMessage } from '../protocol/errorMessage';

const SUPPORTED_FORMATS = 'JPEG, PNG, WebP, GIF (first frame), TIFF and AVIF';

/** Pixels that an image may have before decoding is refused: 200 megapixels take 600 MB as RGB. */
const DEFAULT_PIXEL_LIMIT = 200_000_000;

export interface DecodeOptions {
  /** Whether the EXIF orientation is applied. */
  readonly applyOrientation: boolean;
  readonly pixelLimit?: number;
}

// One image at a time, each used once: libvips' caches would only keep memory.
sharp.cache(false);
sharp.concurrency(1);

/**
 * Decodes an image file to 8-bit RGB as PIL's `convert('RGB')` and OpenCV see it: alpha is dropped (not composited),
 * colour profiles and gamma are ignored, 16-bit samples keep their high byte, grey is repeated in all channels, CMYK is
 * converted by (1 − ink)(1 − black). Throws UserError `fileNotFound`, `unreadableImage`, `tooLarge`.
 */
export async function decodeImage(source: string | Uint8Array, options: DecodeOptions): Promise<PixelImage> {
  const name = typeof source === 'string' ? basename(source) : 'The image';
  const pixelLimit = options.pixelLimit ?? DEFAULT_PIXEL_LIMIT;
  try {
    if (typeof source === 'string') {
      await checkRegularFile(source);
    }
    const input = sharp(source, { ignoreIcc: true, limitInputPixels: pixelLimit, failOn: 'error', pages: 1 });
    const { format, space } = await input.metadata();
    if (format === 'svg') {
      throw new UserError(
        'unreadableImage',
        `${name} is an SVG drawing, which has no pixels of its own. Export it as PNG.`,
      );
    }
    const oriented = options.applyOrientation ? input.autoOrient() : input;
    return space === 'cmyk' ? await decodeCmyk(oriented) : await decodeRgb(oriented);
  } catch (error) {
    throw error instanceof UserError ? error : toUserError(error, source, name, pixelLimit);
  }
}

async function decodeRgb(input: Sharp): Promise<PixelImage> {
  const { data, info } = await input.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { width, height, channels: 3, data: channels === 1 ? repeatChannel(pixels) : pixels };
}

function repeatChannel(grey: Uint8Array): Uint8Array {
  const data = new Uint8Array(grey.length * 3);
  grey.forEach((value, index) => data.fill(value, index * 3, index * 3 + 3));
  return data;
}

async function decodeCmyk(input: Sharp): Promise<PixelImage> {
  const { data, info } = await input
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const pixels = new Uint8ClampedArray(width * height * 3);
  for (let index = 0; index < width * height; index++) {
    const black = data[index * channels + 3];
    for (let ink = 0; ink < 3; ink++) {
      pixels[index * 3 + ink] = ((255 - data[index * channels + ink]) * (255 - black)) / 255;
    }
  }
  return { width, height, channels: 3, data: new Uint8Array(pixels.buffer) };
}

function toUserError(error: unknown, source: string | Uint8Array, name: string, pixelLimit: number): UserError {
  const found = toMessage(error);
  if (/Input file is missing/.test(found)) {
    return new UserError('fileNotFound', `${String(source)} does not exist. Was it moved or deleted?`, {
      cause: error,
    });
  }
  if (/pixel limit/i.test(found)) {
    const limit = Math.round(pixelLimit / 1e6);
    const message = `${name} has more than ${limit} megapixels, the limit. Save a smaller copy.`;
    return new UserError('tooLarge', message, { cause: error });
  }
  const message = /unsupported image format|no loader/i.test(found)
    ? `${name} is not an image that can be read. Supported are ${SUPPORTED_FORMATS}; convert it to PNG.`
    : `${name} cannot be decoded (${found.trim().replace(/\s*\n\s*/g, '; ')}). The file may be damaged: open it elsewhere and save it again.`;
  return new UserError('unreadableImage', message, { cause: error });
}
