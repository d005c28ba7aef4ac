import * as vscode from 'vscode';

/** Longer than the pause between the two steps of an atomic replacement, shorter than a wait. */
const SETTLE_MS = 250;

/**
 * Calls back once a file has been written, replaced, created or deleted and then left alone for a moment.
 * Watches the folder, not the file: a replacement by rename gives the name to another file.
 */
export function watchFile(uri: vscode.Uri, changed: () => void): vscode.Disposable {
  const folder = vscode.Uri.joinPath(uri, '..');
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*'));
  let timer: NodeJS.Timeout | undefined;
  const notice = (touched: vscode.Uri) => {
    if (touched.toString() === uri.toString()) {
      clearTimeout(timer);
      timer = setTimeout(changed, SETTLE_MS);
    }
  };
  const subscriptions = [
    watcher.onDidChange(notice),
    watcher.onDidCreate(notice),
    watcher.onDidDelete(notice),
    watcher,
  ];
  return new vscode.Disposable(() => {
    clearTimeout(timer);
    vscode.Disposable.from(...subscriptions).dispose();
  });
}
