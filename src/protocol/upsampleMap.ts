import type { CellPlacement } from './cellPlacement';

export type Interpolation = 'smooth' | 'cells';

/** A picture's size in pixels, and how many drawn pixels one of them gets along each side. */
export interface Raster {
  readonly height: number;
  readonly width: number;
  readonly magnification: number;
}

/** For each drawn pixel along one side: the two cells it lies between and the share of the second. */
interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly share: Float32Array;
}

/**
 * A map [mapHeight, mapWidth] drawn on the model's input, [height·magnification, width·magnification].
 * smooth: bilinear between cell centres; beyond the outermost centres their value goes on. cells: the nearest cell.
 */
export function upsampleMap(
  map: Float32Array,
  mapHeight: number,
  mapWidth: number,
  placement: CellPlacement,
  raster: Raster,
  interpolation: Interpolation,
): Float32Array {
  const rows = computeTaps(
    raster.height,
    raster.magnification,
    mapHeight,
    placement.startY,
    placement.strideY,
    interpolation,
  );
  const columns = computeTaps(
    raster.width,
    raster.magnification,
    mapWidth,
    placement.startX,
    placement.strideX,
    interpolation,
  );
  const height = rows.share.length;
  const width = columns.share.length;
  const drawn = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const upper = rows.first[y] * mapWidth;
    const lower = rows.second[y] * mapWidth;
    for (let x = 0; x < width; x++) {
      const above = mix(map[upper + columns.first[x]], map[upper + columns.second[x]], columns.share[x]);
      const below = mix(map[lower + columns.first[x]], map[lower + columns.second[x]], columns.share[x]);
      drawn[y * width + x] = mix(above, below, rows.share[y]);
    }
  }
  return drawn;
}

function computeTaps(
  pixels: number,
  magnification: number,
  cells: number,
  start: number,
  stride: number,
  interpolation: Interpolation,
): Taps {
  const count = Math.round(pixels * magnification);
  const taps: Taps = { first: new Int32Array(count), second: new Int32Array(count), share: new Float32Array(count) };
  for (let index = 0; index < count; index++) {
    const pixel = (index + 0.5) / magnification - 0.5;
    const position = Math.min(cells - 1, Math.max(0, (pixel - start) / stride));
    const first = interpolation === 'cells' ? Math.round(position) : Math.floor(position);
    taps.first[index] = first;
    taps.second[index] = Math.min(cells - 1, interpolation === 'cells' ? first : first + 1);
    taps.share[index] = position - Math.floor(position);
  }
  return taps;
}

function mix(first: number, second: number, share: number): number {
  // Not first + (second − first)·share alone: a cell that is not finite must not spoil a pixel it has no share in.
  return share === 0 || first === second ? first : first * (1 - share) + second * share;
}
