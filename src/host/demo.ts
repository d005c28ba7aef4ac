import * as vscode from 'vscode';
import type { ModelEditorProvider } from './modelEditorProvider';

/** Opens the shapes model that ships with the extension, with a few of its images. Needs no workspace. */
export async function openDemo(context: vscode.ExtensionContext, provider: ModelEditorProvider): Promise<void> {
  const folder = vscode.Uri.joinPath(context.extensionUri, 'media', 'demo', 'shapes');
  const images = vscode.Uri.joinPath(folder, 'images');
  const names = (await vscode.workspace.fs.readDirectory(images)).map(([name]) => name).sort();
  const document = await provider.show(vscode.Uri.joinPath(folder, 'shapes_gap.onnx'));
  document.addImages(names.slice(0, 5).map((name) => vscode.Uri.joinPath(images, name)));
}
