import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/host/testApi';

/** What one start of VS Code measures; bench/run.mjs starts several and takes medians. All in milliseconds. */
export interface EditorTimes {
  /** Loading the bundle and `activate`. */
  readonly activation: number;
  /** From the request to open the model to the first drawn graph; the first opening loads the page's code. */
  readonly firstOpening: number;
  readonly laterOpenings: readonly number[];
}

/** Entry in the extension host, in place of tests. */
export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension<TestApi>('headlight.headlight');
  const folder = vscode.workspace.workspaceFolders?.[0];
  const report = process.env.HEADLIGHT_BENCH_REPORT;
  if (!extension || !folder || !report) {
    throw new Error('The benchmark needs the extension, a folder and HEADLIGHT_BENCH_REPORT');
  }
  const start = performance.now();
  const api = await extension.activate();
  const activation = performance.now() - start;

  const model = vscode.Uri.file(path.join(folder.uri.fsPath, 'efficientnet-lite0.onnx'));
  const openings: number[] = [];
  for (let count = 0; count < 6; count++) {
    openings.push(await timeOpening(api, model));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  }
  const times: EditorTimes = { activation, firstOpening: openings[0], laterOpenings: openings.slice(1) };
  writeFileSync(report, JSON.stringify(times));
}

async function timeOpening(api: TestApi, model: vscode.Uri): Promise<number> {
  const start = performance.now();
  const drawn = new Promise<number>((resolve) => {
    const subscription = api.onMessage(({ to, message }) => {
      if (to === 'host' && message.kind === 'event' && message.event.type === 'drawn') {
        subscription.dispose();
        resolve(performance.now() - start);
      }
    });
  });
  await vscode.commands.executeCommand('vscode.openWith', model, 'headlight.model');
  return drawn;
}
