import type { Output } from './output';

const INTERVAL_MS = 1000;

/** Messages on the way of long work: at most one a second, and none where the work is done sooner. */
export function createProgress(output: Output): (text: string) => void {
  let last = performance.now();
  return (text) => {
    const now = performance.now();
    if (now - last >= INTERVAL_MS) {
      last = now;
      output.progress(text);
    }
  };
}
