import path from 'node:path';
import * as vscode from 'vscode';
import type { ObservedMessage } from '../../src/host/observedMessage';
import type { OpenModel, TestApi } from '../../src/host/testApi';
import type { HostToWebview, WebviewToHost } from '../../src/protocol/messages';

/** The extension under test, activated. */
export async function headlight(): Promise<TestApi> {
  return findExtension().activate();
}

export function findExtension(): vscode.Extension<TestApi> {
  const extension = vscode.extensions.getExtension<TestApi>('headlight.headlight');
  if (extension === undefined) {
    throw new Error('The extension is not installed');
  }
  return extension;
}

/** A file of the workspace that the tests run in: a copy of media/demo, with malformed/ and dense/ in it. */
export function workspaceFile(relativePath: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) {
    throw new Error('No folder is open');
  }
  return vscode.Uri.file(path.join(folder.uri.fsPath, relativePath));
}

export const lite0 = () => workspaceFile('efficientnet-lite0.onnx');

/** Says that something hangs, not that a machine is busy. */
const waitMs = 60_000;

/** The first message that `select` turns into a value, sent from now on. Rejects when there is none in time. */
function nextMessage<T>(api: TestApi, what: string, select: (message: ObservedMessage) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`No ${what} within ${waitMs} ms`));
    }, waitMs);
    const subscription = api.onMessage((message) => {
      const selected = select(message);
      if (selected !== undefined) {
        clearTimeout(timeout);
        subscription.dispose();
        resolve(selected);
      }
    });
  });
}

type EventOf<Union, Type> = Extract<Union, { readonly type: Type }>;

/** The page's next event of this type. */
export function nextFromPage<Type extends WebviewToHost['type']>(api: TestApi, uri: vscode.Uri, type: Type) {
  return nextMessage(api, `${type} from the page of ${uri.path}`, (observed) =>
    observed.to === 'host' &&
    observed.uri.path === uri.path &&
    observed.message.kind === 'event' &&
    observed.message.event.type === type
      ? (observed.message.event as EventOf<WebviewToHost, Type>)
      : undefined,
  );
}

/** The host's next event of this type for a page that `isWanted`: a file that is written may be read half-written first. */
export function nextToPage<Type extends HostToWebview['type']>(
  api: TestApi,
  uri: vscode.Uri,
  type: Type,
  isWanted: (event: EventOf<HostToWebview, Type>) => boolean = () => true,
) {
  return nextMessage(api, `${type} to the page of ${uri.path}`, (observed) => {
    if (observed.to !== 'page' || observed.uri.path !== uri.path || observed.message.kind !== 'event') {
      return undefined;
    }
    const { event } = observed.message;
    const found = event.type === type ? (event as EventOf<HostToWebview, Type>) : undefined;
    return found && isWanted(found) ? found : undefined;
  });
}

export function findOpenModel(api: TestApi, uri: vscode.Uri): OpenModel | undefined {
  return api.openModels().find((model) => model.uri.path === uri.path);
}

/** Opens a model in Headlight's editor; resolves once the page has drawn it. */
export async function openModel(uri: vscode.Uri): Promise<TestApi> {
  const api = await headlight();
  const drawn = nextFromPage(api, uri, 'drawn');
  await vscode.commands.executeCommand('vscode.openWith', uri, 'headlight.model');
  await drawn;
  return api;
}

/** Closes every editor; resolves once no model is open any more. */
export async function closeEditors(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const api = await headlight();
  await eventually('every model is closed', () => api.openModels().length === 0);
}

/** Waits for something that has no event of its own. */
export async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + waitMs; !holds();) {
    if (Date.now() > deadline) {
      throw new Error(`Not within ${waitMs} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
