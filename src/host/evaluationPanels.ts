import * as vscode from 'vscode';
import type { EvaluationReport } from '../protocol/evaluation';
import type { EvaluationChoice, EvaluationDialogue } from '../protocol/evaluationPage';
import type { MapOfRow } from './evaluationRequests';
import { createEvaluationHandlers, createSetup, evaluateChoice } from './evaluationRequests';
import { toFailure } from './failure';
import type { ModelDocument } from './modelDocument';
import type { ModelEditorProvider } from './modelEditorProvider';
import { openPanel } from './openPanel';

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
    this.#open(document);
  }

  dispose(): void {
    for (const { panel } of this.#panels) {
      panel.dispose();
    }
  }

  #open(document: ModelDocument): void {
    const look = {
      page: 'evaluation',
      title: vscode.l10n.t('Evaluate {0}', document.name),
      // A report is minutes of work and is nowhere else.
      options: { retainContextWhenHidden: true },
    } as const;
    const panel = openPanel<EvaluationDialogue>(this.context, this.log, look, (send) => {
      const sendSetup = async (): Promise<void> => {
        try {
          send({ type: 'evaluationReady', setup: await createSetup(document) });
          entry.isReady = true;
        } catch (error) {
          send({ type: 'evaluationFailed', failure: toFailure(error, this.log, vscode.l10n.t) });
        }
      };
      return {
        handlers: createEvaluationHandlers(document, this.log, {
          send,
          showMap: ({ path }, choice) => this.#showMap(document.uri, vscode.Uri.file(path), choice),
        }),
        onEvent: (event) => {
          if (event.type === 'ready') {
            void sendSetup();
          } else if (event.type === 'pageFailed') {
            this.log.error(`In the page of ${panel.title}: ${event.message}\n${event.stack}`);
          }
        },
      };
    });
    const entry: Panel = { panel, document, isReady: false };
    this.#panels.add(entry);
    panel.onDidDispose(() => this.#panels.delete(entry));
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
