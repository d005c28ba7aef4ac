import * as vscode from 'vscode';
import { createHostChannel } from '../protocol/channel';
import type { EvaluationReport } from '../protocol/evaluation';
import type { EvaluationChoice, EvaluationDialogue, EvaluationToHost } from '../protocol/evaluationPage';
import type { ToHost, ToWebview } from '../protocol/messages';
import type { MapOfRow } from './evaluationRequests';
import { createEvaluationHandlers, createSetup, evaluateChoice } from './evaluationRequests';
import { toFailure } from './failure';
import { fillPage } from './fillPage';
import type { ModelDocument } from './modelDocument';
import type { ModelEditorProvider } from './modelEditorProvider';

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
  isReady: boolean;
}

/** The panels that judge the maps of a model, one for each model that is open. */
export class EvaluationPanels {
  readonly #panels = new Set<Panel>();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
    private readonly provider: ModelEditorProvider,
  ) {}

  get open(): readonly OpenEvaluation[] {
    return [...this.#panels].map(({ panel, isReady, document }) => ({
      title: panel.title,
      isReady,
      evaluate: (choice, signal) => evaluateChoice(document, choice, signal, () => undefined),
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
    const handlers = createEvaluationHandlers(document, this.log, {
      send: (event) => channel.send(event),
      showMap: ({ path }, choice) => this.#showMap(document.uri, vscode.Uri.file(path), choice),
    });
    const entry: Panel = { panel, document, isReady: false };
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

  /** In the editor of the model where there is one, else in a new one. */
  async #showMap(model: vscode.Uri, image: vscode.Uri, choice: MapOfRow): Promise<void> {
    const group = vscode.window.tabGroups.all.find(({ tabs }) =>
      tabs.some(({ input }) => input instanceof vscode.TabInputCustom && input.uri.toString() === model.toString()),
    );
    const document = await this.provider.show(model, group === undefined ? {} : { viewColumn: group.viewColumn });
    document.addImages([image]);
    document.pages.request({ type: 'mapRequested', imageId: image.fsPath, ...choice });
  }
}
