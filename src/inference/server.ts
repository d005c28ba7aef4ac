import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createImageReader } from './imageReader';
import type { ServerOptions } from './messages';
import { serve } from './serve';
import { watch } from './watchdog';

/** What a thread of this file is for. */
type Role = { readonly role: 'watch'; readonly options: ServerOptions } | { readonly role: 'decode' };

/** Entry of the inference process (`dist/inference.js`); its only argument is ServerOptions as JSON. */
if (isMainThread) {
  const options = JSON.parse(process.argv[2]) as ServerOptions;
  // Ctrl+C in a terminal reaches this process as well: the program that started it decides what becomes of it.
  process.on('SIGINT', () => undefined);
  // The same file in another thread; the native libraries are loaded on demand, so that thread stays small.
  startThread({ role: 'watch', options }).unref();
  serve(createImageReader(() => startThread({ role: 'decode' })));
} else {
  void takeRole(workerData as Role);
}

function startThread(role: Role): Worker {
  return new Worker(__filename, { workerData: role, stdout: false });
}

async function takeRole(given: Role): Promise<void> {
  if (given.role === 'watch') {
    watch(given.options);
  } else if (parentPort !== null) {
    const { decodeInThread } = await import('./decodeThread');
    decodeInThread(parentPort);
  }
}
