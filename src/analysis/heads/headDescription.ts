import type { ElementType } from '../../graph/model';
import type { HeadKind, HeadReport } from '../../protocol/modelReport';

/**
 * One description for every spelling of a head: the feature map, how vectors are read from it, and the steps from
 * those vectors to the logits. Everything downstream (economics, maps, conversion) uses this and not the nodes.
 */
export interface HeadDescription {
  readonly kind: HeadKind;
  /** Whether the sub-graph from the feature map to the logits is affine or piecewise affine. */
  readonly exact: boolean;
  /** One sentence for the user; null only when the head is exact and of a named kind. */
  readonly reason: string | null;
  readonly classes: number | null;
  readonly featureMap: FeatureMap | null;
  /** Graph output the head ends in. */
  readonly output: string;
  readonly logits: string | null;
  readonly logitsElementType: ElementType | null;
  readonly activation: HeadReport['activation'];
  /** Trainable elements of the head as it is, each tensor once. */
  readonly parameters: number;
  /** Bytes of those elements as stored. */
  readonly parameterBytes: number;
  /** Element type of the classifier's weights as stored; null when the head has none. */
  readonly weightElementType: ElementType | null;
  /** Indices of the nodes from after the feature map to the output, in topological order. */
  readonly nodes: readonly number[];
  readonly readings: readonly Reading[];
  /** From the vectors read to the logits, in topological order. */
  readonly steps: readonly HeadStep[];
  /** The class maps of a head whose linear layer comes before the pool; null otherwise. */
  readonly classMaps: ClassMaps | null;
}

/** Axes of a feature map; the batch axis is always first and never listed. */
export type MapAxis = 'channel' | 'row' | 'column';

/** The last spatial tensor before the head. */
export interface FeatureMap {
  readonly tensor: string;
  /** NTC: tokens of a transformer, rows of the grid one after the other. */
  readonly layout: 'NCHW' | 'NHWC' | 'NTC';
  /** 4, or 3 for tokens and one-dimensional signals ([N, C, W], height 1). */
  readonly rank: 3 | 4;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly elementType: ElementType;
  /** How integers become numbers, for a map that is stored quantised. */
  readonly quantization: Quantization | null;
}

/** value = (stored − zeroPoint)·Π scales, along `axis` when the scales are not scalars. Names of tensors. */
export interface Quantization {
  readonly scales: readonly string[];
  readonly zeroPoint: string | null;
  readonly axis: number | null;
}

/** A constant of the user's model, by name: an initializer or the output of nodes that read no input of the model. */
export interface StoredValue {
  readonly tensor: string;
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  readonly quantization: Quantization | null;
}

/** A vector read from the feature map. */
export interface Reading {
  /** Value of the graph that holds the vector; the feature map itself when a layer reads it whole. */
  readonly tensor: string;
  /** identity: every element, flattened in the order of `axes`; otherwise reduced over both spatial axes. */
  readonly mode: 'mean' | 'sum' | 'max' | 'identity';
  /** Order of the vector's elements; only `channel` for pooled readings. */
  readonly axes: readonly MapAxis[];
  /** Constant to whose multiples the vector is rounded (quantised pooling); null for floats. */
  readonly roundedTo: string | null;
  /** The value lives inside a model-local function: a run cannot give it. */
  readonly isInner: boolean;
}

interface StepBase {
  readonly node: number;
  readonly output: string;
}

/** The same elements in the same order under another shape or type. */
interface RelabelStep extends StepBase {
  readonly kind: 'relabel';
  readonly input: string;
}

/** output = scale·(W·input) + biasScale·bias. */
export interface LinearStep extends StepBase {
  readonly kind: 'linear';
  readonly input: string;
  readonly weight: StoredValue;
  /** W is stored as [outputs, inputs] or as [inputs, outputs] once reshaped to two axes. */
  readonly orientation: 'outputsFirst' | 'inputsFirst';
  readonly inputs: number;
  readonly outputs: number;
  readonly scale: number;
  readonly bias: StoredValue | null;
  readonly biasScale: number;
  /** Name of the step between two quantised values when the result is rounded; null otherwise. */
  readonly roundedTo: string | null;
}

/** Element-wise with constants of one element or one per element of the vector. */
interface AffineStep extends StepBase {
  readonly kind: 'affine';
  readonly input: string;
  readonly operation: AffineOperation;
}

export type AffineOperation =
  | { readonly type: 'add' | 'subtract' | 'subtractFrom' | 'multiply' | 'divide'; readonly constant: StoredValue }
  | { readonly type: 'negate' }
  | {
      readonly type: 'normalize';
      readonly scale: StoredValue;
      readonly shift: StoredValue;
      readonly mean: StoredValue;
      readonly variance: StoredValue;
      readonly epsilon: number;
    };

/** Piecewise affine, element-wise; which piece applies is read off the forward values. */
export interface RectifierStep extends StepBase {
  readonly kind: 'rectifier';
  readonly input: string;
  readonly rectifier: Rectifier;
}

export type Rectifier =
  /** max(x, 0): passes where the output is positive. */
  | { readonly type: 'relu' }
  /** Clip, Max or Min with a constant, ThresholdedRelu: passes where the output equals the input, constant elsewhere. */
  | { readonly type: 'clamp' }
  /** x where x > 0, slope·x elsewhere. */
  | { readonly type: 'leaky'; readonly slope: number | StoredValue }
  /** slope·x + offset held between 0 and 1. */
  | { readonly type: 'hardSigmoid'; readonly slope: number };

/** output = Σ coefficient·input. */
export interface MergeStep extends StepBase {
  readonly kind: 'merge';
  readonly terms: readonly { readonly input: string; readonly coefficient: number }[];
}

/** Vectors one after the other. */
export interface ConcatenateStep extends StepBase {
  readonly kind: 'concatenate';
  readonly parts: readonly { readonly input: string; readonly size: number }[];
}

/** Rounding to a multiple of `step` (a constant's name): treated as the identity, its error as rounding. */
interface RoundStep extends StepBase {
  readonly kind: 'round';
  readonly input: string;
  readonly step: string;
}

/** Something that is not piecewise affine, or that no rule describes. */
export interface OpaqueStep extends StepBase {
  readonly kind: 'opaque';
  readonly inputs: readonly string[];
  readonly opType: string;
  readonly name: string;
}

export type HeadStep =
  RelabelStep | LinearStep | AffineStep | RectifierStep | MergeStep | ConcatenateStep | RoundStep | OpaqueStep;

/** Linear layer applied at every position, then element-wise steps, then the pool. */
export interface ClassMaps {
  /** One map per class, in the feature map's layout: what the pool reads. */
  readonly tensor: string;
  readonly layer: LinearStep;
  readonly kernel: readonly [height: number, width: number];
  /** Rows and columns of padding before the map, and spacing of the kernel's elements. */
  readonly padding: readonly [top: number, left: number];
  readonly dilation: readonly [height: number, width: number];
  readonly elementType: ElementType;
  readonly quantization: Quantization | null;
  /** Between the layer and `tensor`, in topological order. */
  readonly steps: readonly (RelabelStep | AffineStep | RectifierStep | RoundStep)[];
}
