import { UserError } from '../userError';

/**
 * Runs tasks one after the other. Cancelling a task that runs in the inference process ends that process, so no other
 * task may be in it at the same time; one that still waits is dropped when its turn comes.
 */
export function createTaskQueue(): <Result>(task: () => Promise<Result>, signal: AbortSignal) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (task, signal) => {
    const result = last.then(() => {
      if (signal.aborted) {
        throw new UserError('cancelled', 'Cancelled before it started.');
      }
      return task();
    });
    last = result.catch(() => undefined);
    return result;
  };
}
