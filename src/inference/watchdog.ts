import { writeSync } from 'node:fs';
import { MEMORY_EXCEEDED } from './messages';
import { isProcessAlive } from './processAlive';

const INTERVAL_MS = 250;

/**
 * Runs in a thread of its own, because ONNX Runtime holds the main one: ends the process when it takes too much memory,
 * or when the program that started it is gone (the main thread would notice only after its run).
 */
export function watch({ memoryLimitBytes }: { readonly memoryLimitBytes: number }): void {
  const parent = process.ppid;
  setInterval(() => {
    // Where the parent's number stays after its end (Windows), it cannot be signalled any more.
    if (process.ppid !== parent || !isProcessAlive(parent)) {
      process.kill(process.pid, 'SIGKILL');
    }
    const used = process.memoryUsage.rss();
    if (used > memoryLimitBytes) {
      writeSync(2, `${MEMORY_EXCEEDED}: ${used} bytes\n`);
      process.kill(process.pid, 'SIGKILL');
    }
  }, INTERVAL_MS);
}
