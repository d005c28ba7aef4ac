import { describe, expect, it } from 'vitest';
import { fitImage, planFit, toPlacement } from '../../../src/image/fitImage';
import type { PixelImage } from '../../../src/image/pixelImage';
import type { Preprocessing } from '../../../src/protocol/preprocessing';

const base: Preprocessing = {
  height: 224,
  width: 224,
  fit: 'stretch',
  cropFraction: 0.875,
  padValue: 114,
  interpolation: 'pil-nearest',
  layout: 'NCHW',
  channelOrder: 'RGB',
  scale: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  applyOrientation: true,
};

function createGrey(rows: readonly (readonly number[])[]): PixelImage {
  return { width: rows[0].length, height: rows.length, channels: 1, data: Uint8Array.from(rows.flat()) };
}

describe('planFit', () => {
  it('truncates the central square of EfficientNet and rounds its margins up', () => {
    // 451×300: int(0.875·300) = 262; top = (300 − 262 + 1)//2 = 19, left = (451 − 262 + 1)//2 = 95.
    expect(planFit({ width: 451, height: 300 }, { ...base, fit: 'centerCrop' }).crop).toEqual({
      left: 95,
      top: 19,
      width: 262,
      height: 262,
    });
  });

  it('resizes the shorter side and crops as torchvision does', () => {
    // Resize(256): 500×375 → (int(256·500/375), 256) = (341, 256); CenterCrop: round(58.5) = 58 (to even), 16.
    const plan = planFit({ width: 500, height: 375 }, { ...base, fit: 'shorterSide' });
    expect(plan.resized).toEqual({ width: 341, height: 256 });
    expect(plan.window).toEqual({ left: 58, top: 16, width: 224, height: 224 });
    expect(planFit({ width: 375, height: 500 }, { ...base, fit: 'shorterSide' }).resized).toEqual({
      width: 256,
      height: 341,
    });
  });

  it('letterboxes in the middle, an odd pixel to the right and bottom', () => {
    const plan = planFit({ width: 100, height: 49 }, { ...base, fit: 'letterbox', width: 100, height: 100 });
    expect(plan.resized).toEqual({ width: 100, height: 49 });
    expect(plan.window.top).toBe(-25);
    const narrow = planFit({ width: 1000, height: 1 }, { ...base, fit: 'letterbox' });
    expect(narrow.resized).toEqual({ width: 224, height: 1 });
  });
});

describe('fitImage', () => {
  it('pads a letterbox with the grey level asked for', () => {
    const fitted = fitImage(createGrey([[10, 20]]), { ...base, fit: 'letterbox', width: 2, height: 3 });
    expect([...fitted.data]).toEqual([114, 114, 10, 20, 114, 114]);
  });

  it('pads with black where the crop is larger than the resized image, as torchvision does', () => {
    const image = createGrey([
      [10, 20],
      [30, 40],
    ]);
    const fitted = fitImage(image, { ...base, fit: 'shorterSide', cropFraction: 1, width: 4, height: 2 });
    expect([...fitted.data]).toEqual([0, 10, 20, 0, 0, 30, 40, 0]);
  });
});

describe('toPlacement', () => {
  const place = (width: number, height: number, changes: Partial<Preprocessing>): ReturnType<typeof toPlacement> =>
    toPlacement({ width, height }, planFit({ width, height }, { ...base, ...changes }));

  it('says which part of the image the input shows', () => {
    expect(place(500, 300, {})).toEqual({
      imageWidth: 500,
      imageHeight: 300,
      left: 0,
      top: 0,
      width: 500,
      height: 300,
      inputWidth: 224,
      inputHeight: 224,
    });
    expect(place(451, 300, { fit: 'centerCrop' })).toMatchObject({ left: 95, top: 19, width: 262, height: 262 });
    const cropped = place(512, 512, { fit: 'shorterSide' });
    expect(cropped).toMatchObject({ left: 32, top: 32, width: 448, height: 448 });
  });

  it('reaches beyond the image where the input is padded', () => {
    expect(place(200, 100, { fit: 'letterbox', width: 100, height: 100 })).toMatchObject({
      left: 0,
      top: -50,
      width: 200,
      height: 200,
    });
  });
});
