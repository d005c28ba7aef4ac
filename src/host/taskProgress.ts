import type { HostToWebview } from '../protocol/messages';

/** Shorter work shows no progress: a flash of it reads as flicker. */
const SHOW_AFTER_MS = 300;

/** Tells how far a task is, 0…1. */
export type ReportFraction = (fraction: number) => void;

/** The tasks under way in one model, which its pages show and may cancel. */
export interface Tasks {
  /** Runs work and tells the pages about it once it takes longer than 300 ms. The signal given to it also follows the page's Cancel. */
  run<Result>(
    label: string,
    signal: AbortSignal,
    work: (signal: AbortSignal, report: ReportFraction) => Promise<Result>,
  ): Promise<Result>;
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
      let reached: number | null = null;
      const show = (): void => send({ type: 'progressed', task, label, fraction: reached, done: false });
      const timer = setTimeout(() => {
        shown = true;
        show();
      }, SHOW_AFTER_MS);
      const report = (fraction: number): void => {
        reached = fraction;
        if (shown) {
          show();
        }
      };
      try {
        return await work(AbortSignal.any([signal, controller.signal]), report);
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
