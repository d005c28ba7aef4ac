/** A typographic minus is as wide as the plus: columns of signed numbers line up. */
const MINUS = '−';

/** Four significant digits or three decimals: `9.329`, `−0.0043`, `1.2e−6`, `not a number`. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) {
    return 'not a number';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? '∞' : `${MINUS}∞`;
  }
  return toText(Math.abs(value))
    .replace('-', MINUS)
    .replace(/^/, value < 0 ? MINUS : '');
}

/** The same with a plus sign before what counts for the class. */
export function formatSigned(value: number): string {
  return value > 0 ? `+${formatNumber(value)}` : formatNumber(value);
}

export function formatPercent(share: number): string {
  const percent = 100 * share;
  if (!Number.isFinite(percent)) {
    return '–';
  }
  if (percent > 0 && percent < 0.1) {
    return '< 0.1 %';
  }
  return `${percent.toFixed(percent < 99.95 ? 1 : 0)} %`;
}

/** `9.7 ms`, `28 ms`, `3.4 s`. */
export function formatElapsed(milliseconds: number): string {
  const isShort = milliseconds < 1000;
  const value = isShort ? milliseconds : milliseconds / 1000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${isShort ? 'ms' : 's'}`;
}

function toText(magnitude: number): string {
  if (magnitude === 0) {
    return '0';
  }
  if (magnitude < 1e-3 || magnitude >= 1e6) {
    return magnitude.toExponential(1);
  }
  return magnitude < 1 ? magnitude.toFixed(magnitude < 0.1 ? 4 : 3) : magnitude.toFixed(magnitude < 100 ? 3 : 1);
}
