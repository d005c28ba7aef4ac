import type { MapFigure } from '../protocol/explanation';
import type { MaskSeries } from './masks';
import type { SpatialLayer } from './spatialLayer';

/** What can be chosen about methods of many runs; each method says what it does with it. */
export interface SamplingOptions {
  /** Of everything random: the same seed gives the same map. */
  readonly seed: number;
  /** Noisy images of SmoothGrad, steps of integrated gradients, masks of RISE; null: the method's own number. */
  readonly samples: number | null;
  /** Channels that Score-CAM tries, those that vary most first; null: all of them. Fewer give an approximation. */
  readonly channels: number | null;
  /** Side of occlusion's window in pixels; null: an eighth of the image. */
  readonly window: number | null;
  /** Pixels that the window moves by; null: half of it. */
  readonly stride: number | null;
}

export const DEFAULT_SAMPLING: SamplingOptions = { seed: 0, samples: null, channels: null, window: null, stride: null };

/** A map of one target, [P] of the layer or the image, and what the method knows about its own precision. */
export interface SampledMap {
  readonly map: Float32Array;
  readonly figures: readonly MapFigure[];
}

/** What a run gives for one image: y of the target, and the values that the method's `emit` named, without batch axis. */
export interface SampleResult {
  readonly value: number;
  readonly outputs: Readonly<Record<string, Float32Array>>;
}

/** The model as methods of many runs see it: images in, numbers out. The pipeline batches the runs and counts them. */
export interface Sampling {
  readonly options: SamplingOptions;
  /** The image as the model is fed it, one item in the model's own layout. */
  readonly image: Float32Array;
  /** Where rows, columns and channels of the image are. */
  readonly imageLayer: SpatialLayer;
  /** Where the map lies. */
  readonly layer: SpatialLayer;
  /** What the image itself gives, by target; `outputs` as for the first target. */
  readonly base: readonly SampleResult[];
  /** Tells how many images will be run in all, so that progress can be told. */
  expect(images: number): void;
  /** y of every target for the image under masks: by target, one per mask. Nothing else is computed. */
  scoreMasked(masks: MaskSeries): Promise<readonly Float32Array[]>;
  /** Runs images made one by one; results come in order. `target`: position in `base`. */
  runImages(
    count: number,
    make: (position: number) => Float32Array,
    target: number,
    read: (result: SampleResult, position: number) => void,
  ): Promise<void>;
  /**
   * y of every target with an int64 input of the method's own set to 0, 1, … `count` − 1: by target, one per number.
   * The nodes that `emit` wrote take a batch of them beside one image; `output` is what `context.score` gave.
   */
  scoreIndexed(count: number, input: string, output: string): Promise<readonly Float32Array[]>;
}
