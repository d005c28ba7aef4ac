import sharp from 'sharp';
import type { Picture } from '../protocol/explanation';

/** The picture with its longer side at most `size` pixels, for a thumbnail; a small one stays as it is. */
export async function shrinkPicture(picture: Picture, size: number): Promise<Picture> {
  const { width, height, rgba } = picture;
  if (Math.max(width, height) <= size) {
    return picture;
  }
  const input = Buffer.from(rgba.buffer, rgba.byteOffset, rgba.byteLength);
  const { data, info } = await sharp(input, { raw: { width, height, channels: 4 } })
    .resize({ width: size, height: size, fit: 'inside' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgba: new Uint8ClampedArray(data) };
}
