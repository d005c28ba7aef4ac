import type { HostToWebview } from '../protocol/messages';

/** Shorter work shows no progress: a flash of it reads as flicker. */
const SHOW_AFTER_MS = 300;

/** The tasks under way in one model, which its pages show and may cancel. */
export interface Tasks {
  /** Runs work and tells the pages about it once it takes longer than 300 ms. The signal given to it also follows the page's Cancel. */
  run<Result>(label: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  cancel(task: string): void;
}

export function createTasks(send: (event: HostToWebview) => void): Tasks {
  const running = new Map<string, AbortController>();
  let count = 0;
  return {
    async run(label, signal, work) {
      const task = `task-${++count}`;
      const controller = new AbortController();
      running.set(task, controller);
      let shown = false;
      const timer = setTimeout(() => {
        shown = true;
        send({ type: 'progressed', task, label, fraction: null, done: false });
      }, SHOW_AFTER_MS);
      try {
        return await work(AbortSignal.any([signal, controller.signal]));
      } finally {
        clearTimeout(timer);
        running.delete(task);
        if (shown) {
          send({ type: 'progressed', task, label, fraction: 1, done: true });
        }
      }
    },
    cancel: (task) => running.get(task)?.abort(),
  };
}
