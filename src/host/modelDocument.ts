import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import { toSidecarPath } from '../image/sidecar';
import type { InferenceClient } from '../inference/inferenceClient';
import type { Explainer } from '../explain/explainer';
import type { ModelAnalysis } from '../inspectModel';
import type { Failure, MapInView, ModelSettings } from '../protocol/messages';
import { UserError } from '../userError';
import { toFailure } from './failure';
import { watchFile } from './fileWatch';
import { Gallery } from './gallery';
import { ImageList } from './imageList';
import { ModelProcess } from './modelProcess';
import { ModelReading } from './modelReading';
import type { SendEvent } from './pages';
import { Pages } from './pages';
import { readSettings, watchSettings } from './settings';
import type { Tasks } from './taskProgress';
import { createTasks } from './taskProgress';

/** What all documents share. */
export interface DocumentServices {
  readonly log: vscode.LogOutputChannel;
  /** Folder of the built files, where inference.js is. */
  readonly distPath: string;
  /** Folder for what outlives an editor: journals of many images. */
  readonly storagePath: string;
  /** Folder for what any workspace can use again: features of images. */
  readonly cachePath: string;
  /** Shows another model in an editor. */
  readonly show: (model: vscode.Uri) => Promise<ModelDocument>;
  readonly workspaceState: vscode.Memento;
}

/**
 * One open model: its analysis, its inference process, its images, and the pages that show it.
 * Lives from the first editor of the file to the last.
 */
export class ModelDocument implements vscode.CustomDocument {
  readonly images = new ImageList();
  readonly pages = new Pages();
  readonly tasks: Tasks;
  readonly gallery: Gallery;
  /** In the CAM view of the page that drew last. */
  mapInView: MapInView | null = null;
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #reading: ModelReading;
  readonly #process: ModelProcess;

