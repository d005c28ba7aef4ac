import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ComparisonDialogue, ComparisonReport, ComparisonToHost, WeightVerdict } from '../protocol/comparison';
import type { Failure } from '../protocol/messages';
import { ComparisonSession } from './comparisonSession';
import { createComparisonHandlers } from './comparisonRequests';
import type { ModelEditorProvider } from './modelEditorProvider';
import { openPanel } from './openPanel';

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
    this.#open(new ComparisonSession(a, b, this.log));
  }

  dispose(): void {
    for (const { panel } of this.#panels) {
      panel.dispose();
    }
  }

  #open(session: ComparisonSession): void {
    const look = { page: 'comparison', title: toTitle(session.a, session.b) } as const;
    const panel = openPanel<ComparisonDialogue>(this.context, this.log, look, (send) => {
      session.onChanged(() => {
        panel.title = toTitle(session.a, session.b);
        sendState();
      });
      const sendState = (): void => {
        if (!entry.isReady) {
          return;
        }
        if (session.report !== null) {
          send({ type: 'comparisonLoaded', report: session.report });
        } else if (session.failure !== null) {
          send({ type: 'comparisonFailed', failure: session.failure });
        }
      };
      return {
        handlers: createComparisonHandlers({
          session,
          log: this.log,
          send,
          openModel: (uri) => this.provider.show(uri),
        }),
        onEvent: (event) => this.#handleEvent(entry, event, sendState),
      };
    });
    const entry: Panel = { panel, session, isReady: false, isDrawn: false };
    this.#panels.add(entry);
    panel.onDidDispose(() => {
      this.#panels.delete(entry);
      session.dispose();
    });
  }

  #handleEvent(entry: Panel, event: ComparisonToHost, sendState: () => void): void {
    switch (event.type) {
      case 'ready':
        entry.isReady = true;
        sendState();
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
