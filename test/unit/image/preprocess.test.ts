import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/image/decodeImage';
import type { PixelImage } from '../../../src/image/pixelImage';
import { preprocessImage } from '../../../src/image/preprocessImage';
import { tensorToPicture } from '../../../src/image/tensorPicture';
import type { Preprocessing } from '../../../src/protocol/preprocessing';
import { readNpy } from '../../../src/tensor/npy';

const root = join(__dirname, '../../..');
const lite0: Preprocessing = {
  height: 224,
  width: 224,
  fit: 'centerCrop',
  cropFraction: 224 / 256,
  padValue: 0,
  interpolation: 'pil-bilinear',
  layout: 'NCHW',
  channelOrder: 'RGB',
  scale: 1,
  mean: [127, 127, 127],
  std: [128, 128, 128],
  applyOrientation: false,
};

/** Every stored reference: two are committed, the other images when the shared data lies beside the checkout. */
const shared = join(root, '../shared/data');
const references = [
  ...['chelsea', 'coffee'].map((name) => ({
    name,
    image: join(root, `media/demo/images/${name}.png`),
    folder: join(root, `test/fixtures/lite0/${name}`),
  })),
  ...(existsSync(shared) ? readdirSync(join(shared, 'images')) : [])
    .filter((file) => /\.(png|jpg)$/.test(file))
    .map((file) => ({
      name: file,
      image: join(shared, 'images', file),
      folder: join(shared, 'refs/lite0', file.replace(/\..*/, '')),
    })),
];

const opaque = (image: PixelImage): number[] =>
  Array.from({ length: image.width * image.height }, (_, index) => [
    ...image.data.subarray(index * 3, index * 3 + 3),
    255,
  ]).flat();

function largestDifference(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(found.length).toBe(wanted.length);
  let largest = 0;
  for (let index = 0; index < wanted.length; index++) {
    largest = Math.max(largest, Math.abs(found[index] - wanted[index]));
  }
  return largest;
}

describe('preprocessImage', () => {
  it.each(references)('feeds EfficientNet-Lite0 what PyTorch and PIL feed it: $name', async ({ image, folder }) => {
    const decoded = await decodeImage(image, lite0);
    for (const filter of ['bilinear', 'bicubic'] as const) {
      const { picture } = preprocessImage(decoded, { ...lite0, interpolation: `pil-${filter}` });
      const wanted = await decodeImage(join(folder, `resized_${filter}.png`), lite0);
      // The promise is one grey level; PIL's arithmetic is followed exactly.
      expect(largestDifference(picture.rgba, opaque(wanted))).toBe(0);
    }
    const { tensor } = preprocessImage(decoded, lite0);
    const input = readNpy(readFileSync(join(folder, 'input.npy')));
    expect(tensor.shape).toEqual(input.shape);
    expect(largestDifference(tensor.data, input.data)).toBe(0);
  });
});

/** Two pixels, red above blue. */
const redAboveBlue: PixelImage = { width: 1, height: 2, channels: 3, data: Uint8Array.of(255, 0, 51, 0, 51, 255) };
const plain: Preprocessing = { ...lite0, width: 1, height: 2, fit: 'stretch', mean: [0, 0, 0], std: [1, 1, 1] };

describe('the input tensor', () => {
  it('is planar or interleaved, red first or blue first', () => {
    const at = (changes: Partial<Preprocessing>): number[] =>
      Array.from(preprocessImage(redAboveBlue, { ...plain, ...changes }).tensor.data);
    expect(at({})).toEqual([255, 0, 0, 51, 51, 255]);
    expect(at({ channelOrder: 'BGR' })).toEqual([51, 255, 0, 51, 255, 0]);
    expect(at({ layout: 'NHWC' })).toEqual([255, 0, 51, 0, 51, 255]);
    expect(at({ layout: 'NHWC', channelOrder: 'BGR' })).toEqual([51, 0, 255, 255, 51, 0]);
    expect(preprocessImage(redAboveBlue, { ...plain, layout: 'NHWC' }).tensor.shape).toEqual([1, 2, 1, 3]);
  });

  it('is (pixel·scale − mean) / std per channel in the order of the model', () => {
    const { tensor } = preprocessImage(redAboveBlue, {
      ...plain,
      channelOrder: 'BGR',
      scale: 1 / 255,
      mean: [0.2, 0, 1],
      std: [0.5, 2, 4],
    });
    expect(Array.from(tensor.data)).toEqual([0, 1.6, 0, 0.1, 0, -0.25].map(Math.fround));
  });

  it('has one channel for a grey model, with the luma of ITU-R 601', () => {
    const { tensor, picture } = preprocessImage(redAboveBlue, { ...plain, channelOrder: 'grey', mean: [0], std: [1] });
    expect(tensor.shape).toEqual([1, 1, 2, 1]);
    expect(Array.from(tensor.data)).toEqual([
      Math.round(0.299 * 255 + 0.114 * 51),
      Math.round(0.587 * 51 + 0.114 * 255),
    ]);
    expect(Array.from(picture.rgba.subarray(0, 4))).toEqual([82, 82, 82, 255]);
  });

  it('can be turned back into the picture, in either layout and order', () => {
    for (const layout of ['NCHW', 'NHWC'] as const) {
      for (const channelOrder of ['RGB', 'BGR'] as const) {
        const preprocessing = {
          ...plain,
          layout,
          channelOrder,
          scale: 1 / 255,
          mean: [0.485, 0.456, 0.406],
          std: [0.2, 0.3, 0.4],
        };
        const { tensor, picture } = preprocessImage(redAboveBlue, preprocessing);
        expect(tensorToPicture(tensor, preprocessing, 'x.npy')).toEqual(picture);
      }
    }
    expect(() => tensorToPicture({ data: new Float32Array(8), shape: [1, 2, 2, 2] }, plain, 'x.npy')).toThrow(
      /x\.npy has the shape \[1, 2, 2, 2\].*\[1, channels, height, width\]/,
    );
  });
});
