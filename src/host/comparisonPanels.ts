import { basename } from 'node:path';
import * as vscode from 'vscode';
import { createHostChannel } from '../protocol/channel';
import type { ComparisonDialogue, ComparisonReport, ComparisonToHost, WeightVerdict } from '../protocol/comparison';
import type { Failure, ToHost, ToWebview } from '../protocol/messages';
import { ComparisonSession } from './comparisonSession';
import { createComparisonHandlers } from './comparisonRequests';
import { toFailure } from './failure';
import { fillPage } from './fillPage';
import type { ModelEditorProvider } from './modelEditorProvider';

/** One comparison on the screen, as it stands at the time of asking. */
export interface OpenComparison {
  readonly title: string;
  readonly report: ComparisonReport | null;
  readonly failure: Failure | null;
  /** null: the weights are not compared (yet). */
  readonly verdicts: readonly WeightVerdict[] | null;
  readonly isDrawn: boolean;
}

interface Panel {
  readonly panel: vscode.WebviewPanel;
  readonly session: ComparisonSession;
  /** The page listens. */
  isReady: boolean;
  isDrawn: boolean;
}

/** The panels that compare two models, one for each pair. */
export class ComparisonPanels {
  readonly #panels = new Set<Panel>();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
    private readonly provider: ModelEditorProvider,
  ) {}

  get open(): readonly OpenComparison[] {
    return [...this.#panels].map(({ panel, session, isDrawn }) => ({
      title: panel.title,
      report: session.report,
      failure: session.failure,
      verdicts: session.verdicts,
      isDrawn,
    }));
  }

  /** Opens a panel for the pair, or brings the one that there is to the front. */
  show(a: vscode.Uri, b: vscode.Uri): void {
    const known = [...this.#panels].find(({ session }) => session.compares(a, b));
    if (known !== undefined) {
      known.panel.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel('headlight.comparison', toTitle(a, b), vscode.ViewColumn.Active);
    panel.iconPath = vscode.Uri.joinPath(this.context.extensionUri, 'media', 'icon.svg');
    this.#connect(panel, new ComparisonSession(a, b, this.log));
    fillPage(panel.webview, this.context.extensionUri, 'comparison');
  }

  dispose(): void {
    for (const { panel } of this.#panels) {
      panel.dispose();
    }
  }

  #connect(panel: vscode.WebviewPanel, session: ComparisonSession): void {
    const entry: Panel = { panel, session, isReady: false, isDrawn: false };
    const post = (message: ToWebview<ComparisonDialogue>) => void panel.webview.postMessage(message);
    const onEvent = (event: ComparisonToHost) => this.#handleEvent(entry, event);
    const handlers = createComparisonHandlers({
      session,
      log: this.log,
      send: (event) => channel.send(event),
      openModel: (uri) => this.provider.show(uri),
    });
    const channel = createHostChannel<ComparisonDialogue>(post, onEvent, handlers, (error) =>
      toFailure(error, this.log, vscode.l10n.t),
    );
    session.onChanged(() => {
      panel.title = toTitle(session.a, session.b);
      sendState();
    });
    const sendState = (): void => {
      if (!entry.isReady) {
        return;
      }
      if (session.report !== null) {
        channel.send({ type: 'comparisonLoaded', report: session.report });
      } else if (session.failure !== null) {
        channel.send({ type: 'comparisonFailed', failure: session.failure });
      }
    };
    this.#panels.add(entry);
    panel.webview.onDidReceiveMessage((message: ToHost<ComparisonDialogue>) => {
      if (message.kind === 'event' && message.event.type === 'ready') {
        entry.isReady = true;
        sendState();
      }
      void channel.receive(message);
    });
    panel.onDidDispose(() => {
      this.#panels.delete(entry);
      channel.dispose();
      session.dispose();
    });
  }

  #handleEvent(entry: Panel, event: ComparisonToHost): void {
    switch (event.type) {
      case 'ready':
        break;
      case 'drawn':
        entry.isDrawn = true;
        this.log.debug(`Drew ${entry.panel.title} after ${Math.round(event.elapsedMs)} ms`);
        break;
      case 'pageFailed':
        this.log.error(`In the page of ${entry.panel.title}: ${event.message}\n${event.stack}`);
        break;
      default:
        event satisfies never;
    }
  }
}

/** `resnet.onnx ↔ resnet_int8.onnx`; files of the same name with their folders. */
function toTitle(a: vscode.Uri, b: vscode.Uri): string {
  const [one, other] = [a, b].map(({ path }) => basename(path));
  if (one !== other) {
    return `${one} ↔ ${other}`;
  }
  const [pathA, pathB] = [a, b].map((uri) => vscode.workspace.asRelativePath(uri));
  return `${pathA} ↔ ${pathB}`;
}
