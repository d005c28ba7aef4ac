import { UserError } from '../userError';

/** Longest time that a computation keeps the event loop. */
const TURN_MS = 15;

/** To be awaited between short pieces of a long computation: others get their turn, or it ends here. */
export type Pause = () => Promise<void>;

/** Throws UserError `cancelled` at the next pause after the signal. */
export function createPause(signal: AbortSignal | undefined): Pause {
  let startedAt = performance.now();
  return async () => {
    if (performance.now() - startedAt > TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      startedAt = performance.now();
    }
    if (signal?.aborted === true) {
      throw new UserError('cancelled', 'The computation was cancelled.');
    }
  };
}
