/**
 * Work whose result outlives the page that asked for it: a page is gone while its editor is hidden, and takes up what it
 * was told of, or waits for what is still under way, when it is back.
 */
export class LatestWork<Result> {
  #running: { readonly controller: AbortController; readonly work: Promise<Result> } | null = null;
  #result: Result | null = null;

  /** The result of the last work that ended well; null before. */
  get result(): Result | null {
    return this.#result;
  }

  /** Ends what is under way and begins anew. */
  async run(signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const controller = new AbortController();
    const earlier = this.#running;
    earlier?.controller.abort();
    const begun = (async () => {
      // It may hold what the new work needs; how it ended is told to who asked for it.
      await earlier?.work.catch(() => undefined);
      const result = await work(AbortSignal.any([signal, controller.signal]));
      this.#result = result;
      return result;
    })();
    const running = { controller, work: begun };
    this.#running = running;
    try {
      return await begun;
    } finally {
      if (this.#running === running) {
        this.#running = null;
      }
    }
  }

  /** What is under way once it is done, else the last result. Aborting ends the work itself. */
  async wait(signal: AbortSignal): Promise<Result | null> {
    const running = this.#running;
    if (running === null) {
      return this.#result;
    }
    signal.addEventListener('abort', () => running.controller.abort(), { once: true });
    return running.work;
  }
}
