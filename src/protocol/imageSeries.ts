import type { ErrorCode } from '../userError';
import type { Certificate, InputPlacement, MapFigure, Picture } from './explanation';

/** What is asked of every image of a series; decides, with the model, what the answers are. */
export interface SeriesSubject {
  /** Id in the table of methods; `cam` is the exact map. */
  readonly method: string;
  /** Tensor that the maps are drawn at. */
  readonly layer: string;
  /** Classes mapped besides the `topCount` most likely ones. */
  readonly classes: readonly number[];
  readonly topCount: number;
  /** Class whose logit is subtracted; null for none. */
  readonly contrast: number | null;
}

/** An image of a series. */
export interface ListedImage {
  /** Its path below the folder it was found in, with `/`; distinct within a series and stable from run to run. */
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  /** Name of the folder it lies in, taken as its true class; null unless the images lie in a folder of folders. */
  readonly folder: string | null;
}

/** A map of one class or of another target, [height, width], signed. */
export interface SeriesMap {
  /** NO_CLASS where the target is no class. */
  readonly classIndex: number;
  readonly map: Float32Array;
  /** null for methods whose maps do not add up to the logit. */
  readonly certificate: Certificate | null;
  /** What is explained: the logit, the difference of two, or another number of the model's. */
  readonly value: number;
  /** Residuals and standard errors that the method knows about. */
  readonly figures: readonly MapFigure[];
}

/** What the model answered for one image. */
export interface ExplainedImage {
  readonly logits: Float32Array;
  readonly probabilities: Float32Array | null;
  /** Up to five class indices, most likely first; none where the target is no class. */
  readonly top: readonly number[];
  readonly height: number;
  readonly width: number;
  readonly maps: readonly SeriesMap[];
  /** How often the model was run for it. */
  readonly runs: number;
  readonly placement: InputPlacement | null;
  /** null when not wanted. */
  readonly picture: Picture | null;
}

export interface FailedImage {
  readonly code: ErrorCode;
  readonly message: string;
}

export type SeriesItem = { readonly image: ListedImage } & (
  | { readonly explained: ExplainedImage; readonly failure: null }
  | { readonly explained: null; readonly failure: FailedImage }
);

/** Figures of one image; all of the first map, in its unit, unless they say otherwise. */
export interface ImageMetrics {
  /** Of the first mapped class; null when the model answers no probabilities. */
  readonly probability: number | null;
  /** Of all probabilities, in nats; null without. */
  readonly entropy: number | null;
  /** 1 − probability of the true class; null when that is not known. */
  readonly error: number | null;
  /** Whether the most likely class is the true one. */
  readonly correct: boolean | null;
  /** What the certificate is off by, in logit units; null for methods without one. */
  readonly residual: number | null;
  readonly holds: boolean | null;
  /** Share of Σ|M| in the outer ring of cells over that ring's share of the area: 1 where the border is like the rest. */
  readonly borderEnergy: number | null;
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /** Share of cells above zero. */
  readonly positiveShare: number;
}

/** A line of the journal: what is kept of one image. */
export type SeriesRecord = {
  /** Id of the image. */
  readonly image: string;
  readonly path: string;
  /** The folder that is taken as its class; null without. */
  readonly trueLabel: string | null;
  /** Its class index; null when the model has no class of that name. */
  readonly trueClass: number | null;
} & (
  | {
      readonly status: 'explained';
      /** Up to five, most likely first. */
      readonly top: readonly {
        readonly class: number;
        readonly label: string | null;
        readonly logit: number;
        readonly probability: number | null;
      }[];
      readonly maps: readonly RecordedMap[];
      /** How often the model was run for it. */
      readonly runs: number;
      readonly metrics: ImageMetrics;
    }
  | { readonly status: 'failed'; readonly code: string; readonly message: string }
);

export type ExplainedRecord = Extract<SeriesRecord, { readonly status: 'explained' }>;

export interface RecordedMap {
  /** null where the target is no class. */
  readonly class: number | null;
  readonly height: number;
  readonly width: number;
  readonly certificate: Certificate | null;
  readonly value: number;
  readonly figures: readonly MapFigure[];
  /** Why the map shows nothing; null for an ordinary one. */
  readonly remark: string | null;
  /** Of the `.npy` file, below the output folder, with `/`; null when none was written. */
  readonly file: string | null;
  /** The map's float32 values, little-endian, row-major, in base64; null when not kept. */
  readonly values: string | null;
}
