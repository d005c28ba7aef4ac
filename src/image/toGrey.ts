import type { Preprocessing } from '../protocol/preprocessing';
import type { PixelImage } from './pixelImage';

/** Luma weights of ITU-R 601, scaled to 2^bits, in the fixed point of each library. */
const PIL = { red: 19595, green: 38470, blue: 7471, bits: 16 };
const OPENCV = { red: 4899, green: 9617, blue: 1868, bits: 14 };

/** RGB to one channel, as the library that also resizes does it: PIL `convert('L')` or OpenCV `COLOR_RGB2GRAY`. */
export function toGrey(image: PixelImage, interpolation: Preprocessing['interpolation']): PixelImage {
  const { red, green, blue, bits } = interpolation.startsWith('pil') ? PIL : OPENCV;
  const data = new Uint8Array(image.width * image.height);
  for (let index = 0, source = 0; index < data.length; index++, source += 3) {
    const sum = image.data[source] * red + image.data[source + 1] * green + image.data[source + 2] * blue;
    data[index] = (sum + (1 << (bits - 1))) >> bits;
  }
  return { ...image, channels: 1, data };
}
