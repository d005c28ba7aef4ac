import * as vscode from 'vscode';
import { createHostChannel } from '../protocol/channel';
import type { RequestHandlers } from '../protocol/channel';
import type { HostToWebview, ToHost, ToWebview, WebviewToHost } from '../protocol/messages';
import { toFailure } from './failure';
import { fillPage } from './fillPage';
import { packMessage } from './packMessage';
import { ModelDocument } from './modelDocument';
import { createRequestHandlers } from './pageRequests';
import { Outlines } from './outlines';
import type { ObservedMessage } from './observedMessage';
import { VIEW_TYPE } from './viewType';

/** Opens models and connects each of their editors with the page in it. */
export class ModelEditorProvider implements vscode.CustomReadonlyEditorProvider<ModelDocument> {
  readonly #open = new Map<string, { readonly document: ModelDocument; readonly handlers: RequestHandlers }>();
  readonly #messages = new vscode.EventEmitter<ObservedMessage>();
  readonly onMessage = this.#messages.event;
  readonly outlines = new Outlines();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  get documents(): readonly ModelDocument[] {
    return [...this.#open.values()].map(({ document }) => document);
  }

  find(uri: vscode.Uri): ModelDocument | undefined {
    return this.#open.get(uri.toString())?.document;
  }

  handlers(uri: vscode.Uri): RequestHandlers | undefined {
    return this.#open.get(uri.toString())?.handlers;
  }

  /** Shows the model in an editor and returns it. */
  async show(uri: vscode.Uri, options: vscode.TextDocumentShowOptions = {}): Promise<ModelDocument> {
    await vscode.commands.executeCommand('vscode.openWith', uri, VIEW_TYPE, options);
    const document = this.find(uri);
    if (document === undefined) {
      throw new Error(`No editor was opened for ${uri.toString()}`);
    }
    return document;
  }

  openCustomDocument(uri: vscode.Uri): ModelDocument {
    const distPath = vscode.Uri.joinPath(this.context.extensionUri, 'dist').fsPath;
    const storagePath = (this.context.storageUri ?? this.context.globalStorageUri).fsPath;
    const cachePath = this.context.globalStorageUri.fsPath;
    const { workspaceState } = this.context;
    const show = (model: vscode.Uri) => this.show(model);
    const services = { log: this.log, distPath, storagePath, cachePath, show, workspaceState };
    const document = new ModelDocument(uri, services, () => {
      this.#open.delete(uri.toString());
      this.outlines.forget(document);
    });
    this.#open.set(uri.toString(), { document, handlers: createRequestHandlers(document, this.log) });
    return document;
  }

  resolveCustomEditor(document: ModelDocument, panel: vscode.WebviewPanel): void {
    const subscriptions: vscode.Disposable[] = [];
    const { webview } = panel;
    const post = (message: ToWebview) => {
      this.#messages.fire({ uri: document.uri, to: 'page', message });
      void webview.postMessage(packMessage(message));
    };
    const onEvent = (event: WebviewToHost): void => this.#handleEvent(document, send, event);
    const handlers = this.handlers(document.uri) ?? createRequestHandlers(document, this.log);
    const channel = createHostChannel(post, onEvent, handlers, (error) => toFailure(error, this.log, vscode.l10n.t));
    const send = (event: HostToWebview): void => channel.send(event);
    subscriptions.push(
      new vscode.Disposable(document.pages.attach(send)),
      webview.onDidReceiveMessage((message: ToHost) => {
        this.#messages.fire({ uri: document.uri, to: 'host', message });
        void channel.receive(message);
      }),
      new vscode.Disposable(() => channel.dispose()),
    );
    if (panel.active) {
      this.outlines.show(document);
    }
    subscriptions.push(
      panel.onDidChangeViewState(() => {
        if (panel.active) {
          this.outlines.show(document);
        }
        if (!panel.visible) {
          document.pages.markHidden(send);
        }
      }),
    );
    panel.onDidDispose(() => {
      vscode.Disposable.from(...subscriptions).dispose();
    });
    fillPage(webview, this.context.extensionUri, 'webview');
    // Once VS Code has been sent the page: it is made while the model is read.
    setTimeout(() => void document.pageMade(send));
  }

  dispose(): void {
    this.#messages.dispose();
    this.outlines.dispose();
  }

  #handleEvent(document: ModelDocument, send: (event: HostToWebview) => void, event: WebviewToHost): void {
    switch (event.type) {
      case 'ready':
        void document.pageReady(send);
        break;
      case 'taskCancelled':
        document.tasks.cancel(event.task);
        break;
      case 'imageRemoved':
        document.removeImage(event.imageId);
        break;
      case 'mapShown':
        document.mapInView = event.map;
        break;
      case 'drawn':
        this.log.debug(`Drew the ${event.view} view of ${document.name} after ${Math.round(event.elapsedMs)} ms`);
        break;
      case 'layerSelected':
        break;
      case 'outlined':
        this.outlines.set(document, event.items);
        break;
      case 'itemSelected':
        this.outlines.select(document, event.item);
        break;
      case 'pageFailed':
        this.log.error(`In the page of ${document.name}: ${event.message}\n${event.stack}`);
        break;
      default:
        event satisfies never;
    }
  }
}
