import * as vscode from 'vscode';
import type { Questions } from './questions';
import { VIEW_TYPE } from './viewType';

const LAST_MODEL = 'lastModel';

interface ModelChoice extends vscode.QuickPickItem {
  readonly uri: vscode.Uri | null;
}

/** The model shown in the active editor, if it is one. */
export function findActiveModel(): vscode.Uri | null {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom && input.viewType === VIEW_TYPE ? input.uri : null;
}

export interface PickModelOptions {
  readonly title?: string;
  /** A model that is not offered. */
  readonly without?: vscode.Uri;
}

/** Asks for a model of the workspace, the one used last first; null when dismissed. */
export async function pickModel(
  questions: Questions,
  state: vscode.Memento,
  { title = vscode.l10n.t('Model'), without }: PickModelOptions = {},
): Promise<vscode.Uri | null> {
  const all = await vscode.workspace.findFiles('**/*.onnx', '**/{node_modules,.git}/**', 1000);
  const found = all.filter((uri) => uri.toString() !== without?.toString());
  const last = state.get<string>(LAST_MODEL);
  const isLast = (uri: vscode.Uri) => uri.toString() === last;
  const choices = found
    .sort((one, other) => Number(isLast(other)) - Number(isLast(one)) || one.path.localeCompare(other.path))
    .map((uri): ModelChoice => {
      const path = vscode.workspace.asRelativePath(uri);
      return {
        label: path.slice(path.lastIndexOf('/') + 1),
        description: isLast(uri) ? vscode.l10n.t('{0} (used last)', path) : path,
        uri,
      };
    });
  const browse: ModelChoice = { label: vscode.l10n.t('$(folder-opened) Browse…'), alwaysShow: true, uri: null };
  const chosen = await questions.pickOne([...choices, browse], {
    matchOnDescription: true,
    title,
    placeHolder: vscode.l10n.t('Choose a model'),
  });
  return chosen && (chosen.uri ?? browseModel());
}

export async function rememberModel(state: vscode.Memento, uri: vscode.Uri): Promise<void> {
  await state.update(LAST_MODEL, uri.toString());
}

async function browseModel(): Promise<vscode.Uri | null> {
  const chosen = await vscode.window.showOpenDialog({ filters: { ONNX: ['onnx'] } });
  return chosen?.[0] ?? null;
}
