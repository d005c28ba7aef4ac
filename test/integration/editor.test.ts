import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import {
  closeEditors,
  findOpenModel,
  headlight,
  lite0,
  nextFromPage,
  nextToPage,
  openModel,
  workspaceFile,
} from './headlight';

const activeViewType = () => {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom ? input.viewType : null;
};

describe('the model editor', () => {
  afterEach(closeEditors);

  it('draws the graph of EfficientNet-Lite0 after the page said that it is ready', async () => {
    const api = await headlight();
    const ready = nextFromPage(api, lite0(), 'ready');
    const loaded = nextToPage(api, lite0(), 'modelLoaded');
    const drawn = nextFromPage(api, lite0(), 'drawn');
    await vscode.commands.executeCommand('vscode.openWith', lite0(), 'headlight.model');
    await ready;
    const { report } = await loaded;
    assert.equal(report.totals.parameters, 4_631_000);
    assert.equal(report.heads[0].kind, 'gap-linear');
    assert.equal((await drawn).view, 'graph');
  });

  it('is what VS Code opens an .onnx file with', async () => {
    const api = await headlight();
    const drawn = nextFromPage(api, lite0(), 'drawn');
    await vscode.commands.executeCommand('vscode.open', lite0());
    await drawn;
    assert.equal(activeViewType(), 'headlight.model');
  });

  it('opens through the command of the Explorer', async () => {
    const api = await headlight();
    const drawn = nextFromPage(api, lite0(), 'drawn');
    await vscode.commands.executeCommand('headlight.inspectModel', lite0());
    await drawn;
    assert.equal(activeViewType(), 'headlight.model');
  });

  it('reads a model once for two editors that show it, and lets go of it with the last', async () => {
    const api = await openModel(lite0());
    const drawn = nextFromPage(api, lite0(), 'drawn');
    await vscode.commands.executeCommand('workbench.action.splitEditor');
    await drawn;
    assert.equal(api.openModels().length, 1);
    assert.equal(findOpenModel(api, lite0())?.pages, 2);
    await closeEditors();
    assert.deepEqual(api.openModels(), []);
  });

  it('draws the file again when it changes on disk, and says so when it breaks', async () => {
    const model = workspaceFile('shapes/shapes_gap.onnx');
    const original = await readFile(model.fsPath);
    const api = await openModel(model);
    const failed = nextToPage(api, model, 'modelFailed', ({ failure }) => failure.message.includes('git lfs pull'));
    await writeFile(model.fsPath, 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');
    assert.match((await failed).failure.message, /git lfs pull/);
    const loaded = nextToPage(api, model, 'modelLoaded');
    await writeFile(model.fsPath, original);
    assert.equal((await loaded).report.heads[0].kind, 'gap-linear');
  });

  it('analyses again at the input shapes that the page binds', async () => {
    const api = await openModel(lite0());
    const input = findOpenModel(api, lite0())?.report?.inputs[0].name ?? '';
    const loaded = nextToPage(api, lite0(), 'modelLoaded');
    await api.request(lite0(), 'bindShapes', { shapes: { [input]: [2, 3, 224, 224] } });
    assert.deepEqual((await loaded).report.inputs[0].boundShape, [2, 3, 224, 224]);
  });
});