  constructor(
    readonly uri: vscode.Uri,
    readonly services: DocumentServices,
    closed: () => void,
  ) {
    this.#subscriptions.push(new vscode.Disposable(closed));
    this.#reading = new ModelReading(uri, services.log);
    this.#process = new ModelProcess(uri, services.distPath);
    this.tasks = createTasks((event) => this.pages.send(event));
    this.gallery = new Gallery(join(services.storagePath, 'series'), this.tasks, (event) => this.pages.send(event));
    this.#subscriptions.push(
      watchSettings(uri, () => this.#settingsChanged()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.#announce()),
    );
    if (uri.scheme === 'file') {
      this.#subscriptions.push(
        watchFile(uri, () => void this.#fileTouched()),
        watchFile(vscode.Uri.file(toSidecarPath(uri.fsPath)), () => void this.#announceSettings()),
      );
    }
  }

  get name(): string {
    return basename(this.uri.path);
  }

  get report(): ModelAnalysis['report'] | null {
    return this.#reading.loaded?.report ?? null;
  }

  get failure(): Failure | null {
    return this.#reading.failure;
  }

  get inferencePid(): number | null {
    return this.#process.pid;
  }

  /** Reads the file when first called. Rejects as the reading did, for a file that cannot be read. */
  analysis(): Promise<ModelAnalysis> {
    return this.#reading.read();
  }

  /** The model and the process that runs it, which starts when first used. Rejects in an untrusted workspace. */
  async runner(): Promise<{ readonly analysis: ModelAnalysis; readonly client: InferenceClient }> {
    if (!vscode.workspace.isTrusted) {
      throw new UserError(
        'notTrusted',
        vscode.l10n.t(
          'This workspace is in Restricted Mode: Headlight draws {0} but does not run it. Trust the workspace to run it.',
          this.name,
        ),
      );
    }
    const analysis = await this.analysis();
    return { analysis, client: await this.#process.client() };
  }

  /** What explains images with this model. */
  async explainer(): Promise<Explainer> {
    const { analysis, client } = await this.runner();
    return this.#process.explainer(analysis, client);
  }

  /** How images are read for this model now: the sidecar file and the settings may have changed since. */
  async settings(): Promise<ModelSettings> {
    const [{ model, inferred, heads }, { readModelSettings }] = await Promise.all([
      this.analysis(),
      import('../image/modelSettings'),
    ]);
    const { preprocessingPreset: preset, labelsFile } = readSettings(this.uri);
    const folder = vscode.workspace.getWorkspaceFolder(this.uri)?.uri.fsPath ?? dirname(this.uri.fsPath);
    const sources = { preset, labelsFile: labelsFile === '' ? null : resolve(folder, labelsFile) };
    const subject = { model, boundInputs: inferred.boundInputs, classes: heads[0].classes };
    return readModelSettings(subject, sources);
  }

  /** Reads the file again; a process that holds the old one ends. */
  async reload(): Promise<void> {
    this.#reading.forget();
    this.#endProcess();
    await this.#announce();
  }

  /** A file that was just saved and opened is told of afterwards; what was read of it stands. */
  async #fileTouched(): Promise<void> {
    const found = await stat(this.uri.fsPath).catch(() => null);
    const { sizeBytes, modifiedMs } = this.#reading.loaded?.model ?? {};
    if (found === null || found.size !== sizeBytes || found.mtimeMs !== modifiedMs) {
      await this.reload();
    }
  }

  async bindShapes(shapes: Readonly<Record<string, readonly number[]>>): Promise<void> {
    this.#reading.forget(shapes);
    await this.reload();
  }

  /** Shows an analysis that was completed by a run in place of the one it was made from, unless that is outdated. */
  async replaceAnalysis(made: ModelAnalysis, from: ModelAnalysis): Promise<void> {
    if (this.#reading.replace(made, from)) {
      await this.#announce();
    }
  }

  addImages(uris: readonly vscode.Uri[]): number {
    const images = this.images.add(uris);
    if (images.length > 0) {
      this.pages.send({ type: 'imagesAdded', images });
    }
    return images.length;
  }

  /** Takes an image off the list of every page. */
  removeImage(imageId: string): void {
    if (this.images.remove(imageId)) {
      this.pages.send({ type: 'imageRemoved', imageId });
    }
  }

  /** Reads the model, if that is not done, while the page is being made, and sends it without waiting for the page. */
  async pageMade(send: SendEvent): Promise<void> {
    const loaded = await this.analysis().catch(() => null);
    if (loaded !== null && this.pages.isWaiting(send) && (await this.#sendModel([send]))) {
      this.pages.markSentAhead(send);
    }
  }

  /** Everything that a page needs to draw, when it says `ready` (again). */
  async pageReady(send: SendEvent): Promise<void> {
    const isSentAhead = this.pages.markReady(send);
    if (isSentAhead) {
      send({ type: 'modelSentAhead' });
    }
    if (isSentAhead || (await this.#sendModel([send]))) {
      if (this.images.items.length > 0) {
        send({ type: 'imagesAdded', images: this.images.items });
      }
      this.gallery.resend(send);
      this.pages.markLoaded(send);
      const request = this.pages.takeRequest();
      if (request !== null) {
        send(request);
      }
      await this.#sendSettings([send]);
    }
  }

  dispose(): void {
    this.#reading.stop();
    this.#endProcess();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  async #announce(): Promise<void> {
    this.pages.forgetSentAhead();
    if (await this.#sendModel(this.pages.ready)) {
      await this.#announceSettings();
    }
  }

  #settingsChanged(): void {
    if (this.#process.isOutdated) {
      // The next image starts a process with the new number.
      this.#endProcess();
    }
    void this.#announceSettings();
  }

  async #announceSettings(): Promise<void> {
    await this.#sendSettings(this.pages.ready);
  }

  /** Sends the report or why there is none; false when a newer reading of the file will do it. */
  async #sendModel(pages: readonly SendEvent[]): Promise<boolean> {
    const analysis = this.analysis();
    const loaded = await analysis.catch(() => null);
    if (!this.#reading.isNewest(analysis)) {
      return false;
    }
    const { failure } = this.#reading;
    if (loaded === null) {
      pages.forEach((send) => failure !== null && send({ type: 'modelFailed', failure }));
      return false;
    }
    const { colorMap, opacity } = readSettings(this.uri);
    const trusted = vscode.workspace.isTrusted;
    pages.forEach((send) =>
      send({ type: 'modelLoaded', report: loaded.report, display: { colorMap, opacity }, trusted }),
    );
    return true;
  }

  async #sendSettings(pages: readonly SendEvent[]): Promise<void> {
    if (this.#reading.loaded === null) {
      return;
    }
    try {
      const settings = await this.settings();
      pages.forEach((send) => send({ type: 'settingsChanged', settings }));
    } catch (error) {
      // A mistake in the sidecar file is shown where the settings matter: when an image is explained.
      toFailure(error, this.services.log, vscode.l10n.t);
    }
  }

  #endProcess(): void {
    void this.gallery.forget();
    this.#process.end();
  }
}
