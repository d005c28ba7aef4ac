/** What nobody caught in a page, for the editor's log. */
export interface PageFailure {
  readonly type: 'pageFailed';
  readonly message: string;
  readonly stack: string;
}

/** Tells the host of every error that nobody catches; the result does the same for one that somebody did. */
export function listenForFailures(send: (failure: PageFailure) => void): (error: unknown) => void {
  const report = (error: unknown): void => {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: '' };
    send({ type: 'pageFailed', message, stack: stack ?? '' });
  };
  window.addEventListener('error', ({ error, message }) => report(error ?? message));
  window.addEventListener('unhandledrejection', ({ reason }) => report(reason));
  return report;
}
