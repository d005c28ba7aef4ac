import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { PreparedInput } from '../image/prepareInput';
import type { Preprocessing } from '../protocol/preprocessing';
import { UserError } from '../userError';
import type { DecodeAnswer, DecodeRequest } from './decodeThread';

const MOST_THREADS = 8;

/** Reads images in threads beside the one that runs the model. */
export interface ImageReader {
  /**
   * `images` as input tensors, in order; a UserError stands for one that cannot be read. `next` are begun as well, to be
   * asked for later; whatever else was begun before is dropped, so that memory is bounded by these two lists.
   */
  read(
    images: readonly string[],
    next: readonly string[],
    preprocessing: Preprocessing | null,
  ): Promise<(PreparedInput | UserError)[]>;
}

interface DecodeThread {
  readonly worker: Worker;
  /** By request. */
  readonly waiting: Map<number, (answer: DecodeAnswer) => void>;
}

/** `createThread`: starts a thread that answers as decodeThread.ts does. Threads start when first needed. */
export function createImageReader(createThread: () => Worker): ImageReader {
  const count = Math.min(MOST_THREADS, Math.ceil(availableParallelism() / 2));
  const threads: DecodeThread[] = [];
  let begun = new Map<string, Promise<DecodeAnswer>>();
  let lastId = 0;
  const begin = (image: string, preprocessing: Preprocessing | null): Promise<DecodeAnswer> =>
    new Promise((resolve) => {
      const request: DecodeRequest = { id: ++lastId, image, preprocessing };
      const thread = findIdle(threads, count, createThread);
      thread.waiting.set(request.id, resolve);
      thread.worker.postMessage(request);
    });
  return {
    async read(images, next, preprocessing) {
      const settings = JSON.stringify(preprocessing);
      const known = begun;
      begun = new Map();
      const start = (image: string): Promise<DecodeAnswer> => {
        const key = `${settings}\n${image}`;
        const answer = begun.get(key) ?? known.get(key) ?? begin(image, preprocessing);
        begun.set(key, answer);
        return answer;
      };
      const answers = images.map(start);
      next.forEach((image) => void start(image));
      const prepared = (await Promise.all(answers)).map(unwrap);
      images.filter((image) => !next.includes(image)).forEach((image) => begun.delete(`${settings}\n${image}`));
      return prepared;
    },
  };
}

/** The thread with the least to do; another one as long as there may be more. */
function findIdle(threads: DecodeThread[], count: number, createThread: () => Worker): DecodeThread {
  const [least] = [...threads].sort((one, other) => one.waiting.size - other.waiting.size);
  if (least !== undefined && (least.waiting.size === 0 || threads.length >= count)) {
    return least;
  }
  const thread: DecodeThread = { worker: createThread(), waiting: new Map() };
  thread.worker.on('message', (answer: DecodeAnswer) => {
    thread.waiting.get(answer.id)?.(answer);
    thread.waiting.delete(answer.id);
  });
  thread.worker.on('error', ({ stack, message }) => {
    threads.splice(threads.indexOf(thread), 1);
    thread.waiting.forEach((resolve, id) => resolve({ id, ok: false, code: null, message: stack ?? message }));
  });
  thread.worker.unref();
  threads.push(thread);
  return thread;
}

function unwrap(answer: DecodeAnswer): PreparedInput | UserError {
  if (answer.ok) {
    return answer.prepared;
  }
  if (answer.code === null) {
    throw new Error(answer.message);
  }
  return new UserError(answer.code, answer.message);
}
