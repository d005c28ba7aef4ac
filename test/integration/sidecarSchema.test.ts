import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { workspaceFile } from './headlight';

describe('MODEL.headlight.json', () => {
  afterEach(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  it('is checked by VS Code against the schema that the extension contributes', async () => {
    const uri = workspaceFile('checked.headlight.json');
    const wrong = { preprocessing: { fit: 'squeeze' } };
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(JSON.stringify(wrong)));
    const checked = new Promise<readonly vscode.Diagnostic[]>((resolve) => {
      const subscription = vscode.languages.onDidChangeDiagnostics(() => {
        const found = vscode.languages.getDiagnostics(uri);
        if (found.length > 0) {
          subscription.dispose();
          resolve(found);
        }
      });
    });
    await vscode.window.showTextDocument(uri);
    const messages = (await checked).map(({ message }) => message).join('\n');
    assert.match(messages, /stretch.*shorterSide.*centerCrop.*letterbox/s);
    await vscode.workspace.fs.delete(uri);
  });
});
