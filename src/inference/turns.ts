import { UserError } from '../userError';

/** Lets tasks run one after the other, in the order in which they came. */
export class Turns {
  #previous: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** Runs a task after those before it. Aborting one that still waits rejects it at once and harms nobody. */
  take<Result>(signal: AbortSignal | undefined, task: () => Promise<Result>): Promise<Result> {
    const cancelled = (): UserError => new UserError('cancelled', 'Stopped before it began.');
    return new Promise<Result>((resolve, reject) => {
      const abort = (): void => reject(cancelled());
      signal?.addEventListener('abort', abort, { once: true });
      const turn = this.#previous.then(() => {
        signal?.removeEventListener('abort', abort);
        if (signal?.aborted === true || this.#isClosed) {
          throw cancelled();
        }
        return task();
      });
      turn.then(resolve, reject);
      this.#previous = turn.catch(() => undefined);
    });
  }

  /** What still waits is rejected when its turn comes. */
  close(): void {
    this.#isClosed = true;
  }
}
