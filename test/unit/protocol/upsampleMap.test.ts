import { describe, expect, it } from 'vitest';
import { placeByStretch } from '../../../src/protocol/cellPlacement';
import type { CellPlacement } from '../../../src/protocol/cellPlacement';
import { upsampleMap } from '../../../src/protocol/upsampleMap';

const oneRow = { height: 1, width: 4, magnification: 1 };

describe('upsampleMap', () => {
  it('is the half-pixel bilinear resize when stretched', () => {
    // 2 cells to 4 pixels: centres at 0.5 and 2.5.
    const drawn = upsampleMap(Float32Array.of(0, 8), 1, 2, placeByStretch(1, 2, 1, 4), oneRow, 'smooth');
    expect(Array.from(drawn)).toEqual([0, 2, 6, 8]);
  });

  it('reproduces a plane between cell centres, wherever they are, and goes on with the edge beyond', () => {
    const placement: CellPlacement = { startY: 3, startX: -2, strideY: 5, strideX: 4 };
    const plane = (y: number, x: number): number => 2 * y - 3 * x + 1;
    const map = Float32Array.from({ length: 9 }, (_, cell) => plane(3 + 5 * Math.floor(cell / 3), -2 + 4 * (cell % 3)));
    const drawn = upsampleMap(map, 3, 3, placement, { height: 16, width: 12, magnification: 1 }, 'smooth');
    for (let y = 0; y < 16; y++) {
      for (let x = 0; x < 12; x++) {
        const expected = plane(Math.min(13, Math.max(3, y)), Math.min(6, Math.max(-2, x)));
        expect(drawn[y * 12 + x]).toBeCloseTo(expected, 4);
      }
    }
  });

  it('samples between pixels when magnified', () => {
    const drawn = upsampleMap(
      Float32Array.of(0, 8),
      1,
      2,
      { startY: 0, startX: 0, strideY: 1, strideX: 1 },
      { height: 1, width: 2, magnification: 2 },
      'smooth',
    );
    // Drawn pixels lie at −0.25, 0.25, 0.75, 1.25 of the picture's.
    expect(Array.from(drawn.subarray(0, 4))).toEqual([0, 2, 6, 8]);
    expect(drawn.length).toBe(8);
  });

  it('gives every pixel the value of its nearest cell in cells mode', () => {
    const drawn = upsampleMap(Float32Array.of(1, 9), 1, 2, placeByStretch(1, 2, 1, 4), oneRow, 'cells');
    expect(Array.from(drawn)).toEqual([1, 1, 9, 9]);
  });

  it('leaves only the pixels beside a cell that is not a number undefined', () => {
    const drawn = upsampleMap(
      Float32Array.of(1, 1, NaN),
      1,
      3,
      placeByStretch(1, 3, 1, 6),
      { ...oneRow, width: 6 },
      'smooth',
    );
    expect(Array.from(drawn)).toEqual([1, 1, 1, NaN, NaN, NaN]);
  });

  it('draws a map of one cell as a constant', () => {
    const drawn = upsampleMap(Float32Array.of(5), 1, 1, placeByStretch(1, 1, 1, 4), oneRow, 'smooth');
    expect(Array.from(drawn)).toEqual([5, 5, 5, 5]);
  });
});
