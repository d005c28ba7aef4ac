import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { OpenComparison } from '../../src/host/comparisonPanels';
import { closeEditors, eventually, headlight, workspaceFile } from './headlight';

const gap = () => workspaceFile('shapes/shapes_gap.onnx');
const fc = () => workspaceFile('shapes/shapes_fc.onnx');

/** Runs the command as the Explorer does for two selected files; resolves once the page has drawn the comparison. */
async function compare(a: vscode.Uri, b: vscode.Uri): Promise<() => OpenComparison> {
  const api = await headlight();
  await vscode.commands.executeCommand('headlight.compareModels', a, [a, b]);
  await eventually('the comparison is drawn', () => api.openComparisons()[0]?.isDrawn);
  return () => api.openComparisons()[0];
}

describe('comparing two models', () => {
  afterEach(async () => {
    await closeEditors();
    const api = await headlight();
    await eventually('every comparison is closed', () => api.openComparisons().length === 0);
  });

  it('opens a panel named after both, with their layers aligned and their weights compared', async () => {
    const opened = await compare(gap(), fc());
    const { title, report } = opened();
    assert.equal(title, 'shapes_gap.onnx ↔ shapes_fc.onnx');
    assert.deepEqual([report?.a.heads[0].kind, report?.b.heads[0].kind], ['gap-linear', 'flatten-fc']);
    const removed = report?.layers.filter(({ b }) => b === null) ?? [];
    assert.deepEqual(
      removed.map(({ a }) => a !== null && report?.a.layers[a].opType),
      ['GlobalAveragePool'],
    );
    assert.equal(report?.layers.filter(({ a, b }) => a !== null && b !== null).length, 12);
    await eventually('the weights are compared', () => opened().verdicts !== null);
    assert.deepEqual([...new Set(opened().verdicts)], ['different']);
  });

  it('shows the same pair once, and reads it again when a file changes', async () => {
    const opened = await compare(gap(), fc());
    const api = await headlight();
    await vscode.commands.executeCommand('headlight.compareModels', gap(), [gap(), fc()]);
    assert.equal(api.openComparisons().length, 1);
    const original = await readFile(fc().fsPath);
    await writeFile(fc().fsPath, await readFile(gap().fsPath));
    await eventually('both files are equal', () => opened().report?.b.heads[0].kind === 'gap-linear');
    await writeFile(fc().fsPath, original);
    await eventually('they differ again', () => opened().report?.b.heads[0].kind === 'flatten-fc');
  });

  it('names the file that is no model', async () => {
    const api = await headlight();
    const broken = workspaceFile('malformed/text.onnx');
    await vscode.commands.executeCommand('headlight.compareModels', gap(), [gap(), broken]);
    await eventually('there is a failure', () => api.openComparisons()[0]?.failure !== null);
    assert.match(api.openComparisons()[0].failure?.message ?? '', /text\.onnx/);
  });
});
