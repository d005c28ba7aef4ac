import type { ElementType } from '../graph/model';
import type { PreparedImage } from '../image/preprocessImage';
import type { InputPlacement, Picture } from '../protocol/explanation';
import type { Preprocessing } from '../protocol/preprocessing';
import type { ErrorCode } from '../userError';

/** Everything that crosses between the client and the inference process (structured clone: typed arrays stay binary). */

export type TensorElements =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

/** A tensor going into or coming out of a model, row-major. Half precision is carried as float32. */
export interface TensorValue {
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  readonly data: TensorElements;
}

/** A tensor of which the process has the elements: they are those that it kept last. */
type KeptTensor = Omit<TensorValue, 'data'> & { readonly kept: true };

export type Feed = TensorValue | KeptTensor;

/** Size and modification time of a file, to notice that it changed. */
export interface FileStamp {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface ModelSource {
  /** Absolute path of the user's model file. */
  readonly path: string;
  /** A model made from it (thin, extended) to run instead; its external data lies in the folder of `path`. */
  readonly bytes?: Uint8Array;
  /** How the file was when it was read; with `bytes`, offsets into it hold only as long as it stays so. */
  readonly stamp?: { readonly sizeBytes: number; readonly modifiedMs: number };
  /** Absolute paths of external data files, which must not change either. */
  readonly externalFiles?: readonly string[];
  /** 'all' (default) to run; 'basic' or 'disabled' to look inside. */
  readonly optimization?: 'all' | 'basic' | 'disabled';
  /** Matrices that are constant are not stored a second time in the order that products read fastest. */
  readonly keepsOneCopy?: boolean;
  /** An existing folder for ONNX Runtime's trace: the time of each kernel is recorded until `endProfile`. */
  readonly profileFolder?: string;
}

interface LoadedModel {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly stamps: readonly FileStamp[];
}

export interface RunResult {
  readonly outputs: Readonly<Record<string, TensorValue>>;
  /** Of ONNX Runtime's run alone. */
  readonly elapsedMs: number;
}

export interface ImageResult extends PreparedImage {
  /** Of reading, decoding and preprocessing. */
  readonly elapsedMs: number;
}

/** What became of one image of several. */
export type ImageOutcome =
  | {
      readonly ok: true;
      /** null for a ready input tensor. */
      readonly placement: InputPlacement | null;
      /** What the network was fed; null when not wanted. */
      readonly picture: Picture | null;
    }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

export interface ImagesResult {
  /** In the order asked for. */
  readonly images: readonly ImageOutcome[];
  /** Of those that could be read, in order; a fixed batch may hold further items. null when none could. */
  readonly run: RunResult | null;
}

/** One kernel of one run, as ONNX Runtime's profiler wrote it down. */
export interface ProfiledKernel {
  /** Name of the node in the optimised graph. */
  readonly node: string;
  readonly opType: string;
  readonly durationMs: number;
}

export interface ProfiledRun {
  /** Of the whole run. */
  readonly durationMs: number;
  /** In order of execution; kernels that ran inside another one (bodies of If, Loop and Scan) are part of that one. */
  readonly kernels: readonly ProfiledKernel[];
}

/**
 * A loaded model that computes a sum of losses and its gradient over stored rows, to be minimised together with an l2
 * penalty: (Σ losses)/rows + (l2/2)·‖weights‖², the bias unpenalised. All its tensors have one element type.
 */
export interface LossProblem {
  readonly elementType: 'float32' | 'float64';
  /** [outputs, inputs] of the weights; the bias is [outputs]. */
  readonly outputs: number;
  readonly inputs: number;
  readonly rows: number;
  readonly l2: number;
  /** Names of the model's inputs: weights and bias. */
  readonly weights: string;
  readonly bias: string;
  /** Names of its outputs: losses by row, derivatives of their sum. */
  readonly losses: string;
  readonly weightGradient: string;
  readonly biasGradient: string;
  /** Weights, then bias. */
  readonly start: Float64Array;
  readonly tolerance: number;
  readonly mostIterations: number;
}

/** Where a minimisation stands; `status` as in tensor/lbfgs. */
export interface MinimizationState {
  readonly iterations: number;
  readonly evaluations: number;
  readonly value: number;
  readonly gradientNorm: number;
  readonly status: 'running' | 'converged' | 'exhausted' | 'stalled';
  /** Weights, then bias; null while it is running. */
  readonly point: Float64Array | null;
}

/** Requests by name: what is asked and what is answered. */
export interface InferenceRequests {
  /** Loads the native libraries ahead of their first use. */
  readonly warmUp: { readonly params: Record<string, never>; readonly result: null };
  /** Creates a session under a number of the client's choice. */
  readonly load: {
    readonly params: {
      readonly session: number;
      readonly source: ModelSource;
      readonly stamps: readonly FileStamp[];
      readonly threads: number;
    };
    readonly result: LoadedModel;
  };
  /** What was recorded since `load`, one entry a run. The session ends. */
  readonly endProfile: { readonly params: { readonly session: number }; readonly result: readonly ProfiledRun[] };
  readonly release: { readonly params: { readonly session: number }; readonly result: null };
  readonly run: {
    readonly params: {
      readonly session: number;
      readonly feeds: Readonly<Record<string, Feed>>;
      /** The input whose elements are to be kept, in place of those kept before. */
      readonly keeps: string | null;
      readonly fetches: readonly string[];
      /** Another session that is run first and whose output becomes one of the feeds. */
      readonly prepare?: {
        readonly session: number;
        readonly feeds: Readonly<Record<string, TensorValue>>;
        /** Name of its output → name of the input. */
        readonly output: string;
        readonly input: string;
      };
    };
    readonly result: RunResult;
  };
  /** Minimises for about so long; `problem` null: goes on with the session's last one. */
  readonly minimize: {
    readonly params: { readonly session: number; readonly problem: LossProblem | null; readonly forMs: number };
    readonly result: MinimizationState;
  };
  /** The elements of the tensor are kept, in place of those kept before. */
  readonly prepareImage: {
    readonly params: { readonly image: string | Uint8Array; readonly preprocessing: Preprocessing };
    readonly result: ImageResult;
  };
  /** What the network is fed of an image, its longer side at most `size` pixels. */
  readonly makeThumbnail: {
    readonly params: {
      readonly image: string;
      readonly preprocessing: Preprocessing | null;
      readonly size: number;
    };
    readonly result: Picture;
  };
  /** Reads images and runs the model on them at once, while those that come next are being read. */
  readonly runImages: {
    readonly params: {
      readonly session: number;
      /** Absolute paths of pictures or `.npy` input tensors; at most as many as a fixed batch has. */
      readonly images: readonly string[];
      readonly next: readonly string[];
      /** null when there are input tensors only. */
      readonly preprocessing: Preprocessing | null;
      readonly input: {
        readonly name: string;
        /** Of one image, with a batch axis of 1. */
        readonly shape: readonly number[];
        /** Where the model fixes it; null: as many as there are images. */
        readonly batch: number | null;
      };
      /** Further inputs. */
      readonly feeds: Readonly<Record<string, TensorValue>>;
      readonly fetches: readonly string[];
      readonly wantsPictures: boolean;
    };
    readonly result: ImagesResult;
  };
}

export type InferenceRequestName = keyof InferenceRequests;

/** One name and its own parameters. */
export type InferenceRequest = {
  readonly [Name in InferenceRequestName]: { readonly name: Name; readonly params: InferenceRequests[Name]['params'] };
}[InferenceRequestName];

export type ToServer = InferenceRequest & { readonly id: number };

export type ToClient =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  /** `code` null: a bug, `message` is its stack. */
  | { readonly id: number; readonly ok: false; readonly code: ErrorCode | null; readonly message: string };

/** What the server is started with, as its one argument (JSON). */
export interface ServerOptions {
  readonly memoryLimitBytes: number;
}

/** First line on stderr when the watchdog ends the process for its memory. */
export const MEMORY_EXCEEDED = 'headlight: memory limit exceeded';
