import type { Sign, ValueRange } from './colorScale';
import { computeRange } from './colorScale';
import { formatNumber } from './formatNumber';

/** A map that shows little or nothing says why, and which setting shows something. */
export interface MapNotice {
  readonly text: string;
  /** The change of display that helps; null when none does. */
  readonly remedy: { readonly label: string; readonly sign: Sign } | null;
}

/** What is degenerate about a map as it is displayed now; null for an ordinary one. */
export function describeMap(map: Float32Array, sign: Sign): MapNotice | null {
  const notFinite = map.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  if (notFinite > 0) {
    return describeNotFinite(notFinite, map.length);
  }
  const range = computeRange(map);
  return range === null ? null : (describeConstant(range, map.length) ?? describeHidden(range, sign));
}

function describeNotFinite(count: number, cells: number): MapNotice {
  const which = count === cells ? 'All cells' : `${count} of ${cells} cells`;
  return {
    text: `${which} of this map are not finite (NaN or infinity) and are left blank. The model overflows on this input: check the preprocessing, or use a float32 model.`,
    remedy: null,
  };
}

function describeConstant({ minimum, maximum }: ValueRange, cells: number): MapNotice | null {
  if (cells === 1) {
    return {
      text: `The feature map is a single cell: this model keeps no positions, its value is ${formatNumber(minimum)}.`,
      remedy: null,
    };
  }
  if (maximum > minimum) {
    return null;
  }
  const value = minimum === 0 ? 'zero' : formatNumber(minimum);
  return {
    text: `Every cell of this map is ${value}: no place in the picture counts more than another.`,
    remedy: null,
  };
}

function describeHidden({ minimum, maximum }: ValueRange, sign: Sign): MapNotice | null {
  const remedy = { label: 'Show signed values', sign: 'signed' } as const;
  if (sign === 'positive' && maximum <= 0) {
    return {
      text: `Nothing to draw: every cell counts against this class (largest ${formatNumber(maximum)}), and only positive evidence is shown. A class can still win with the least negative logit.`,
      remedy,
    };
  }
  if (sign === 'negative' && minimum >= 0) {
    return {
      text: `Nothing to draw: no cell counts against this class (smallest ${formatNumber(minimum)}), and only negative evidence is shown.`,
      remedy,
    };
  }
  return null;
}
