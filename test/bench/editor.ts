import { writeFileSync } from 'node:fs';
import { Module } from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/host/testApi';

/** What one start of VS Code measures; bench/run.mjs starts several and takes medians. All in milliseconds. */
export interface EditorTimes {
  /** Loading the bundle and running `activate`: what VS Code shows under Running Extensions. */
  readonly activation: number;
  /** The same with what VS Code does around it (fetching stored state), from the request to the end. */
  readonly activationRequest: number;
  /** The first opening loads the page's code. */
  readonly openings: readonly Opening[];
}

export interface Opening {
  /** From the opened tab to the first drawn graph. */
  readonly fromTab: number;
  /** From the command that opens it, as the extension host sees it. */
  readonly fromCommand: number;
}

/** Entry in the extension host, in place of tests. */
export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension<TestApi>('headlight.headlight');
  const folder = vscode.workspace.workspaceFolders?.[0];
  const report = process.env.HEADLIGHT_BENCH_REPORT;
  if (!extension || !folder || !report) {
    throw new Error('The benchmark needs the extension, a folder and HEADLIGHT_BENCH_REPORT');
  }
  const readLoadingTime = timeLoading(path.join(extension.extensionPath, 'dist/extension.js'));
  const start = performance.now();
  const api = await extension.activate();
  const activationRequest = performance.now() - start;
  const activation = readLoadingTime() + api.activationMs;

  const model = vscode.Uri.file(path.join(folder.uri.fsPath, 'efficientnet-lite0.onnx'));
  const openings: Opening[] = [];
  for (let count = 0; count < 6; count++) {
    openings.push(await timeOpening(api, model));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  }
  const times: EditorTimes = { activation, activationRequest, openings };
  writeFileSync(report, JSON.stringify(times));
}

/** Times reading, compiling and running one file the next time it is required. */
function timeLoading(file: string): () => number {
  const extensions = (Module as unknown as { _extensions: Record<string, (module: unknown, file: string) => void> })
    ._extensions;
  const load = extensions['.js'];
  let elapsedMs = 0;
  extensions['.js'] = (module, name) => {
    const start = performance.now();
    load(module, name);
    if (name === file) {
      elapsedMs = performance.now() - start;
    }
  };
  return () => elapsedMs;
}

async function timeOpening(api: TestApi, model: vscode.Uri): Promise<Opening> {
  const start = performance.now();
  let tabOpened = start;
  const tabs = vscode.window.tabGroups.onDidChangeTabs(({ opened }) => {
    tabOpened = opened.length > 0 ? performance.now() : tabOpened;
  });
  const drawn = new Promise<number>((resolve) => {
    const subscription = api.onMessage(({ to, message }) => {
      if (to === 'host' && message.kind === 'event' && message.event.type === 'drawn') {
        subscription.dispose();
        resolve(performance.now());
      }
    });
  });
  await vscode.commands.executeCommand('vscode.openWith', model, 'headlight.model');
  const end = await drawn;
  tabs.dispose();
  return { fromTab: end - tabOpened, fromCommand: end - start };
}
