import { isRounding } from '../../src/protocol/rounding';
import type { ScoreName } from '../../src/protocol/scoreName';
import type { LayerChoice } from '../../src/protocol/mapChoices';
import type { ColorScale, Sign, ValueRange } from './colorScale';
import { computeRange } from './colorScale';
import { formatNumber } from './formatNumber';

/** A map that shows little or nothing says why, and which setting shows something. */
export interface MapNotice {
  readonly text: string;
  /** The change that helps; null when none does. */
  readonly remedy: Remedy | null;
}

/** Another display, colours that span the map alone, or another layer. */
export type Remedy =
  | { readonly label: string; readonly sign: Sign }
  | { readonly label: string; readonly isSpread: true }
  | { readonly label: string; readonly layer: string };

/** Smaller differences, relative to the largest value, are not seen in colours that begin at zero. */
const SEEN = 0.1;

/** Sums that are smaller, relative to the sum without signs, are what the epsilon of a normalisation leaves. */
const CANCELLED = 1e-4;

/** Where the map was drawn. */
export interface MapPlace {
  /** Whether the map is the exact one of the head. */
  readonly isExact: boolean;
  /** Whether something else than a class is explained. */
  readonly isOther?: boolean;
  /** What the number of a class is called; absent: logit. */
  readonly score?: ScoreName;
  /** Whether it is the difference of two classes. */
  readonly isContrast?: boolean;
  /** What is explained, for a map in its unit that says nothing of how it adds up; absent or null otherwise. */
  readonly value?: number | null;
  /** The stage before, at which there may be something to see; null when there is none. */
  readonly earlier: LayerChoice | null;
  /** The usual layer, when the map is drawn at another one; absent or null otherwise. */
  readonly usual?: LayerChoice | null;
}

/** In which colours. */
export type MapScale = Pick<ColorScale, 'sign' | 'low' | 'high'>;

/** What is degenerate about a map as it is displayed now; null for an ordinary one. */
export function describeMap(map: Float32Array, scale: MapScale, place: MapPlace): MapNotice | null {
  const notFinite = map.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  if (notFinite > 0) {
    return describeNotFinite(notFinite, map.length, place);
  }
  const range = computeRange(map);
  return range === null
    ? null
    : (describeConstant(range, map.length, place) ??
        describeRounding(range, place) ??
        describeHidden(range, scale.sign, place) ??
        describeCancelling(map, place) ??
        describeFlat(range, scale));
}

function describeNotFinite(count: number, cells: number, place: MapPlace): MapNotice {
  const which = count === cells ? 'All cells' : `${count} of ${cells} cells`;
  return {
    text: `${which} of this map are not finite (NaN or infinity) and are left blank. ${place.isExact ? 'The model overflows' : 'The model overflows, or the method divides by zero,'} on this input: check the preprocessing, ${place.isExact ? 'or use a float32 model' : 'or choose another method'}.`,
    remedy: null,
  };
}

function describeConstant({ minimum, maximum }: ValueRange, cells: number, place: MapPlace): MapNotice | null {
  const remedy = toEarlier(place);
  if (cells === 1) {
    return {
      text: `The feature map is a single cell: this model keeps no positions, its value is ${formatNumber(minimum)}.`,
      remedy,
    };
  }
  if (maximum > minimum) {
    return null;
  }
  if (minimum === 0 && place.isContrast === true) {
    return {
      text: 'Every cell of this map is zero: the model sees no difference between the two classes here. Compare with another class.',
      remedy: null,
    };
  }
  const isDeaf = minimum === 0 && !place.isExact;
  const value = minimum === 0 ? 'zero' : formatNumber(minimum);
  const cause = isDeaf
    ? `the ${nameExplained(place)} does not depend on these cells (a class token alone reaches it, every rectifier behind them is closed, a quantised value behind them is at its limit, or the weights behind them are 0)`
    : 'no place in the picture counts more than another';
  return { text: `Every cell of this map is ${value}: ${cause}.`, remedy };
}

function toEarlier({ earlier }: MapPlace): Remedy | null {
  return earlier && { label: `Show the stage before, ${earlier.height}×${earlier.width} cells`, layer: earlier.tensor };
}

function nameExplained({ isOther, score = 'logit' }: MapPlace): string {
  return isOther === true ? 'target' : score;
}

/** Not a class where there is but one number. */
function nameSide(place: MapPlace): string {
  const what = nameExplained(place);
  return what === 'logit' ? 'this class' : `the ${what}`;
}

function describeRounding({ minimum, maximum }: ValueRange, place: MapPlace): MapNotice | null {
  const largest = Math.max(Math.abs(minimum), Math.abs(maximum));
  const { value = null, usual = null } = place;
  if (value === null || !isRounding(largest, value)) {
    return null;
  }
  const what = `the ${nameExplained(place)}`;
  return {
    text: `Next to ${what} (${formatNumber(value)}) this map is hardly more than rounding: no cell is beyond ${formatNumber(largest)}. Either ${what} comes from elsewhere, such as biases, or a normalisation behind this layer divides its scale out, so that derivative times activation adds up to zero.`,
    remedy: usual ? { label: 'Show the usual layer', layer: usual.tensor } : toEarlier(place),
  };
}

/**
 * Behind a layer normalisation over several cells, as where patches are merged (Swin), derivative times activation adds
 * up to zero over those cells (Euler's theorem: the normalisation is homogeneous of degree 0), not in each.
 */
function describeCancelling(map: Float32Array, place: MapPlace): MapNotice | null {
  const { value = null, usual = null } = place;
  const sum = map.reduce((total, cell) => total + cell, 0);
  const size = map.reduce((total, cell) => total + Math.abs(cell), 0);
  return value === null || Math.abs(sum) > CANCELLED * size
    ? null
    : {
        text: `What counts for ${nameSide(place)} and what counts against it cancel: the cells add up to ${formatNumber(sum)}, without their signs to ${formatNumber(size)}. That is so before a normalisation that divides out the scale of several cells together, as where patches are merged: the map says which of neighbouring cells counts more, not how much they add.`,
        remedy: usual ? { label: 'Show the usual layer', layer: usual.tensor } : toEarlier(place),
      };
}

/** In colours that span more than the map does. */
function describeFlat({ minimum, maximum }: ValueRange, { low, high }: MapScale): MapNotice | null {
  const spread = maximum - minimum;
  const isSeen = spread >= SEEN * Math.max(Math.abs(minimum), Math.abs(maximum)) || spread >= (high - low) / 2;
  return isSeen
    ? null
    : {
        text: `All cells are nearly the same (${formatNumber(minimum)} to ${formatNumber(maximum)}): what every place adds hides what tells places apart.`,
        remedy: { label: 'Let the colours span this map alone', isSpread: true },
      };
}

function describeHidden({ minimum, maximum }: ValueRange, sign: Sign, place: MapPlace): MapNotice | null {
  const what = nameSide(place);
  const consolation = what === 'this class' ? ' A class can still win with the least negative logit.' : '';
  const remedy = { label: 'Show signed values', sign: 'signed' } as const;
  if (sign === 'positive' && maximum <= 0) {
    return {
      text: `Nothing to draw: every cell counts against ${what} (largest ${formatNumber(maximum)}), and only positive evidence is shown.${consolation}`,
      remedy,
    };
  }
  if (sign === 'negative' && minimum >= 0) {
    return {
      text: `Nothing to draw: no cell counts against ${what} (smallest ${formatNumber(minimum)}), and only negative evidence is shown.`,
      remedy,
    };
  }
  return null;
}
