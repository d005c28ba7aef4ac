import * as vscode from 'vscode';
import type { RequestHandlers } from '../protocol/channel';
import { createHostChannel } from '../protocol/channel';
import type { Dialogue, ToHost, ToWebview } from '../protocol/messages';
import { toFailure } from './failure';
import { fillPage } from './fillPage';

interface PanelLook {
  readonly page: 'comparison' | 'evaluation';
  readonly title: string;
  readonly options?: vscode.WebviewPanelOptions;
}

interface PageHandlers<D extends Dialogue> {
  readonly handlers: RequestHandlers<D>;
  readonly onEvent: (event: D['toHost']) => void;
}

/** Shows one of the built pages in a panel of its own. `connect` is given the way to the page and says what answers it. */
export function openPanel<D extends Dialogue>(
  { extensionUri }: Pick<vscode.ExtensionContext, 'extensionUri'>,
  log: vscode.LogOutputChannel,
  { page, title, options }: PanelLook,
  connect: (send: (event: D['toPage']) => void) => PageHandlers<D>,
): vscode.WebviewPanel {
  const panel = vscode.window.createWebviewPanel(`headlight.${page}`, title, vscode.ViewColumn.Active, options);
  panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.svg');
  const post = (message: ToWebview<D>) => void panel.webview.postMessage(message);
  const { handlers, onEvent } = connect((event) => channel.send(event));
  const channel = createHostChannel<D>(post, onEvent, handlers, (error) => toFailure(error, log, vscode.l10n.t));
  panel.webview.onDidReceiveMessage((message: ToHost<D>) => void channel.receive(message));
  panel.onDidDispose(() => channel.dispose());
  fillPage(panel.webview, extensionUri, page);
  return panel;
}
