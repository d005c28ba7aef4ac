import type { Output } from './output';

export interface SeriesProgress {
  /** So many more are done. */
  advance(count: number): void;
}

/** Shorter work needs no progress; longer work is told of so often. */
const INTERVAL_MS = 5000;

/** Tells on standard error how far a job is: `320 of 10 000 images, 165 images/s, 59 s left`. */
export function createSeriesProgress(total: number, done: number, output: Output): SeriesProgress {
  const startedAt = performance.now();
  let [told, count] = [startedAt, 0];
  return {
    advance(more) {
      count += more;
      const now = performance.now();
      if (now - told < INTERVAL_MS) {
        return;
      }
      told = now;
      const perSecond = (1000 * count) / (now - startedAt);
      const left = Math.ceil((total - done - count) / perSecond);
      const speed = perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1);
      output.progress(`headlight: ${done + count} of ${total} images, ${speed} images/s, ${left} s left`);
    },
  };
}
