import * as vscode from 'vscode';
import type { Settings } from './parseSettings';
import { parseSettings } from './parseSettings';

/** The settings that hold for a model. The only place that reads them. */
export function readSettings(scope: vscode.Uri): Settings {
  const configuration = vscode.workspace.getConfiguration('headlight', scope);
  return parseSettings((key) => configuration.get(key));
}

/** Calls back when a setting of Headlight changed for this file. */
export function watchSettings(scope: vscode.Uri, changed: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('headlight', scope)) {
      changed();
    }
  });
}
