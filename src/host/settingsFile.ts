import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ModelSettings } from '../protocol/messages';

/** Opens `MODEL.headlight.json`; when it is missing, creates it with what is in force now, ready to be changed. */
export async function openSettingsFile(settings: ModelSettings): Promise<void> {
  const uri = vscode.Uri.file(settings.sidecar);
  if (!settings.sidecarExists) {
    const content = { preprocessing: settings.preprocessing };
    await vscode.workspace.fs.writeFile(uri, Buffer.from(`${JSON.stringify(content, null, 2)}\n`));
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Created {0} with the settings that were in force.', basename(settings.sidecar)),
    );
  }
  await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside, preview: false });
}
