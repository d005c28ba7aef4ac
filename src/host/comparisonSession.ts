import * as vscode from 'vscode';
import type { ModelComparison } from '../compareModels';
import type { ComparisonReport, WeightVerdict } from '../protocol/comparison';
import type { Failure } from '../protocol/messages';
import { UserError } from '../userError';
import { toFailure } from './failure';
import { watchFile } from './fileWatch';

/** Two files and what is known about them side by side; read again when one of them changes. */
export class ComparisonSession {
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<void>();
  /** Read anew (with or without success), or swapped. */
  readonly onChanged = this.#changed.event;
  readonly #watches: vscode.Disposable;
  #uris: readonly [a: vscode.Uri, b: vscode.Uri];
  #reading = new AbortController();
  #comparison: ModelComparison | null = null;
  #failure: Failure | null = null;
  #verdicts: readonly WeightVerdict[] | null = null;

  constructor(a: vscode.Uri, b: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#log = log;
    this.#uris = [a, b];
    const files = [a, b].filter(({ scheme }) => scheme === 'file');
    this.#watches = vscode.Disposable.from(...files.map((uri) => watchFile(uri, () => void this.read())));
    void this.read();
  }

  get a(): vscode.Uri {
    return this.#uris[0];
  }

  get b(): vscode.Uri {
    return this.#uris[1];
  }

  get report(): ComparisonReport | null {
    return this.#comparison?.report ?? null;
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  get verdicts(): readonly WeightVerdict[] | null {
    return this.#verdicts;
  }

  compares(a: vscode.Uri, b: vscode.Uri): boolean {
    return this.a.toString() === a.toString() && this.b.toString() === b.toString();
  }

  /** Throws while there is nothing to compare. */
  get comparison(): ModelComparison {
    if (this.#comparison === null) {
      throw new UserError('fileNotFound', this.#failure?.message ?? vscode.l10n.t('The models are still being read.'));
    }
    return this.#comparison;
  }

  /** Reads both files; a newer reading takes the place of an older one. */
  async read(): Promise<void> {
    this.#reading.abort();
    const reading = new AbortController();
    this.#reading = reading;
    const [comparison, failure] = await this.#compare(reading.signal);
    if (!reading.signal.aborted) {
      this.#comparison = comparison;
      this.#failure = failure;
      this.#verdicts = null;
      this.#changed.fire();
    }
  }

  async swap(): Promise<void> {
    this.#uris = [this.b, this.a];
    await this.read();
  }

  /** Hashes once for one reading of the files: a page that is built again asks again. */
  async compareWeights(signal: AbortSignal, onProgress: (fraction: number) => void): Promise<readonly WeightVerdict[]> {
    if (this.#verdicts !== null) {
      return this.#verdicts;
    }
    const { compareStoredWeights } = await import('../compareModels');
    const comparison = this.comparison;
    const verdicts = await compareStoredWeights(comparison, {
      signal: AbortSignal.any([signal, this.#reading.signal]),
      onProgress,
    });
    if (comparison === this.#comparison) {
      this.#verdicts = verdicts;
    }
    return verdicts;
  }

  dispose(): void {
    this.#reading.abort();
    this.#watches.dispose();
    this.#changed.dispose();
  }

  async #compare(signal: AbortSignal): Promise<[ModelComparison, null] | [null, Failure]> {
    const startedAt = performance.now();
    try {
      const remote = this.#uris.find(({ scheme }) => scheme !== 'file');
      if (remote !== undefined) {
        throw new UserError(
          'badArgument',
          vscode.l10n.t(
            'Headlight reads models from files on disk; this one is "{0}:". Save it to a folder first.',
            remote.scheme,
          ),
        );
      }
      const { compareModels } = await import('../compareModels');
      const comparison = await compareModels({ a: this.a.fsPath, b: this.b.fsPath }, { signal });
      const elapsedMs = Math.round(performance.now() - startedAt);
      this.#log.info(`Compared ${this.a.fsPath} with ${this.b.fsPath} in ${elapsedMs} ms`);
      return [comparison, null];
    } catch (error) {
      return [null, toFailure(error, this.#log, vscode.l10n.t)];
    }
  }
}
