import * as vscode from 'vscode';
import { createHostChannel } from '../protocol/channel';
import type { EvaluationReport } from '../protocol/evaluation';
import type { EvaluationChoice, EvaluationDialogue, EvaluationToHost } from '../protocol/evaluationPage';
import type { ToHost, ToWebview } from '../protocol/messages';
import { createEvaluationHandlers, createSetup } from './evaluationRequests';
import { toFailure } from './failure';
import { fillPage } from './fillPage';
import type { ModelDocument } from './modelDocument';

/** One evaluation on the screen, for the tests. */
export interface OpenEvaluation {
  readonly title: string;
  readonly isReady: boolean;
  /** Asks the host what the page would ask. */
  evaluate(choice: EvaluationChoice, signal: AbortSignal): Promise<EvaluationReport>;
}

interface Panel {
  readonly panel: vscode.WebviewPanel;
  readonly document: ModelDocument;
  readonly handlers: ReturnType<typeof createEvaluationHandlers>;
  isReady: boolean;
}

/** The panels that judge the maps of a model, one for each model that is open. */
export class EvaluationPanels {
  readonly #panels = new Set<Panel>();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  get open(): readonly OpenEvaluation[] {
    return [...this.#panels].map(({ panel, isReady, handlers }) => ({
      title: panel.title,
      isReady,
      evaluate: (choice, signal) => handlers.evaluate(choice, signal),
    }));
  }

  /** Opens a panel for the model, or brings the one that there is to the front. */
  show(document: ModelDocument): void {
    const known = [...this.#panels].find((each) => each.document === document);
    if (known !== undefined) {
      known.panel.reveal();
      return;
    }
    const title = vscode.l10n.t('Evaluate {0}', document.name);
    const panel = vscode.window.createWebviewPanel('headlight.evaluation', title, vscode.ViewColumn.Active, {
      // A report is minutes of work and is nowhere else.
      retainContextWhenHidden: true,
    });
    panel.iconPath = vscode.Uri.joinPath(this.context.extensionUri, 'media', 'icon.svg');
    this.#connect(panel, document);
    fillPage(panel.webview, this.context.extensionUri, 'evaluation');
  }

  dispose(): void {
    for (const { panel } of this.#panels) {
      panel.dispose();
    }
  }

  #connect(panel: vscode.WebviewPanel, document: ModelDocument): void {
    const handlers = createEvaluationHandlers(document, this.log, (event) => channel.send(event));
    const entry: Panel = { panel, document, handlers, isReady: false };
    const post = (message: ToWebview<EvaluationDialogue>) => void panel.webview.postMessage(message);
    const onEvent = (event: EvaluationToHost) => {
      if (event.type === 'ready') {
        void sendSetup();
      } else if (event.type === 'pageFailed') {
        this.log.error(`In the page of ${panel.title}: ${event.message}\n${event.stack}`);
      }
    };
    const fail = (error: unknown) => toFailure(error, this.log, vscode.l10n.t);
    const channel = createHostChannel<EvaluationDialogue>(post, onEvent, handlers, fail);
    const sendSetup = async (): Promise<void> => {
      try {
        channel.send({ type: 'evaluationReady', setup: await createSetup(document) });
        entry.isReady = true;
      } catch (error) {
        channel.send({ type: 'evaluationFailed', failure: fail(error) });
      }
    };
    this.#panels.add(entry);
    panel.webview.onDidReceiveMessage((message: ToHost<EvaluationDialogue>) => void channel.receive(message));
    panel.onDidDispose(() => {
      this.#panels.delete(entry);
      channel.dispose();
    });
  }
}
