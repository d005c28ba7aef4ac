import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawOverlay } from '../../../src/cli/overlay';
import { encodePng } from '../../../src/cli/pngFile';
import type { Explanation } from '../../../src/protocol/explanation';
import { createExplanation } from './explanationBuilder';

const grey = (size: number) => {
  const rgba = new Uint8ClampedArray(size * size * 4).fill(100);
  return { width: size, height: size, rgba: rgba.map((value, index) => (index % 4 === 3 ? 255 : value)) };
};
const draw = (map: number[], change: Partial<Explanation>) =>
  drawOverlay(Float32Array.from(map), createExplanation({ height: 2, width: 2, inputPicture: grey(8), ...change }));
const pixel = ({ rgba, width }: Explanation['inputPicture'], x: number, y: number) => [
  ...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4),
];

describe('drawOverlay', () => {
  it('leaves the picture as it is where there is no positive evidence', () => {
    expect([...draw([-1, -2, 0, -3], {}).rgba]).toEqual([...grey(8).rgba]);
  });

  it('is strongest at the centre of the cell with the largest value', () => {
    const stretched = draw([0, 0, 0, 1], {});
    const reds = Array.from({ length: 64 }, (_, index) => stretched.rgba[index * 4]);
    // Half-pixel centres: cell 1 of 2 over 8 pixels is centred at 5.5 and held to the border.
    expect(pixel(stretched, 7, 7)).toEqual([214, 216, 148, 255]);
    expect(reds.indexOf(Math.max(...reds))).toBe(6 * 8 + 6);
  });

  it('places cells at the centres of their receptive fields when these are known', () => {
    const receptiveField = { size: [3, 3], stride: [4, 4], start: [0, 0], exact: true } as const;
    const placed = draw([0, 0, 0, 1], { receptiveField });
    expect(pixel(placed, 4, 4)).toEqual(pixel(placed, 7, 7));
    expect(pixel(placed, 0, 0)).toEqual([100, 100, 100, 255]);
  });
});

describe('encodePng', () => {
  it('writes what another program reads back', async () => {
    const rgba = Uint8ClampedArray.from({ length: 3 * 2 * 4 }, (_, index) => index * 10);
    const { data, info } = await sharp(encodePng({ width: 3, height: 2, rgba }))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 3, height: 2, channels: 4 });
    expect([...data]).toEqual([...rgba]);
  });
});
