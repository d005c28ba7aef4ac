import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { Explainer } from '../explain/explainer';
import type { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import { readSettings } from './settings';

/** The process that runs one model, started when first used, and what explains images with it. */
export class ModelProcess {
  #client: InferenceClient | null = null;
  #explainer: Explainer | null = null;
  /** Of the client, as set when it was made. */
  #threads = 0;

  /** `distPath`: folder of the built files, where inference.js is. */
  constructor(
    private readonly model: vscode.Uri,
    private readonly distPath: string,
  ) {}

  /** null while none runs. */
  get pid(): number | null {
    return this.#client?.pid ?? null;
  }

  /** Whether it was started with other settings than those of now. */
  get isOutdated(): boolean {
    return this.#client !== null && readSettings(this.model).threads !== this.#threads;
  }

  async client(): Promise<InferenceClient> {
    const { InferenceClient } = await import('../inference/inferenceClient');
    if (this.#client === null) {
      this.#threads = readSettings(this.model).threads;
      this.#client = new InferenceClient(join(this.distPath, 'inference.js'), { threads: this.#threads });
    }
    return this.#client;
  }

  /** One for as long as neither the analysis nor the process changes. */
  async explainer(analysis: ModelAnalysis, client: InferenceClient): Promise<Explainer> {
    const { createExplainer } = await import('../explain/explainer');
    if (this.#explainer?.analysis !== analysis || this.#explainer.client !== client) {
      this.#explainer = createExplainer(analysis, client);
    }
    return this.#explainer;
  }

  /** Ends what runs; what is asked for next starts anew. */
  end(): void {
    this.#client?.dispose();
    this.#client = null;
    this.#explainer = null;
  }
}
