import { COLOR_MAP_SIZE } from './colorMaps';
import { isDrawn, toColorPosition } from './colorScale';
import type { ColorScale } from './colorScale';

/** Values to RGBA, [values.length, 4]: opaque where drawn, transparent elsewhere (other sign, not finite). */
export function paintValues(values: Float32Array, scale: ColorScale): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(values.length * 4);
  const { table } = scale.map;
  for (let index = 0; index < values.length; index++) {
    if (isDrawn(scale, values[index])) {
      const color = 3 * Math.round(toColorPosition(scale, values[index]) * (COLOR_MAP_SIZE - 1));
      const offset = index * 4;
      rgba[offset] = table[color];
      rgba[offset + 1] = table[color + 1];
      rgba[offset + 2] = table[color + 2];
      rgba[offset + 3] = 255;
    }
  }
  return rgba;
}
