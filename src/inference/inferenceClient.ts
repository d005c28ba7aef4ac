import { stat } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { basename } from 'node:path';
import type { Picture } from '../protocol/explanation';
import type { Preprocessing } from '../protocol/preprocessing';
import { UserError } from '../userError';
import { InferenceProcess, type Waiting } from './inferenceProcess';
import { KeptElements, type ClientFeed } from './keptElements';
import type {
  FileStamp,
  ImageResult,
  ImagesResult,
  InferenceRequests,
  LossProblem,
  MinimizationState,
  ModelSource,
  ProfiledRun,
  RunResult,
  TensorValue,
} from './messages';
import { toOwnBuffers } from './ownBuffers';
import { Turns } from './turns';

export interface InferenceOptions {
  /** Threads of ONNX Runtime; 0 or absent: the number of cores minus one. */
  readonly threads?: number;
  /** The process is stopped above this resident size; absent: three quarters of the machine's memory. */
  readonly memoryLimitBytes?: number;
  /** One request may take this long; absent: 10 minutes. */
  readonly timeLimitMs?: number;
}

/** A model that was loaded. It outlives the process: after a crash or a cancellation it is loaded again when used. */
export interface ModelHandle {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
}

export interface RunOptions {
  /** By input name. Float32 is converted to what the input takes. */
  readonly feeds: Readonly<Record<string, ClientFeed>>;
  /** Names of the outputs wanted. */
  readonly fetches: readonly string[];
  /** Another model, run first in the same process: its output is fed without travelling. */
  readonly prepare?: {
    readonly handle: ModelHandle;
    readonly feeds: Readonly<Record<string, TensorValue>>;
    readonly output: string;
    readonly input: string;
  };
  readonly signal?: AbortSignal | undefined;
}

export type OnMinimized = (state: MinimizationState) => void;

/** Between two reports of a minimisation; requests of others get their turn there. */
const MINIMIZATION_SLICE_MS = 400;

export type RunImagesOptions = Omit<InferenceRequests['runImages']['params'], 'session'> & {
  readonly signal?: AbortSignal | undefined;
};

interface HeldModel {
  readonly number: number;
  readonly source: ModelSource;
  readonly stamps: readonly FileStamp[];
  /** Where a session exists. */
  process: InferenceProcess;
}

/**
 * The way to ONNX Runtime and to image decoding, which run in a child process that starts when first used. Requests are
 * answered in order. Aborting a request under way kills the process (a native call cannot be interrupted); it starts
 * anew on the next use, with all models. Rejects with UserError: `cancelled`, `inferenceStopped` (crash, memory, time),
 * `inferenceFailed` (ONNX Runtime's refusal), `fileChanged`, and those of decoding.
 */
export class InferenceClient {
  readonly #serverPath: string;
  readonly #options: Required<InferenceOptions>;
  readonly #models = new Map<ModelHandle, HeldModel>();
  readonly #kept = new KeptElements();
  /** The image that was prepared last: it is often explained in several ways, one after the other. */
  #lastImage: { readonly key: string; readonly image: ImageResult } | null = null;
  #process: InferenceProcess | null = null;
  #lastNumber = 0;
  readonly #turns = new Turns();

