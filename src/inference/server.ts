import { isMainThread, Worker, workerData } from 'node:worker_threads';
import type { ServerOptions } from './messages';
import { serve } from './serve';
import { watch } from './watchdog';

/** Entry of the inference process (`dist/inference.js`); its only argument is ServerOptions as JSON. */
if (isMainThread) {
  const options = JSON.parse(process.argv[2]) as ServerOptions;
  // The same file in another thread; the native libraries are loaded on demand, so that thread stays small.
  new Worker(__filename, { workerData: options, stdout: false }).unref();
  serve();
} else {
  watch(workerData as ServerOptions);
}
