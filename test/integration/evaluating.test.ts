import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeEditors, eventually, headlight, workspaceFile } from './headlight';

describe('evaluating maps', () => {
  afterEach(async () => {
    await closeEditors();
    const api = await headlight();
    await eventually('every evaluation is closed', () => api.openEvaluations().length === 0);
  });

  it('opens one panel for the model, which judges a folder of images', async () => {
    const api = await headlight();
    const model = workspaceFile('shapes/shapes_gap.onnx');
    await vscode.commands.executeCommand('headlight.evaluateMaps', model);
    await eventually('the page is ready', () => api.openEvaluations()[0]?.isReady);
    await vscode.commands.executeCommand('headlight.evaluateMaps', model);
    assert.equal(api.openEvaluations().length, 1);
    const [evaluation] = api.openEvaluations();
    assert.equal(evaluation.title, 'Evaluate shapes_gap.onnx');
    const choice = {
      images: workspaceFile('shapes/images').fsPath,
      masks: null,
      methods: ['cam', 'eigencam'],
      metrics: ['border', 'drop'],
      classRule: 'true',
      placement: 'stretch',
      layer: null,
      steps: 10,
      tolerance: 0,
    } as const;
    const report = await evaluation.evaluate(choice, new AbortController().signal);
    assert.deepEqual([report.errors, report.rows.length % 2], [[], 0]);
    assert.ok(report.rows.length > 0 && report.rows.every(({ values }) => typeof values['drop'] === 'number'));
    await assert.rejects(
      evaluation.evaluate({ ...choice, metrics: ['pointing'] }, new AbortController().signal),
      /--masks/,
    );
  });
});
