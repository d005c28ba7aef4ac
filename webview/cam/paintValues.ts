import { COLOR_MAP_SIZE } from './colorMaps';
import { computeStrength, isDrawn, toColorPosition } from './colorScale';
import type { ColorScale } from './colorScale';

export interface PaintOptions {
  /** Lets what is behind show through where there is little evidence, instead of a veil in the colour of zero. */
  readonly fades?: boolean;
}

/** Values to RGBA, [values.length, 4]: opaque where drawn, transparent elsewhere (other sign, not finite). */
export function paintValues(values: Float32Array, scale: ColorScale, options: PaintOptions = {}): Uint8ClampedArray {
  const { fades = false } = options;
  const rgba = new Uint8ClampedArray(values.length * 4);
  const { table } = scale.map;
  for (let index = 0; index < values.length; index++) {
    if (isDrawn(scale, values[index])) {
      const color = 3 * Math.round(toColorPosition(scale, values[index]) * (COLOR_MAP_SIZE - 1));
      const offset = index * 4;
      rgba[offset] = table[color];
      rgba[offset + 1] = table[color + 1];
      rgba[offset + 2] = table[color + 2];
      rgba[offset + 3] = fades ? 255 * computeFade(computeStrength(scale, values[index])) : 255;
    }
  }
  return rgba;
}

/** Steep at zero and flat at one: half the strength is three quarters as opaque as all of it. */
function computeFade(strength: number): number {
  return strength * (2 - strength);
}