  /** `serverPath`: the built `dist/inference.js`. */
  constructor(serverPath: string, { threads, memoryLimitBytes, timeLimitMs }: InferenceOptions = {}) {
    this.#serverPath = serverPath;
    this.#options = {
      threads: threads || Math.max(1, availableParallelism() - 1),
      memoryLimitBytes: memoryLimitBytes ?? totalmem() * 0.75,
      timeLimitMs: timeLimitMs ?? 600_000,
    };
  }

  /** Process id of the inference process; null while there is none. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** Threads that ONNX Runtime computes with. */
  get threads(): number {
    return this.#options.threads;
  }

  /** Starts the process and loads its libraries ahead of the first use. */
  async warmUp(): Promise<void> {
    const request = { name: 'warmUp', params: {} } as const;
    await this.#inTurn(undefined, (process) =>
      process.request<'warmUp'>(request, this.#waiting('starting', undefined)),
    );
  }

  async loadModel(
    source: ModelSource,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ModelHandle> {
    const number = ++this.#lastNumber;
    return this.#inTurn(options.signal, async (process) => {
      const loaded = await this.#load(process, { number, source: toMessage(source), stamps: [] }, options.signal);
      const handle: ModelHandle = { inputNames: loaded.inputNames, outputNames: loaded.outputNames };
      this.#models.set(handle, { number, source: toMessage(source), stamps: loaded.stamps, process });
      return handle;
    });
  }

  async run(handle: ModelHandle, { feeds, fetches, prepare, signal }: RunOptions): Promise<RunResult> {
    return this.#inTurn(signal, async (process) => {
      const model = await this.#findLoaded(handle, process, signal);
      const before = prepare && {
        session: (await this.#findLoaded(prepare.handle, process, signal)).number,
        feeds: prepare.feeds,
        output: prepare.output,
        input: prepare.input,
      };
      const waiting = this.#waiting(`running ${basename(model.source.path)}`, signal);
      const result = await this.#kept.send(process, feeds, (sent) => {
        const params = { session: model.number, ...sent, fetches, ...(before && { prepare: before }) };
        return process.request<'run'>({ name: 'run', params }, waiting);
      });
      return toOwnBuffers(result);
    });
  }

  /**
   * Reads images and runs the model on them in one batch; neither pixels nor tensors leave the process. Images that
   * cannot be read are told of in the result and do not keep the others from being run.
   */
  async runImages(handle: ModelHandle, { signal, ...options }: RunImagesOptions): Promise<ImagesResult> {
    return this.#inTurn(signal, async (process) => {
      const model = await this.#findLoaded(handle, process, signal);
      const params = { session: model.number, ...options };
      const waiting = this.#waiting(
        `running ${basename(model.source.path)} on ${options.images.length} images`,
        signal,
      );
      return process.request<'runImages'>({ name: 'runImages', params }, waiting);
    });
  }

  /** What a model loaded with `profileFolder` recorded, one entry a run; the model is released. */
  async endProfile(handle: ModelHandle, signal?: AbortSignal): Promise<readonly ProfiledRun[]> {
    return this.#inTurn(signal, async (process) => {
      const model = this.#models.get(handle);
      this.#models.delete(handle);
      if (model === undefined || model.process !== process) {
        throw new UserError('inferenceStopped', 'The inference process ended before its profile was read. Try again.');
      }
      const waiting = this.#waiting(`reading the profile of ${basename(model.source.path)}`, signal);
      return process.request<'endProfile'>({ name: 'endProfile', params: { session: model.number } }, waiting);
    });
  }

  /**
   * Minimises a loaded model's loss by L-BFGS inside the inference process: between its iterations nothing crosses.
   * Throws UserError `inferenceStopped` also when the process ends in the middle: there is no state to go on from.
   */
  async minimize(
    handle: ModelHandle,
    problem: LossProblem,
    { signal, onProgress }: { readonly signal?: AbortSignal | undefined; readonly onProgress?: OnMinimized } = {},
  ): Promise<MinimizationState & { readonly point: Float64Array }> {
    let next: LossProblem | null = problem;
    for (;;) {
      const state = await this.#minimizeOn(handle, next, signal);
      onProgress?.(state);
      if (state.point !== null) {
        return { ...state, point: state.point };
      }
      next = null;
    }
  }

  #minimizeOn(
    handle: ModelHandle,
    problem: LossProblem | null,
    signal: AbortSignal | undefined,
  ): Promise<MinimizationState> {
    return this.#inTurn(signal, async (process) => {
      if (problem === null && this.#find(handle).process !== process) {
        throw new UserError('inferenceStopped', 'The inference process ended in the middle of a fit. Try again.');
      }
      const model = await this.#findLoaded(handle, process, signal);
      const params = { session: model.number, problem, forMs: MINIMIZATION_SLICE_MS };
      return toOwnBuffers(
        await process.request<'minimize'>({ name: 'minimize', params }, this.#waiting('fitting', signal)),
      );
    });
  }

  /** Frees the model's memory. */
  async releaseModel(handle: ModelHandle): Promise<void> {
    const model = this.#models.get(handle);
    this.#models.delete(handle);
    if (model === undefined || !model.process.isAlive) {
      return;
    }
    const request = { name: 'release', params: { session: model.number } } as const;
    await this.#inTurn(undefined, async () => {
      // With its process the session is gone too.
      if (model.process.isAlive) {
        await model.process.request<'release'>(request, this.#waiting('releasing a model', undefined));
      }
    });
  }

  /**
   * Decodes an image (path or file content) and makes the input tensor of it. The last one is remembered as long as its
   * file stays as it is.
   */
  async prepareImage(options: {
    readonly image: string | Uint8Array;
    readonly preprocessing: Preprocessing;
    readonly signal?: AbortSignal | undefined;
  }): Promise<ImageResult> {
    const { image, preprocessing, signal } = options;
    const startedAt = performance.now();
    const key = await toImageKey(image, preprocessing);
    if (key !== null && key === this.#lastImage?.key) {
      return { ...this.#lastImage.image, elapsedMs: performance.now() - startedAt };
    }
    const doing = `reading ${typeof image === 'string' ? basename(image) : 'an image'}`;
    const request = { name: 'prepareImage', params: { image, preprocessing } } as const;
    return this.#inTurn(signal, async (process) => {
      const prepared = toOwnBuffers(await process.request<'prepareImage'>(request, this.#waiting(doing, signal)));
      this.#kept.set(process, prepared.tensor.data);
      this.#lastImage = key === null ? null : { key, image: prepared };
      return prepared;
    });
  }

  /** A small picture of what the network is fed of an image. */
  async makeThumbnail({
    signal,
    ...params
  }: InferenceRequests['makeThumbnail']['params'] & { readonly signal?: AbortSignal | undefined }): Promise<Picture> {
    const waiting = this.#waiting(`reading ${basename(params.image)}`, signal);
    return this.#inTurn(signal, async (process) =>
      toOwnBuffers(await process.request<'makeThumbnail'>({ name: 'makeThumbnail', params }, waiting)),
    );
  }

  /** Ends the process; requests under way or waiting are rejected as cancelled. */
  dispose(): void {
    this.#turns.close();
    this.#models.clear();
    this.#lastImage = null;
    this.#process?.abandon(new UserError('cancelled', 'The model was closed.'));
    this.#process = null;
  }

  /** Loads it again where the process is not the one that it was loaded in. */
  async #findLoaded(
    handle: ModelHandle,
    process: InferenceProcess,
    signal: AbortSignal | undefined,
  ): Promise<HeldModel> {
    const model = this.#find(handle);
    if (model.process !== process) {
      await this.#load(process, model, signal);
      model.process = process;
    }
    return model;
  }

  #find(handle: ModelHandle): HeldModel {
    const model = this.#models.get(handle);
    if (model === undefined) {
      throw new Error('The model was released.');
    }
    return model;
  }

  #load(
    process: InferenceProcess,
    { number, source, stamps }: Omit<HeldModel, 'process'>,
    signal: AbortSignal | undefined,
  ): Promise<InferenceRequests['load']['result']> {
    const params = { session: number, source, stamps, threads: this.#options.threads };
    return process.request<'load'>({ name: 'load', params }, this.#waiting(`loading ${basename(source.path)}`, signal));
  }

  #waiting(doing: string, signal: AbortSignal | undefined): Waiting {
    return { doing, signal, timeLimitMs: this.#options.timeLimitMs };
  }

  #currentProcess(): InferenceProcess {
    if (this.#process?.isAlive !== true) {
      this.#process = new InferenceProcess(this.#serverPath, { memoryLimitBytes: this.#options.memoryLimitBytes });
    }
    return this.#process;
  }

  #inTurn<Result>(
    signal: AbortSignal | undefined,
    task: (process: InferenceProcess) => Promise<Result>,
  ): Promise<Result> {
    return this.#turns.take(signal, () => task(this.#currentProcess()));
  }
}

/** null for an image that cannot be told from another one: given as bytes, or not there. */
async function toImageKey(image: string | Uint8Array, preprocessing: Preprocessing): Promise<string | null> {
  if (typeof image !== 'string') {
    return null;
  }
  const found = await stat(image).catch(() => null);
  return found === null ? null : JSON.stringify([image, found.size, found.mtimeMs, preprocessing]);
}

/** Only what the process needs: callers pass a whole Model as the stamp. */
function toMessage({ stamp, ...source }: ModelSource): ModelSource {
  if (stamp === undefined) {
    return source;
  }
  return { ...source, stamp: { sizeBytes: stamp.sizeBytes, modifiedMs: stamp.modifiedMs } };
}
