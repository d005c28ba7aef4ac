import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PixelImage } from '../../../src/image/pixelImage';
import { resizeImage } from '../../../src/image/resizeImage';
import type { Preprocessing } from '../../../src/protocol/preprocessing';
import { readNpyArray } from '../../../src/tensor/npy';

interface Case {
  readonly interpolation: Preprocessing['interpolation'];
  readonly channels: 1 | 3;
  readonly width: number;
  readonly height: number;
}

/** Made by test/fixtures/resize/generate.py with Pillow and OpenCV. */
const fixtures = join(__dirname, '../../fixtures/resize');
const load = (name: string): Uint8Array => readNpyArray(readFileSync(join(fixtures, name))).data as Uint8Array;
const rgb: PixelImage = { width: 60, height: 42, channels: 3, data: load('source.npy') };
const green: PixelImage = { ...rgb, channels: 1, data: rgb.data.filter((_, index) => index % 3 === 1) };
const expected = load('expected.npy');
let offset = 0;
const cases = (JSON.parse(readFileSync(join(fixtures, 'cases.json'), 'utf8')) as Case[]).map((one) => {
  const start = offset;
  offset += one.width * one.height * one.channels;
  return { ...one, pixels: expected.subarray(start, offset) };
});

function differences(found: Uint8Array, wanted: Uint8Array): { largest: number; share: number } {
  let largest = 0;
  let count = 0;
  found.forEach((value, index) => {
    const difference = Math.abs(value - wanted[index]);
    largest = Math.max(largest, difference);
    count += difference > 0 ? 1 : 0;
  });
  return { largest, share: count / wanted.length };
}

describe('resizeImage', () => {
  it.each(cases)('$interpolation to $width×$height, $channels channels, gives the pixels of the library', (one) => {
    const image = one.channels === 3 ? rgb : green;
    const resized = resizeImage(image, one.width, one.height, one.interpolation);
    expect(resized).toMatchObject({ width: one.width, height: one.height, channels: one.channels });
    expect(resized.data.length).toBe(one.pixels.length);
    // Equal everywhere, but for OpenCV's vectorised bicubic, which sums in float32 and once in 20 000 rounds the other way.
    const { largest, share } = differences(resized.data, one.pixels);
    expect(largest).toBeLessThanOrEqual(one.interpolation === 'opencv-bicubic' ? 1 : 0);
    expect(share).toBeLessThan(1e-4);
  });

  it('covers all stored cases', () => {
    expect(offset).toBe(expected.length);
    expect(new Set(cases.map((one) => one.interpolation)).size).toBe(8);
  });
});
