import type { PixelBox } from './pixelBox';

/** A class activation map as the metrics see it. */
export interface JudgedMap {
  /** Signed, [height, width] of the layer. */
  readonly map: Float32Array;
  readonly mapHeight: number;
  readonly mapWidth: number;
  /** The same on the model's input, [height, width]. */
  readonly drawn: Float32Array;
  readonly height: number;
  readonly width: number;
  /** Where the class's objects are; null: not known, or there is none in the image. */
  readonly truth: TrueRegion | null;
}

/** Objects of one class on the model's input. */
export interface TrueRegion {
  /** 1 inside an object, 0 outside, 2 where the annotation says to look away; [height, width]. */
  readonly mask: Uint8Array;
  /** One for each object. */
  readonly boxes: readonly PixelBox[];
}

export const INSIDE = 1;
export const IGNORED = 2;
