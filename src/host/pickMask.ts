import * as vscode from 'vscode';

/** Asks for the file of a mask; null when dismissed. */
export async function pickMask(model: vscode.Uri): Promise<string | null> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      defaultUri: vscode.Uri.joinPath(model, '..'),
      filters: { [vscode.l10n.t('Masks')]: ['png', 'npy'] },
      openLabel: vscode.l10n.t('Use as Mask'),
    })) ?? [];
  return chosen?.fsPath ?? null;
}
