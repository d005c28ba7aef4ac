import type { ReceptiveField } from './modelDetails';
import type { HeadKind } from './modelReport';

/** What a model answers for one image, and what it was fed. */
export interface ImageAnswer {
  readonly imageId: string;
  /** Absolute path of the image (or of the `.npy` input tensor). */
  readonly image: string;
  /** All logits, length classes. */
  readonly logits: Float32Array;
  /** Softmax or sigmoid of the logits, length classes; null when the model ends in neither and K is 1 (regression, counts). */
  readonly probabilities: Float32Array | null;
  /** Whether the probabilities come from the model's own activation or are a softmax added for display. */
  readonly probabilitySource: 'model' | 'softmaxOfLogits' | null;
  /** Class indices, most likely first, length min(5, classes). */
  readonly top: readonly number[];
  /** Size of the maps. */
  readonly height: number;
  readonly width: number;
  /** Where cells lie on the model's input; null: use the half-pixel stretch. */
  readonly receptiveField: ReceptiveField | null;
  /** How the image became the input tensor: enough to draw the map over the original image. */
  readonly placement: InputPlacement | null;
  /** Pixels the network was fed, RGBA, [inputHeight, inputWidth, 4], to show and to draw the overlay on. */
  readonly inputPicture: Picture;
  readonly elapsedMs: { readonly decode: number; readonly run: number };
}

/**
 * What the model looks at in one image. Maps are in logit units, signed, at feature-map resolution;
 * colour, opacity, ReLU, normalisation and upsampling are display choices made in the webview.
 */
export interface Explanation extends ImageAnswer {
  readonly kind: HeadKind;
  readonly channels: number;
  /** 'mean': mean of the map + bias = logit (GAP heads); 'sum': sum of the map + bias = logit (FC heads). */
  readonly aggregate: 'mean' | 'sum';
  /** The feature map, [channels, height, width] whatever the model's own layout. */
  readonly featureMap: Float32Array;
  /** Maps computed in the inference process: the top classes and those asked for. */
  readonly maps: readonly ClassMap[];
}

/** Maps of another method than the exact one, at any layer: nothing says that they add up, so there is no certificate. */
export interface LayerExplanation extends ImageAnswer {
  readonly method: string;
  /** Tensor name. */
  readonly layer: string;
  /** Of the layer. */
  readonly channels: number;
  /** `derivative`: logit per unit of the input tensor; `share`: of the whole, adding up to 1. */
  readonly unit: 'logit' | 'activation' | 'derivative' | 'share';
  /** What the maps are, and how they relate to the exact one here, in sentences for the user. */
  readonly note: string;
  /** Class that was subtracted; null when the maps are those of classes themselves. */
  readonly contrast: number | null;
  /** What was explained, in words. Where it is no class, logits and top are empty and there is one map. */
  readonly target: { readonly kind: 'class' | 'elements' | 'box' | 'mask' | 'similarity'; readonly text: string };
  /** How often the model was run, in images. */
  readonly runs: number;
  /** `estimated`: chance was involved, another seed gives another map. */
  readonly source: 'measured' | 'estimated';
  readonly maps: readonly LayerMap[];
}

/** `classIndex` of a map whose target is no class. */
export const NO_CLASS = -1;

/** What a method knows about its own precision. */
export interface MapFigure {
  readonly label: string;
  readonly value: number;
  /** Empty for plain numbers. */
  readonly unit: string;
  readonly how: 'measured' | 'estimated';
}

/** Signed, at the layer's resolution; what ClassMap has besides is known for exact maps only. */
export interface LayerMap {
  /** NO_CLASS where the target is no class. */
  readonly classIndex: number;
  /** [height, width], before ReLU, normalisation and upsampling. */
  readonly map: Float32Array;
  /** y: the logit, the difference of two, or the value of another target. */
  readonly value?: number;
  /** Residuals and standard errors; absent for methods that have none. */
  readonly figures?: readonly MapFigure[];
}

/** 8-bit RGBA, row-major. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray;
}

export interface ClassMap {
  readonly classIndex: number;
  /** [height, width]. */
  readonly map: Float32Array;
  /** [channels] for pooled heads (weight of each channel), [channels, height, width] for FC heads. */
  readonly weights: Float32Array;
  readonly certificate: Certificate;
  /** Σ over cells of weights∘F per channel, in logit units; adds up to logit − contributionBias. Length channels. */
  readonly contributions: Float32Array;
  /**
   * What the contributions leave over: the bias path. Absent when it equals certificate.bias; it differs where the map
   * itself carries the bias of the class convolution (linear-gap, density-sum).
   */
  readonly contributionBias?: number;
}

/** aggregate(map) + bias = logit, within `tolerance`. */
export interface Certificate {
  readonly aggregate: 'mean' | 'sum';
  /** aggregate of the map. */
  readonly value: number;
  readonly bias: number;
  readonly logit: number;
  /** value + bias − logit. */
  readonly residual: number;
  readonly holds: boolean;
  /** Absent: 1e-5·max(1, |logit|). Wider where the model itself rounds more: 16-bit floats, quantised heads. */
  readonly tolerance?: number;
}

/** Rectangle of the (EXIF-oriented) image that was resized to the model's input, in image pixels; may be fractional. */
export interface InputPlacement {
  readonly imageWidth: number;
  readonly imageHeight: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly inputWidth: number;
  readonly inputHeight: number;
}
