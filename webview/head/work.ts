import { RequestFailure } from '../../src/protocol/channel';
import { getValue, type Asked } from './headFindings';

/** Long work that the host is asked for: one at a time, and it can be stopped. */
export class Work<Value> {
  #state: Asked<Value> = { status: 'none' };
  #running: AbortController | null = null;

  constructor(private readonly changed: () => void) {}

  get state(): Asked<Value> {
    return this.#state;
  }

  /** The latest answer, also while a newer one is awaited. */
  get value(): Value | null {
    return getValue(this.#state);
  }

  get isRunning(): boolean {
    return this.#state.status === 'running';
  }

  /** Stopping, and null as the answer, leave what was there before. An answer that comes after `clear` is dropped. */
  async run(request: (signal: AbortSignal) => Promise<Value | null>): Promise<void> {
    const running = new AbortController();
    const before = this.#state;
    this.#running = running;
    this.#set({ status: 'running', before: getValue(before) });
    let after: Asked<Value>;
    try {
      const value = await request(running.signal);
      after = value === null ? before : { status: 'done', value };
    } catch (error: unknown) {
      if (!(error instanceof RequestFailure)) {
        throw error;
      }
      const { failure } = error;
      after = failure.code === 'cancelled' ? before : { status: 'failed', failure };
    }
    if (this.#running === running) {
      this.#running = null;
      this.#set(after);
    }
  }

  cancel(): void {
    this.#running?.abort();
  }

  /** Another head: what was found out is of no use, and what is under way neither. */
  clear(): void {
    this.#running?.abort();
    this.#running = null;
    this.#state = { status: 'none' };
  }

  #set(state: Asked<Value>): void {
    this.#state = state;
    this.changed();
  }
}
