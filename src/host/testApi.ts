import type * as vscode from 'vscode';
import type {
  Failure,
  HostToWebview,
  ImageItem,
  RequestName,
  RequestParams,
  RequestResult,
} from '../protocol/messages';
import type { ModelReport } from '../protocol/modelReport';
import type { ComparisonPanels, OpenComparison } from './comparisonPanels';
import type { EvaluationPanels, OpenEvaluation } from './evaluationPanels';
import type { ModelEditorProvider } from './modelEditorProvider';
import type { ObservedMessage } from './observedMessage';

/** One open model, as it stands at the time of asking. */
export interface OpenModel {
  readonly uri: vscode.Uri;
  /** Process id of the inference process; null while none runs. */
  readonly inferencePid: number | null;
  readonly report: ModelReport | null;
  /** Why there is no report. */
  readonly failure: Failure | null;
  readonly images: readonly ImageItem[];
  /** Number of editors that show the model. */
  readonly pages: number;
}

/**
 * What `activate` returns: for the tests of this project only. It may change with any release;
 * other extensions use the command line instead.
 */
export interface TestApi {
  /** Milliseconds that `activate` took. */
  readonly activationMs: number;
  readonly onMessage: vscode.Event<ObservedMessage>;
  openModels(): readonly OpenModel[];
  openComparisons(): readonly OpenComparison[];
  openEvaluations(): readonly OpenEvaluation[];
  /** Asks the host what the page of this model would ask, past the page. Rejects with the error of the handler. */
  request<Name extends RequestName>(
    uri: vscode.Uri,
    name: Name,
    params: RequestParams<Name>,
    signal?: AbortSignal,
  ): Promise<RequestResult<Name>>;
  /** Sends an event to every page of this model. */
  send(uri: vscode.Uri, event: HostToWebview): void;
  /** Adds images to an open model without asking. */
  addImages(uri: vscode.Uri, images: readonly vscode.Uri[]): number;
}

export function createTestApi(
  provider: ModelEditorProvider,
  comparisons: ComparisonPanels,
  evaluations: EvaluationPanels,
  activationMs: number,
): TestApi {
  const find = (uri: vscode.Uri) => {
    const document = provider.find(uri);
    if (document === undefined) {
      throw new Error(`${uri.toString()} is not open`);
    }
    return document;
  };
  return {
    activationMs,
    onMessage: provider.onMessage,
    openModels: () =>
      provider.documents.map((document) => ({
        uri: document.uri,
        inferencePid: document.inferencePid,
        report: document.report,
        failure: document.failure,
        images: document.images.items,
        pages: document.pages.count,
      })),
    openComparisons: () => comparisons.open,
    openEvaluations: () => evaluations.open,
    request: (uri, name, params, signal = new AbortController().signal) => {
      find(uri);
      const handler = provider.handlers(uri)?.[name];
      return handler === undefined ? Promise.reject(new Error(`No handler for ${name}`)) : handler(params, signal);
    },
    send: (uri, event) => find(uri).pages.send(event),
    addImages: (uri, images) => find(uri).addImages(images),
  };
}
