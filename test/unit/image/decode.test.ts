import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/image/decodeImage';
import { readNpyArray } from '../../../src/tensor/npy';
import { UserError } from '../../../src/userError';

/** Images and the pixels that Pillow makes of them (generate.py). */
const fixtures = join(__dirname, '../../fixtures/decode');
const expected = (name: string): { data: Uint8Array; shape: readonly number[] } => {
  const { data, shape } = readNpyArray(readFileSync(join(fixtures, `${name}.npy`)));
  return { data: data as Uint8Array, shape };
};
const images = readdirSync(fixtures).filter((name) => /\.(png|jpg|webp|gif|tiff)$/.test(name));

describe('decodeImage', () => {
  it.each(images)('gives the pixels of %s as PIL does, as RGB', async (name) => {
    const image = await decodeImage(join(fixtures, name), { applyOrientation: false });
    const { data, shape } = expected(name.replace('.', '_'));
    expect([image.height, image.width, image.channels]).toEqual(shape);
    expect(Buffer.from(image.data).equals(Buffer.from(data))).toBe(true);
  });

  it('turns the image upright when the EXIF orientation is to be applied', async () => {
    const image = await decodeImage(join(fixtures, 'orientation6.jpg'), { applyOrientation: true });
    const { data, shape } = expected('orientation6_applied');
    expect([image.height, image.width]).toEqual(shape.slice(0, 2));
    expect(Buffer.from(image.data).equals(Buffer.from(data))).toBe(true);
  });

  it('decodes bytes as well as files', async () => {
    const image = await decodeImage(readFileSync(join(fixtures, 'rgb.png')), { applyOrientation: false });
    expect(Buffer.from(image.data).equals(Buffer.from(expected('rgb_png').data))).toBe(true);
  });

  it.each([
    ['a missing file', 'nowhere.png', {}, 'fileNotFound', /nowhere\.png does not exist/],
    ['a folder', '.', {}, 'unreadableImage', /is a folder/],
    ['a format it cannot read', 'unsupported.bmp', {}, 'unreadableImage', /unsupported\.bmp .*Supported are JPEG, PNG/],
    ['a file that is no image', 'generate.py', {}, 'unreadableImage', /generate\.py is not an image/],
    ['too many pixels', 'rgb.png', { pixelLimit: 1000 }, 'tooLarge', /more than .* megapixels/],
  ])('explains %s', async (_, name, options, code, message) => {
    const decoding = decodeImage(join(fixtures, name), { applyOrientation: false, ...options });
    await expect(decoding).rejects.toBeInstanceOf(UserError);
    await expect(decoding).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it('explains a damaged image', async () => {
    const bytes = readFileSync(join(fixtures, 'rgb.png'));
    const decoding = decodeImage(bytes.subarray(0, bytes.length / 2), { applyOrientation: false });
    await expect(decoding).rejects.toMatchObject({
      code: 'unreadableImage',
      message: expect.stringMatching(/damaged/) as string,
    });
  });
});
