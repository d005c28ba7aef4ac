/** Numbers as people read them. The exact value is for the tooltip and the clipboard, the short one for the eye. */

const grouped = new Intl.NumberFormat('en-US');

/** 4649000 → `4,649,000`: every digit that the number has. */
export function formatExact(value: number): string {
  return Number.isInteger(value) ? grouped.format(value) : String(value);
}

const PREFIXES = [
  { factor: 1e12, symbol: 'T' },
  { factor: 1e9, symbol: 'G' },
  { factor: 1e6, symbol: 'M' },
  { factor: 1e3, symbol: 'k' },
];

/** 385187552 → `385 M`; up to 9,999 every digit. Three significant digits, decimal prefixes. */
export function formatCount(value: number): string {
  if (Math.abs(value) < 10_000) {
    return Number.isInteger(value) ? grouped.format(value) : formatSignificant(value, 4);
  }
  return formatPrefixed(value, ' ');
}

/** 18524016 → `18.5 MB`. Decimal: 1 MB is 10⁶ bytes, as on a disk's label. */
export function formatBytes(bytes: number): string {
  return Math.abs(bytes) < 1000 ? `${grouped.format(bytes)} B` : `${formatPrefixed(bytes, ' ')}B`;
}

/** `digits` significant digits, without an exponent for ordinary sizes. */
export function formatSignificant(value: number, digits: number): string {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  const magnitude = Math.abs(value);
  return value !== 0 && (magnitude < 1e-4 || magnitude >= 1e9)
    ? value.toExponential(digits - 1)
    : new Intl.NumberFormat('en-US', { maximumSignificantDigits: digits }).format(value);
}

/** 0.01234 → `0.0123 ms`; from a second on `1.23 s`. What was too short to be timed is not nothing. */
export function formatMilliseconds(ms: number): string {
  if (ms === 0) {
    return '< 0.001 ms';
  }
  return ms >= 1000 ? `${formatSignificant(ms / 1000, 3)} s` : `${formatSignificant(ms, 3)} ms`;
}

/** 0.1234 → `12.3 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) {
    return '< 0.1 %';
  }
  // 99.7 % is not all, and 100 % says all.
  const digits = percent < 10 || (percent > 99 && percent < 100) ? 1 : 0;
  return `${percent.toFixed(digits)} %`;
}

function formatPrefixed(value: number, separator: string): string {
  const rounded = Number(value.toPrecision(3));
  const prefix = PREFIXES.find(({ factor }) => Math.abs(rounded) >= factor);
  if (prefix === undefined) {
    return grouped.format(rounded);
  }
  return `${Number((rounded / prefix.factor).toPrecision(3))}${separator}${prefix.symbol}`;
}

/** [1, 32, 112, 112] → `1×32×112×112`; unknown dimensions as `?`, a scalar as `scalar`, unknown rank as `?`. */
export function formatShape(shape: readonly (number | string | null)[] | null): string {
  if (shape === null) {
    return '?';
  }
  return shape.length === 0 ? 'scalar' : shape.map((size) => size ?? '?').join('×');
}
