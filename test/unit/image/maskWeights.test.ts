import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readMaskWeights } from '../../../src/image/maskWeights';
import { createSettings } from '../webview/cam/builders';

/** A mask of 8 columns and 4 rows, white in the columns from `left` on. */
async function saveMask(left: number): Promise<Uint8Array> {
  const pixels = Uint8Array.from({ length: 32 }, (_, pixel) => (pixel % 8 >= left ? 255 : 0));
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'headlight-')), 'mask.png');
  await sharp(pixels, { raw: { width: 8, height: 4, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(file);
  return readFile(file);
}

const read = async (left: number, fit: 'stretch' | 'centerCrop' | null, rows: number, columns: number) => {
  const { preprocessing } = createSettings();
  const chosen = fit === null ? null : { ...preprocessing, fit, width: 8, height: 8, cropFraction: 1 };
  return [...readMaskWeights(await saveMask(left), 'mask.png', chosen, rows, columns)];
};

describe('the weights of a mask', () => {
  it('are the shares of the cells that it covers', async () => {
    expect(await read(3, null, 1, 4)).toEqual([0, 0.5, 1, 1]);
    expect(await read(3, 'stretch', 2, 4)).toEqual([0, 0.5, 1, 1, 0, 0.5, 1, 1]);
  });

  it('go through the same crop as the image: the middle square of 4×4 pixels', async () => {
    expect(await read(3, 'centerCrop', 1, 2)).toEqual([0.5, 1]);
    expect(await read(7, 'centerCrop', 1, 2)).toEqual([0, 0]);
  });

  it('are read at the nearest pixel where cells are smaller than pixels', async () => {
    expect(await read(4, null, 1, 16)).toEqual([...Array<number>(8).fill(0), ...Array<number>(8).fill(1)]);
  });
});
