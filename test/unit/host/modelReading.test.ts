import path from 'node:path';
import { expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { ModelReading } from '../../../src/host/modelReading';
import { completeAnalysis } from '../../../src/inspectModel';

vi.mock('vscode', () => ({ l10n: { t: (sentence: string) => sentence } }));

const file = path.join(__dirname, '../../../media/demo/shapes/shapes_gap.onnx');

function createReading(): ModelReading {
  const uri = { scheme: 'file', fsPath: file } as unknown as vscode.Uri;
  return new ModelReading(uri, { info: () => undefined } as unknown as vscode.LogOutputChannel);
}

it('an analysis takes the place of the one it was made from', async () => {
  const reading = createReading();
  const first = await reading.read();
  const made = await completeAnalysis(first, new Map());
  expect(reading.replace(made, first)).toBe(true);
  expect(await reading.read()).toBe(made);
  expect(reading.replace(first, first)).toBe(false);
});

it('an analysis made from what is being read again comes too late', async () => {
  const reading = createReading();
  const first = await reading.read();
  const made = await completeAnalysis(first, new Map());
  reading.forget();
  expect(reading.loaded).toBe(first);
  expect(reading.replace(made, first)).toBe(false);
  const second = reading.read();
  expect(reading.replace(made, first)).toBe(false);
  expect(reading.isNewest(second)).toBe(true);
  expect(await second).toBe(reading.loaded);
  expect(reading.loaded).not.toBe(first);
});
