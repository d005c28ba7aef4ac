import { homedir } from 'node:os';
import * as vscode from 'vscode';

/** Asks where to save and writes; null when dismissed. */
export async function saveBytes(model: vscode.Uri, name: string, bytes: Uint8Array): Promise<string | null> {
  const target = await askTarget(model, name);
  if (target === null) {
    return null;
  }
  await vscode.workspace.fs.writeFile(target, bytes);
  return target.fsPath;
}

/** Where to save; null when dismissed. Proposes the folder of the model, or one that is the user's own. */
export async function askTarget(model: vscode.Uri, name: string): Promise<vscode.Uri | null> {
  // The name may hold text of the model or of a label file: keep what every file system takes.
  const proposed = name.replace(/[^\p{L}\p{N}._ -]+/gu, '_');
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(proposeFolder(model), proposed),
  });
  return target ?? null;
}

/** The demo model lies in the extension's own folder, where nothing of the user's should go. */
function proposeFolder(model: vscode.Uri): vscode.Uri {
  return vscode.workspace.getWorkspaceFolder(model) === undefined
    ? (vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir()))
    : vscode.Uri.joinPath(model, '..');
}
