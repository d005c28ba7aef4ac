import type { ReportShape } from '../protocol/modelReport';

/** 4 631 000: digits in groups of three, narrow no-break spaces would break copying, so plain ones. */
export function formatCount(count: number | null): string {
  return count === null ? '?' : String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** Decimal units, as disk and memory are sold: 18.6 MB. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** step;
  return `${step === 0 ? value : value.toPrecision(3)} ${units[step]}`;
}

/** 1×1280×7×7; symbolic dimensions by name, unknown ones as "?". */
export function formatShape(shape: ReportShape): string {
  if (shape === null) {
    return '?';
  }
  return shape.length === 0 ? 'scalar' : shape.map((dimension) => dimension ?? '?').join('×');
}

/** Signed, so that a column of contributions reads at a glance. */
export function formatSigned(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}
