/**
 * Everything there is to show about a model, as plain data: built by `inspectModel`, drawn by the webview,
 * printed by the command line. Nothing here holds weights. What no first picture shows is in modelDetails.ts.
 */
import type { Notes } from './notes';

/** How a figure was obtained: from the graph, by running the model, or by sampling. */
export type Provenance = 'derived' | 'measured' | 'estimated';

/** One dimension: a size, a symbolic name, or null when unknown. */
export type ReportDimension = number | string | null;
/** null: not even the rank is known. */
export type ReportShape = readonly ReportDimension[] | null;

export interface ValueReport {
  readonly name: string;
  /** ONNX element type in lower case (`float32`), or null when the file does not say. */
  readonly type: string | null;
  /** As declared, symbolic dimensions by name. */
  readonly shape: ReportShape;
  /** With free dimensions bound: what the derived figures refer to. */
  readonly boundShape: ReportShape;
  /** There are notes of it in the file. */
  readonly hasNotes?: true;
}

export interface OutputReport {
  readonly name: string;
  readonly type: string | null;
  /** Inferred with the bound input shapes. */
  readonly shape: ReportShape;
  /** 'measured': not to be told from the graph; as it was in one run on random input. Absent: derived. */
  readonly shapeProvenance?: Provenance;
}

export type AttributeReport = {
  readonly name: string;
  readonly type: string;
  /** Ready to read; long lists and tensors are abbreviated. */
  readonly text: string;
};

/** One node of the main graph, in topological order of execution. */
export interface LayerReport {
  /** Index of the node in the file. */
  readonly index: number;
  /** As in the file; may be empty or repeated. */
  readonly name: string;
  readonly opType: string;
  /** '' is ai.onnx. */
  readonly domain: string;
  /** Value names; '' for an optional input left out. Behind them what sub-graphs of the node read from around it. */
  readonly inputs: readonly string[];
  readonly outputs: readonly OutputReport[];
  readonly attributes: readonly AttributeReport[];
  /** Trainable elements read by this node (weights, biases, normalisation scale and shift); shared tensors count at their first reader. */
  readonly parameters: number;
  /** Multiply-accumulates at the bound shapes; null when a shape it depends on is unknown. */
  readonly macs: number | null;
  /** Bytes of all outputs at the bound shapes; null when unknown. */
  readonly activationBytes: number | null;
  readonly weightBytes: number;
  /** There are notes in the file: of the layer, of the function it calls, of what it reads or makes. */
  readonly hasNotes?: true;
}

export type InitializerRole = 'parameter' | 'statistic' | 'constant' | 'quantization';

export interface InitializerReport {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly sizeBytes: number;
  readonly role: InitializerRole;
  /** Where the bytes are: in the model file, in another file, or made by a node (ConstantOfShape, Constant). */
  readonly storage: 'file' | 'external' | 'node';
}

/** Cost of one head variant at batch 1 (science: `K(CHW+1)` against `K(C+1)`). All derived. */
export interface HeadCost {
  readonly parameters: number;
  /** Multiply-accumulates of the linear layers. */
  readonly macs: number;
  /** 2·MAC for the linear layers, bias adds not counted, plus the adds and divides of pooling. */
  readonly flops: number;
  /** Bytes of the parameters as stored (the element type of the user's weights). */
  readonly bytes: number;
  /** FLOP per byte moved (weights, input and output once) at batch 1. */
  readonly arithmeticIntensity: number;
  /** VC dimension of one class's half-space with the trunk frozen; null for heads that are not linear. */
  readonly vcDimension: number | null;
}

export type HeadKind =
  | 'gap-linear'
  | 'linear-gap'
  | 'flatten-fc'
  | 'flatten-mlp'
  | 'gap-mlp'
  | 'gap-gmp-linear'
  | 'token-gap-linear'
  | 'density-sum'
  | 'other'
  | 'none';

export interface HeadReport {
  readonly kind: HeadKind;
  /** Whether the class activation map adds up to the logit (design.md 5). */
  readonly exact: boolean;
  /** One sentence: why the map is not exact, or why there is no head; null when exact. */
  readonly reason: string | null;
  readonly classes: number | null;
  readonly channels: number | null;
  readonly height: number | null;
  readonly width: number | null;
  /** Tensor name of the feature map; null when there is none. */
  readonly featureMap: string | null;
  readonly layout: 'NCHW' | 'NHWC' | 'NTC' | null;
  /** Tensor name of the logits (before softmax or sigmoid). */
  readonly logits: string | null;
  readonly activation: 'softmax' | 'logsoftmax' | 'sigmoid' | null;
  /** Trainable elements of the head as it is. */
  readonly parameters: number;
  /** Indices (in the file) of the nodes from after the feature map to the output. */
  readonly nodes: readonly number[];
  /** The head as it is in the user's model; null when it cannot be costed. */
  readonly current: HeadCost | null;
  /** GAP + linear on this feature map with this number of classes. */
  readonly gap: HeadCost | null;
  /** Flatten + one fully connected layer on this feature map with this number of classes. */
  readonly fc: HeadCost | null;
  /** Parameters of FC over parameters of GAP, (CHW+1)/(C+1). */
  readonly ratio: number | null;
}

export interface ModelReport {
  readonly schema: 1;
  readonly file: { readonly path: string; readonly name: string; readonly sizeBytes: number };
  readonly format: 'onnx';
  readonly irVersion: number;
  readonly producer: string;
  readonly docString: string;
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** What the main graph says about itself. */
  readonly graph: Notes & { readonly name: string };
  readonly inputs: readonly ValueReport[];
  readonly outputs: readonly ValueReport[];
  readonly layers: readonly LayerReport[];
  readonly initializers: readonly InitializerReport[];
  readonly functions: readonly string[];
  readonly totals: {
    readonly nodes: number;
    readonly parameters: number;
    /** Sum over layers whose cost is known; `unknownMacs` counts the others that would have one. */
    readonly macs: number;
    readonly unknownMacs: number;
    readonly activationBytes: number;
    readonly weightBytes: number;
  };
  /** Main head first; never empty (kind `none` says why there is none). */
  readonly heads: readonly HeadReport[];
  /** Where preprocessing and labels come from, for the model card. */
  readonly warnings: readonly string[];
}
