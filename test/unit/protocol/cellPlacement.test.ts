import { describe, expect, it } from 'vitest';
import type { ReceptiveField } from '../../../src/protocol/modelDetails';
import {
  computeCellRectangle,
  computeFieldRectangle,
  findCell,
  placeByReceptiveField,
  placeByStretch,
} from '../../../src/protocol/cellPlacement';
import { clipToPicture } from '../../../webview/cam/stageReadout';

/** ResNet-18 with PyTorch's paddings at 224: stride 32, centre of cell 0 at pixel 0, receptive field 435. */
const RESNET: ReceptiveField = { size: [435, 435], stride: [32, 32], start: [0, 0], exact: true };

describe('placement of cells', () => {
  it('puts a stretched cell i of m at (i + ½)·n/m − ½', () => {
    const { startY, startX, strideY, strideX } = placeByStretch(7, 4, 224, 64);
    expect([startY, strideY]).toEqual([15.5, 32]);
    expect([startX, strideX]).toEqual([7.5, 16]);
  });

  it('differs by 15.5 pixels from the receptive field for a PyTorch ResNet, as science.md says', () => {
    expect(placeByStretch(7, 7, 224, 224).startX - placeByReceptiveField(RESNET).startX).toBe(15.5);
  });

  it('keeps rows and columns apart', () => {
    const field: ReceptiveField = { size: [3, 5], stride: [2, 4], start: [1, -1], exact: true };
    expect(placeByReceptiveField(field)).toEqual({ startY: 1, startX: -1, strideY: 2, strideX: 4 });
    expect(computeFieldRectangle(field, 1, 2)).toEqual({ top: 1.5, left: 4.5, height: 3, width: 5 });
  });

  it('finds the cell whose centre is nearest, and stays inside the map', () => {
    const placement = placeByReceptiveField(RESNET);
    expect(findCell(placement, 7, 7, 15.9, 16.1)).toEqual({ row: 0, column: 1 });
    expect(findCell(placement, 7, 7, -0.5, 223.5)).toEqual({ row: 0, column: 6 });
    expect(findCell(placeByStretch(7, 7, 224, 224), 7, 7, 31.4, 31.6)).toEqual({ row: 0, column: 1 });
  });

  it('draws stretched cells that tile the picture exactly', () => {
    const placement = placeByStretch(7, 7, 224, 224);
    expect(computeCellRectangle(placement, 0, 0)).toEqual({ top: -0.5, left: -0.5, height: 32, width: 32 });
    expect(clipToPicture(computeCellRectangle(placement, 6, 6), 224, 224)).toEqual({
      top: 192,
      left: 192,
      height: 32,
      width: 32,
    });
  });

  it('clips what a cell sees to the picture', () => {
    // Cell 0 sees pixels −217…217 around 0.
    expect(clipToPicture(computeFieldRectangle(RESNET, 0, 0), 224, 224)).toEqual({
      top: 0,
      left: 0,
      height: 218,
      width: 218,
    });
  });
});
