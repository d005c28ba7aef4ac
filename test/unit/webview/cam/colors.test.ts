import { interpolateCividis, lab, rgb } from 'd3';
import type { LabColor } from 'd3';
import { describe, expect, it } from 'vitest';
import { COLOR_MAPS, COLOR_MAP_SIZE, findColorMap, toCssColor } from '../../../../webview/cam/colorMaps';
import type { ColorMap } from '../../../../webview/cam/colorMaps';
import { computeRange, computeTicks, createColorScale, toColorPosition } from '../../../../webview/cam/colorScale';
import { formatTick, toLegendPosition } from '../../../../webview/cam/legend';
import { paintValues } from '../../../../webview/cam/paintValues';

const viridis = findColorMap('viridis');
const diverging = findColorMap('blue-orange');
const range = { minimum: -2, maximum: 8 };

const DIVERGING = COLOR_MAPS.filter(({ kind }) => kind === 'diverging');

/** Linear RGB as seen by dichromats: Machado, Oliveira & Fernandes 2009, severity 1.0. */
const PROTANOPIA = [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998];
const DEUTERANOPIA = [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881];

describe('colour maps', () => {
  it.each(COLOR_MAPS)('$name has lightness that only rises, or mirrors around the middle', (map) => {
    const lightness = readLightness(map);
    const steps = lightness.slice(1).map((value, index) => value - lightness[index]);
    // Bytes are rounded: a step may go back by that much.
    const rises = (part: number[]): boolean => part.every((step) => step > -0.6) || part.every((step) => step < 0.6);
    const middle = COLOR_MAP_SIZE / 2;
    const parts = map.kind === 'diverging' ? [steps.slice(0, middle - 1), steps.slice(middle)] : [steps];
    expect(parts.map(rises)).toEqual(parts.map(() => true));
    expect(Math.max(...lightness) - Math.min(...lightness)).toBeGreaterThan(30);
  });

  it.each(DIVERGING)('$name looks equally strong at both ends', (map) => {
    const lightness = readLightness(map);
    expect(Math.abs(lightness[0] - lightness[COLOR_MAP_SIZE - 1])).toBeLessThan(8);
  });

  it.each(DIVERGING)('$name has ends that people without red or green cones tell apart', ({ table }) => {
    for (const deficiency of [PROTANOPIA, DEUTERANOPIA]) {
      const low = simulate(table.subarray(0, 3), deficiency);
      const high = simulate(table.subarray(-3), deficiency);
      // Differences above about 2 are visible at all, above 50 are different colours.
      expect(Math.hypot(low.l - high.l, low.a - high.a, low.b - high.b)).toBeGreaterThan(50);
    }
  });

  it('takes the colours of the published maps', () => {
    expect(toCssColor(findColorMap('cividis'), 0)).toBe(String(rgb(interpolateCividis(0))));
    expect(toCssColor(findColorMap('cividis'), 1)).toBe(String(rgb(interpolateCividis(1))));
  });

  it('falls back to the default for a name it does not know', () => {
    expect(findColorMap('jet')).toBe(diverging);
  });
});

describe('createColorScale', () => {
  it('keeps zero in the middle of a diverging map', () => {
    const scale = createColorScale(diverging, 'signed', range);
    expect([scale.low, scale.high]).toEqual([-8, 8]);
    expect([-8, 0, 4, 8].map((value) => toColorPosition(scale, value))).toEqual([0, 0.5, 0.75, 1]);
  });

  it('spans the values there are with a sequential map', () => {
    const scale = createColorScale(viridis, 'signed', range);
    expect([scale.low, scale.high]).toEqual([-2, 8]);
    expect(toColorPosition(scale, 3)).toBe(0.5);
  });

  it('gives the strongest evidence for or against the last colour when one sign is shown', () => {
    expect(toColorPosition(createColorScale(viridis, 'positive', range), 8)).toBe(1);
    expect(toColorPosition(createColorScale(viridis, 'negative', range), -2)).toBe(1);
    expect(toColorPosition(createColorScale(diverging, 'positive', range), 4)).toBe(0.75);
    expect(toColorPosition(createColorScale(diverging, 'negative', range), -2)).toBe(0);
  });

  it('draws values beyond the limits in the end colours', () => {
    const scale = createColorScale(viridis, 'signed', range);
    expect([-100, 100].map((value) => toColorPosition(scale, value))).toEqual([0, 1]);
  });

  it('draws a single value in the middle, not as NaN', () => {
    expect(toColorPosition(createColorScale(viridis, 'signed', { minimum: 3, maximum: 3 }), 3)).toBe(0.5);
    expect(toColorPosition(createColorScale(diverging, 'signed', { minimum: 0, maximum: 0 }), 0)).toBe(0.5);
  });
});

