import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { closeEditors, findOpenModel, headlight, lite0, openModel, workspaceFile } from './headlight';

describe('exporting an explained model', () => {
  const file = workspaceFile('explained.onnx');
  afterEach(async () => {
    await closeEditors();
    await rm(file.fsPath, { force: true });
  });

  it('saves one file that has the maps among its outputs, and opens like any model', async () => {
    const api = await openModel(lite0());
    api.addImages(lite0(), [workspaceFile('images/chelsea.png')]);
    await vscode.commands.executeCommand('headlight.exportExplainedModel', lite0(), {
      method: 'gradcam',
      layer: 'hardtanh_10',
      classes: 'top1',
      file,
    });
    const [original, exported] = await Promise.all([stat(lite0().fsPath), stat(file.fsPath)]);
    assert.ok(exported.size > original.size && exported.size < 1.1 * original.size, `${exported.size} bytes`);
    await openModel(file);
    const outputs = findOpenModel(api, file)?.report?.outputs ?? [];
    assert.deepEqual(
      outputs.map(({ name, shape }) => [name, shape?.slice(1)]),
      [
        ['logits', [1000]],
        ['headlight/maps', [1, 28, 28]],
        ['headlight/map_classes', [1]],
        ['headlight/logits', [1000]],
      ],
    );
  });

  it('says why when it cannot, and leaves the original alone', async () => {
    await headlight();
    const before = await stat(lite0().fsPath);
    // The message stays on the screen until somebody dismisses it.
    void vscode.commands.executeCommand('headlight.exportExplainedModel', lite0(), {
      method: 'cam',
      classes: 'top1',
      file: lite0(),
    });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assert.equal((await stat(lite0().fsPath)).mtimeMs, before.mtimeMs);
    assert.equal(existsSync(`${lite0().fsPath}.part`), false);
  });

  it('is offered in the palette and for files of the explorer', async () => {
    const commands = await vscode.commands.getCommands(true);
    assert.ok(commands.includes('headlight.exportExplainedModel'));
  });
});
