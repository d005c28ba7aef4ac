import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { closeEditors, headlight, nextToPage, workspaceFile } from './headlight';

describe('a malformed model', () => {
  const folder = workspaceFile('malformed').fsPath;
  const files = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
  afterEach(closeEditors);

  it('comes in ten kinds at least', () => assert.ok(files.length >= 10));

  for (const name of files) {
    it(`opens to a sentence that names the file and the fault: ${name}`, async () => {
      const uri = vscode.Uri.file(path.join(folder, name));
      const api = await headlight();
      const failed = nextToPage(api, uri, 'modelFailed');
      await vscode.commands.executeCommand('vscode.openWith', uri, 'headlight.model');
      const { failure } = await failed;
      assert.notEqual(failure.code, 'bug');
      assert.ok(failure.message.includes(name), failure.message);
      assert.match(failure.message, /\w+ \w+ \w+/);
    });
  }
});