describe('legend', () => {
  it('writes ticks without trailing zeros, large and small ones by their power of ten', () => {
    expect([0, 0.05, -2e-7, 200_000, -5e10].map(formatTick)).toEqual(['0', '0.05', '−2e−7', '200000', '−5e+10']);
  });

  it('has round ticks inside the limits, with zero among them', () => {
    expect(computeTicks(createColorScale(diverging, 'signed', range))).toEqual([-5, 0, 5]);
    expect(computeTicks(createColorScale(viridis, 'positive', range))).toEqual([0, 2, 4, 6, 8]);
    expect(computeTicks(createColorScale(viridis, 'signed', { minimum: 3, maximum: 3 }))).toEqual([3]);
  });

  it('places values along the scale', () => {
    const scale = createColorScale(diverging, 'signed', range);
    expect([-8, 0, 8, 99].map((value) => toLegendPosition(scale, value))).toEqual([0, 0.5, 1, 1]);
  });
});

describe('computeRange', () => {
  it('is of the finite values, over all maps', () => {
    expect(computeRange(Float32Array.of(1, NaN, -3), Float32Array.of(Infinity, 4))).toEqual({
      minimum: -3,
      maximum: 4,
    });
  });

  it('is null when no value is finite', () => {
    expect(computeRange(Float32Array.of(NaN, -Infinity))).toBeNull();
  });
});

describe('paintValues', () => {
  it('paints what has the sign asked for and leaves the rest, and what is not finite, transparent', () => {
    const values = Float32Array.of(8, -1, 0, NaN);
    const alphas = (sign: 'signed' | 'positive' | 'negative'): number[] => {
      const rgba = paintValues(values, createColorScale(diverging, sign, range));
      return [3, 7, 11, 15].map((offset) => rgba[offset]);
    };
    expect(alphas('signed')).toEqual([255, 255, 255, 0]);
    expect(alphas('positive')).toEqual([255, 0, 0, 0]);
    expect(alphas('negative')).toEqual([0, 255, 0, 0]);
  });

  it('fades towards zero where the picture behind should show', () => {
    const fade = (map: ColorMap, sign: 'signed' | 'positive', value: number): number =>
      paintValues(Float32Array.of(value), createColorScale(map, sign, range), { fades: true })[3];
    expect([0, 4, 8, -8].map((value) => fade(diverging, 'signed', value))).toEqual([0, 191, 255, 255]);
    expect([2, 8].map((value) => fade(viridis, 'positive', value))).toEqual([112, 255]);
    // Every colour of a sequential map stands for a value, none for "nothing".
    expect(fade(viridis, 'signed', 0)).toBe(255);
  });

  it('takes the colour from the map', () => {
    const rgba = paintValues(Float32Array.of(8), createColorScale(viridis, 'signed', range));
    expect(Array.from(rgba.subarray(0, 3))).toEqual(Array.from(viridis.table.subarray(-3)));
  });
});

/** CIE L*, 0…100. */
function readLightness({ table }: ColorMap): number[] {
  return Array.from({ length: COLOR_MAP_SIZE }, (_, index) => {
    const [red, green, blue] = table.subarray(3 * index, 3 * index + 3);
    return lab(rgb(red, green, blue)).l;
  });
}

function simulate(color: ArrayLike<number>, matrix: readonly number[]): LabColor {
  const linear = Array.from(color, (byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const seen = [0, 3, 6].map((row) => {
    const light = linear.reduce((sum, value, column) => sum + matrix[row + column] * value, 0);
    const share = Math.min(1, Math.max(0, light));
    return 255 * (share <= 0.0031308 ? 12.92 * share : 1.055 * share ** (1 / 2.4) - 0.055);
  });
  return lab(rgb(seen[0], seen[1], seen[2]));
}
