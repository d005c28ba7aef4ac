/** How well maps point at what they should, as plain data: made by `evaluateMaps`, drawn by the page, printed and saved by the command line. */
export interface EvaluationReport {
  readonly schema: 1;
  /** false: it was stopped, and the figures are of the rows that there are. */
  readonly isComplete: boolean;
  /** Absolute path. */
  readonly model: string;
  readonly settings: EvaluationSettings;
  readonly metrics: readonly MetricDescription[];
  /** One for each method, image and class. */
  readonly rows: readonly EvaluationRow[];
  /** One for each method and metric. */
  readonly summaries: readonly EvaluationSummary[];
  /** What was left out, in sentences. */
  readonly warnings: readonly string[];
  /** Images that could not be judged. */
  readonly errors: readonly EvaluationFailure[];
}

interface EvaluationSettings {
  readonly methods: readonly string[];
  /** Tensor that the maps of all but the exact method are drawn at; null: the usual one. */
  readonly layer: string | null;
  /** `predicted`, `true`, or a class index. */
  readonly classes: ClassRule;
  /** Where cells lie on the input: resized with half-pixel centres, or at the centres of their receptive fields. */
  readonly placement: MapPlacement;
  /** Steps of the insertion and deletion curves. */
  readonly steps: number;
  /** Of the pointing game, in pixels of the model's input. */
  readonly tolerance: number;
  /** Of every random number. */
  readonly seed: number;
}

export type ClassRule = 'predicted' | 'true' | number;
export type MapPlacement = 'stretch' | 'receptive-field';

export interface MetricDescription {
  /** As on the command line and in exported files. */
  readonly id: string;
  readonly name: string;
  /** What the number is, as a formula with its conventions. */
  readonly formula: string;
  /** Author, year and title. */
  readonly source: string;
  readonly unit: 'share' | 'probability' | 'ratio' | 'correlation' | 'IoU';
  /** Worst and best value there can be; null: without bound. */
  readonly range: readonly [number, number | null];
  /** What a better map has; `one`: nearer to 1. */
  readonly better: 'higher' | 'lower' | 'one';
  /** What it takes for a map, in runs of the model or passes over pixels. */
  readonly cost: string;
  readonly needsTruth: boolean;
}

/** y over x, both of one length. */
export interface EvaluationCurve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export interface EvaluationRow {
  readonly method: string;
  /** As listed: relative to the folder of images. */
  readonly image: string;
  readonly classIndex: number;
  /** null: the model has no labels. */
  readonly label: string | null;
  /** The most likely class. */
  readonly predicted: number;
  /** Classes of the image as annotated, named or listed; empty: not known. */
  readonly trueClasses: readonly number[];
  readonly logit: number;
  /** null where the model's numbers are no probabilities. */
  readonly probability: number | null;
  /** By metric id; null: it has no value for this map (no object of the class, a blank map). */
  readonly values: Readonly<Record<string, number | null>>;
  /** By metric id, of those that have one. */
  readonly curves: Readonly<Record<string, EvaluationCurve>>;
  /** Bounding box of the largest connected component above 20 % of the maximum, in input pixels; null: a blank map. */
  readonly box: EvaluationBox | null;
  /** Why the map is blank, or what was not found; null when there is nothing to say. */
  readonly remark: string | null;
}

/** Edges in pixels of the model's input: a pixel p covers p … p + 1. */
export interface EvaluationBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface EvaluationSummary {
  readonly method: string;
  readonly metric: string;
  /** Maps that have a value. */
  readonly count: number;
  /** Mean over them, or the figure of the whole set where the metric is one of sets; null when there are none. */
  readonly value: number | null;
  readonly median: number | null;
  /** Mean curve, or that of the whole set. */
  readonly curve: EvaluationCurve | null;
}

export interface EvaluationFailure {
  readonly image: string;
  /** null: before any method was tried. */
  readonly method: string | null;
  readonly code: string;
  readonly message: string;
}
