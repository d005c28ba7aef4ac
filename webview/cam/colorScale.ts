import { scaleLinear } from 'd3';
import type { ColorMap } from './colorMaps';

export type Sign = 'signed' | 'positive' | 'negative';

/** Smallest and largest finite value; null when there is none. */
export interface ValueRange {
  readonly minimum: number;
  readonly maximum: number;
}

export function computeRange(...maps: readonly Float32Array[]): ValueRange | null {
  let minimum = Infinity;
  let maximum = -Infinity;
  for (const map of maps) {
    for (const value of map) {
      if (Number.isFinite(value)) {
        minimum = Math.min(minimum, value);
        maximum = Math.max(maximum, value);
      }
    }
  }
  return minimum <= maximum ? { minimum, maximum } : null;
}

/** From values in logit units to places in a colour map. */
export interface ColorScale {
  readonly map: ColorMap;
  readonly sign: Sign;
  /** Values at both ends of the legend; values beyond are drawn in the end's colour. */
  readonly low: number;
  readonly high: number;
}

/**
 * A diverging map keeps its middle at zero (symmetric limits); a sequential one spans the values there are.
 * Positive or negative only: from zero to the extreme, the rest is not drawn.
 */
export function createColorScale(map: ColorMap, sign: Sign, range: ValueRange | null): ColorScale {
  const { minimum, maximum } = range ?? { minimum: 0, maximum: 0 };
  if (sign === 'positive') {
    return { map, sign, low: 0, high: Math.max(0, maximum) };
  }
  if (sign === 'negative') {
    return { map, sign, low: Math.min(0, minimum), high: 0 };
  }
  const extreme = Math.max(Math.abs(minimum), Math.abs(maximum));
  return map.kind === 'diverging'
    ? { map, sign, low: -extreme, high: extreme }
    : { map, sign, low: minimum, high: maximum };
}

/** Whether the value is drawn at all: finite, and of the sign asked for. */
export function isDrawn(scale: ColorScale, value: number): boolean {
  return Number.isFinite(value) && (scale.sign === 'signed' || (scale.sign === 'positive' ? value > 0 : value < 0));
}

/** Place of a finite value in the colour map, 0…1. The strongest evidence, for or against, has the map's last colour. */
export function toColorPosition(scale: ColorScale, value: number): number {
  const { low, high, sign, map } = scale;
  // A single value: the middle of the scale, so that it is drawn and not NaN.
  const along = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
  if (map.kind === 'diverging') {
    return sign === 'signed' ? along : sign === 'positive' ? 0.5 + along / 2 : along / 2;
  }
  return sign === 'negative' ? 1 - along : along;
}

/**
 * How much a finite value says, 0…1: its distance from zero where the scale has one end there or its middle.
 * 1 for sequential maps of signed values, whose colours all mean something.
 */
export function computeStrength(scale: ColorScale, value: number): number {
  const position = toColorPosition(scale, value);
  if (scale.map.kind === 'diverging') {
    return Math.abs(2 * position - 1);
  }
  return scale.sign === 'signed' ? 1 : position;
}

/** Round values for the legend, inside the limits, with zero when it is inside. */
export function computeTicks(scale: ColorScale, count = 5): number[] {
  return scale.high > scale.low ? scaleLinear([scale.low, scale.high], [0, 1]).ticks(count) : [scale.low];
}
