import * as vscode from 'vscode';

/** Asks where to save and writes; null when dismissed. Proposes the folder of the model. */
export async function saveBytes(model: vscode.Uri, name: string, bytes: Uint8Array): Promise<string | null> {
  // The name may hold text of the model or of a label file: keep what every file system takes.
  const proposed = name.replace(/[^\p{L}\p{N}._ -]+/gu, '_');
  const target = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.joinPath(model, '..', proposed) });
  if (target === undefined) {
    return null;
  }
  await vscode.workspace.fs.writeFile(target, bytes);
  return target.fsPath;
}
