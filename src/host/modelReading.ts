import * as vscode from 'vscode';
import type { ModelAnalysis } from '../inspectModel';
import type { Failure } from '../protocol/messages';
import { UserError } from '../userError';
import { toFailure } from './failure';

/** What is known of one model's file. The newest reading wins: what an older one still finds is dropped. */
export class ModelReading {
  /** null until somebody wants it. */
  #analysis: Promise<ModelAnalysis> | null = null;
  #loading = new AbortController();
  #loaded: ModelAnalysis | null = null;
  /** Whether a newer reading than the one that found `#loaded` is wanted or under way. */
  #isOutdated = false;
  #failure: Failure | null = null;
  #inputShapes: Readonly<Record<string, readonly number[]>> = {};

  constructor(
    private readonly uri: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** As far as it is read; what an older reading found until the newer one is done. */
  get loaded(): ModelAnalysis | null {
    return this.#loaded;
  }

  /** Why it could not be read. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** Reads the file when first called. Rejects as the reading did, for a file that cannot be read. */
  read(): Promise<ModelAnalysis> {
    this.#analysis ??= this.#analyze();
    return this.#analysis;
  }

  isNewest(reading: Promise<ModelAnalysis>): boolean {
    return reading === this.#analysis;
  }

  /** The next one who wants it reads the file again, with these input shapes if any are given. */
  forget(inputShapes = this.#inputShapes): void {
    this.stop();
    this.#inputShapes = inputShapes;
    this.#analysis = null;
    this.#isOutdated = true;
  }

  /** Puts an analysis in the place of the one it was made from; false when that is outdated. */
  replace(made: ModelAnalysis, from: ModelAnalysis): boolean {
    if (this.#loaded !== from || this.#isOutdated) {
      return false;
    }
    this.#analysis = Promise.resolve(made);
    this.#loaded = made;
    return true;
  }

  stop(): void {
    this.#loading.abort();
  }

  #analyze(): Promise<ModelAnalysis> {
    const loading = new AbortController();
    this.#loading = loading;
    const analysis = this.#readAnalysis(loading.signal);
    analysis.then(
      (loaded) => {
        if (this.#loading === loading) {
          this.#loaded = loaded;
          this.#isOutdated = false;
          this.#failure = null;
        }
      },
      (error: unknown) => {
        if (this.#loading === loading && !loading.signal.aborted) {
          this.#loaded = null;
          this.#failure = toFailure(error, this.log, vscode.l10n.t);
        }
      },
    );
    return analysis;
  }

  async #readAnalysis(signal: AbortSignal): Promise<ModelAnalysis> {
    if (this.uri.scheme !== 'file') {
      throw new UserError(
        'badArgument',
        vscode.l10n.t(
          'Headlight reads models from files on disk; this one is "{0}:". Save it to a folder first.',
          this.uri.scheme,
        ),
      );
    }
    const startedAt = performance.now();
    const { analyzeModel } = await import('../inspectModel');
    const analysis = await analyzeModel(this.uri.fsPath, { inputShapes: this.#inputShapes, signal });
    const elapsedMs = Math.round(performance.now() - startedAt);
    this.log.info(`Read ${this.uri.fsPath}: ${analysis.report.totals.nodes} nodes in ${elapsedMs} ms`);
    return analysis;
  }
}
