import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { closeEditors, headlight, nextToPage, workspaceFile } from './headlight';

describe('a malformed model', () => {
  const folder = workspaceFile('malformed').fsPath;
  const expected = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as Record<
    string,
    { code: string; says: string }
  >;
  afterEach(closeEditors);

  it('comes in ten kinds at least', () => assert.ok(Object.keys(expected).length >= 10));

  for (const [name, { code, says }] of Object.entries(expected)) {
    it(`opens to a sentence that names the file and the fault: ${name}`, async () => {
      const uri = vscode.Uri.file(path.join(folder, name));
      const api = await headlight();
      const failed = nextToPage(api, uri, 'modelFailed');
      await vscode.commands.executeCommand('vscode.openWith', uri, 'headlight.model');
      const { failure } = await failed;
      assert.equal(failure.code, code);
      assert.ok(failure.message.includes(name), failure.message);
      assert.ok(failure.message.includes(says), failure.message);
    });
  }
});
