import { describe, expect, it } from 'vitest';
import { toGrey } from '../../../../webview/cam/rasters';

describe('toGrey', () => {
  it('keeps lightness and alpha and takes the colours away', () => {
    const rgba = Uint8ClampedArray.of(255, 0, 0, 255, 0, 100, 0, 40, 90, 90, 90, 255);
    expect(Array.from(toGrey(rgba))).toEqual([54, 54, 54, 255, 72, 72, 72, 40, 90, 90, 90, 255]);
  });
});
