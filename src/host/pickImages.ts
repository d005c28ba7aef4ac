import * as vscode from 'vscode';
import { IMAGE_EXTENSIONS } from '../image/imageExtensions';
import { isImage } from './imageList';
import type { Questions } from './questions';
import { readSettings } from './settings';

interface ImageChoice extends vscode.QuickPickItem {
  readonly uri: vscode.Uri | null;
}

/** Asks for images: those of the workspace by name, or any file. Empty when dismissed. */
export async function pickImages(questions: Questions, model: vscode.Uri): Promise<vscode.Uri[]> {
  const found = await findImages(model);
  if (found.length === 0) {
    return browseImages(model);
  }
  const browse: ImageChoice = {
    label: vscode.l10n.t('$(folder-opened) Browse…'),
    alwaysShow: true,
    uri: null,
  };
  const chosen = await questions.pickMany([browse, ...found], {
    matchOnDescription: true,
    title: vscode.l10n.t('Images to explain'),
    placeHolder: vscode.l10n.t('Choose one or several of {0} images', found.length),
  });
  if (chosen === null) {
    return [];
  }
  const browsed = chosen.includes(browse) ? await browseImages(model) : [];
  return [...chosen.flatMap(({ uri }) => (uri === null ? [] : [uri])), ...browsed];
}

async function browseImages(model: vscode.Uri): Promise<vscode.Uri[]> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: true,
    defaultUri: vscode.Uri.joinPath(model, '..'),
    filters: { [vscode.l10n.t('Images')]: [...IMAGE_EXTENSIONS] },
    openLabel: vscode.l10n.t('Explain'),
  });
  return chosen ?? [];
}

/** Images of the workspace, nearest to the model first: a demo or a data set usually lies beside its model. */
async function findImages(model: vscode.Uri): Promise<ImageChoice[]> {
  const { imageSearchLimit } = readSettings(model);
  const extensions = IMAGE_EXTENSIONS.flatMap((extension) => [extension, extension.toUpperCase()]);
  const uris = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Looking for images') },
    (_, token) =>
      vscode.workspace.findFiles(
        `**/*.{${extensions.join(',')}}`,
        '**/{node_modules,.git}/**',
        imageSearchLimit,
        token,
      ),
  );
  const folder = vscode.Uri.joinPath(model, '..').path;
  const rank = (uri: vscode.Uri) => `${uri.path.startsWith(`${folder}/`) ? 0 : 1}${uri.path}`;
  return uris
    .filter(isImage)
    .map((uri) => ({ uri, key: rank(uri) }))
    .sort((one, other) => one.key.localeCompare(other.key, undefined, { numeric: true }))
    .map(({ uri }) => {
      const path = vscode.workspace.asRelativePath(uri);
      const cut = path.lastIndexOf('/');
      return { label: path.slice(cut + 1), description: path.slice(0, Math.max(0, cut)), uri };
    });
}
