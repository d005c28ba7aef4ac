import type * as vscode from 'vscode';

/** An AbortSignal that follows a CancellationToken: the core knows nothing of VS Code. */
export function toAbortSignal(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) {
    controller.abort();
  }
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
