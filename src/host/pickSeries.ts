import * as vscode from 'vscode';
import type { GallerySource } from './gallery';
import { toSource } from './gallery';
import type { Questions } from './questions';

/** Asks for a folder, or a pattern of file names; null when dismissed. */
export async function pickSource(questions: Questions, model: vscode.Uri): Promise<GallerySource | null> {
  const folder = { label: vscode.l10n.t('$(folder-opened) A folder and all below it…') };
  const pattern = { label: vscode.l10n.t('$(search) A pattern of file names…') };
  const chosen = await questions.pickOne([folder, pattern], {
    title: vscode.l10n.t('Which images are to be explained?'),
  });
  if (chosen === folder) {
    return pickFolder(model);
  }
  return chosen === pattern ? askPattern(questions, model) : null;
}

export function toFolderSource(folder: vscode.Uri): GallerySource {
  return { path: folder.fsPath, name: vscode.workspace.asRelativePath(folder) };
}

async function pickFolder(model: vscode.Uri): Promise<GallerySource | null> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    defaultUri: vscode.Uri.joinPath(model, '..'),
    openLabel: vscode.l10n.t('Explain'),
  });
  return chosen?.[0] === undefined ? null : toFolderSource(chosen[0]);
}

async function askPattern(questions: Questions, model: vscode.Uri): Promise<GallerySource | null> {
  const base = vscode.workspace.getWorkspaceFolder(model)?.uri ?? vscode.Uri.joinPath(model, '..');
  const text = await questions.askText({
    title: vscode.l10n.t('Pattern of the images, below {0}', base.fsPath),
    placeHolder: 'data/**/*.{png,jpg}',
  });
  return text === null ? null : toSource(text, base.fsPath, text);
}
