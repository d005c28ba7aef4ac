import { describe, expect, it } from 'vitest';
import { describeFit, describeInterpolation, describeValues } from '../../../../webview/cam/preprocessingPanel';
import { createSettings } from './builders';

const { preprocessing } = createSettings();

describe('describeValues', () => {
  it.each([
    [{ scale: 1, mean: [0, 0, 0], std: [1, 1, 1] }, 'pixel'],
    [{ scale: 1, mean: [127, 127, 127], std: [128, 128, 128] }, '(pixel − 127) / 128'],
    [
      { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
      '(pixel / 255 − [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]',
    ],
    [{ scale: 0.3, mean: [0, 0, 0], std: [1, 1, 1] }, 'pixel · 0.3'],
  ])('writes the formula of %j', (change, text) => {
    expect(describeValues({ ...preprocessing, ...change })).toBe(text);
  });
});

describe('describeInterpolation', () => {
  it.each([
    ['pil-bicubic', 'bicubic as in Pillow'],
    ['opencv-area', 'area as in OpenCV'],
  ] as const)('words %s', (interpolation, text) => expect(describeInterpolation({ interpolation })).toBe(text));
});

describe('describeFit', () => {
  it.each([
    ['stretch', 1, 'stretched, aspect ratio lost'],
    ['shorterSide', 0.875, 'shorter side resized, central 87.5\u00a0% cropped'],
    ['shorterSide', 1, 'shorter side resized, centre cropped'],
    ['centerCrop', 0.875, 'central square of 87.5\u00a0% cropped, then resized'],
    ['letterbox', 1, 'fitted inside, padded with 0'],
  ] as const)('words %s with %d', (fit, cropFraction, text) => {
    expect(describeFit({ ...preprocessing, fit, cropFraction })).toBe(text);
  });
});
