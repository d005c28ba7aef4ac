import type { Failure } from './messages';
import type { ModelReport } from './modelReport';

/** What two models have in common and where they differ, as plain data: made by `compareModels`, drawn by the page, printed by the command line. */
export interface ComparisonReport {
  readonly schema: 1;
  readonly a: ModelReport;
  readonly b: ModelReport;
  /** In the order of execution of both models: what only A has comes before what only B has at the same place. */
  readonly layers: readonly LayerComparison[];
  /** Stored tensors that aligned layers read at the same input. */
  readonly weights: readonly WeightPair[];
  /** What the files say about themselves: versions, producer, inputs, outputs, metadata. */
  readonly fields: readonly FieldComparison[];
  /** Operators of either model, the one with more MAC first. */
  readonly costByType: readonly TypeCostComparison[];
}

export interface LayerComparison {
  /** Position in `a.layers`; null: only B has the layer. Never both null. */
  readonly a: number | null;
  readonly b: number | null;
  /** Differences that the graphs show without reading weights; empty for added and removed layers. */
  readonly changes: readonly LayerChange[];
  /** Positions in `weights`. */
  readonly weights: readonly number[];
}

export interface LayerChange {
  readonly kind: 'operator' | 'attribute' | 'shape' | 'input' | 'weight';
  /** Attribute, output or input that differs. */
  readonly name: string;
  /** Ready to read; null: not there. */
  readonly a: string | null;
  readonly b: string | null;
}

/** 'unknown': not compared yet. 'unreadable': a file with the elements is missing or broken. */
export type WeightVerdict = 'equal' | 'different' | 'unknown' | 'unreadable';

export interface WeightPair {
  readonly a: StoredWeight;
  readonly b: StoredWeight;
  readonly verdict: WeightVerdict;
  /** Whether both hold as many real numbers, so that their difference is defined. */
  readonly comparable: boolean;
}

export interface StoredWeight {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly sizeBytes: number;
}

/** Element by element, after decoding: |a − b|. */
export interface WeightDifference {
  readonly elements: number;
  /** Elements that are not the same number; NaN equals NaN. */
  readonly differing: number;
  /** max |a − b| over elements where both are finite. */
  readonly maximum: number;
  readonly mean: number;
  /** max |a|, to judge the difference by. */
  readonly scale: number;
}

export interface FieldComparison {
  readonly name: string;
  readonly a: string | null;
  readonly b: string | null;
}

/** Sums over the layers whose figure is known; the others are counted. */
export interface TypeCost {
  readonly layers: number;
  readonly parameters: number;
  readonly macs: number;
  readonly unknownMacs: number;
  readonly activationBytes: number;
  readonly unknownActivations: number;
  readonly weightBytes: number;
}

export interface TypeCostComparison {
  readonly opType: string;
  readonly a: TypeCost;
  readonly b: TypeCost;
}

export type LayerStatus = 'equal' | 'changed' | 'added' | 'removed';

/** Weights that are not compared yet count as equal. */
export function toLayerStatus(layer: LayerComparison, verdicts: readonly WeightVerdict[]): LayerStatus {
  if (layer.a === null) {
    return 'added';
  }
  if (layer.b === null) {
    return 'removed';
  }
  const isChanged = layer.changes.length > 0 || layer.weights.some((weight) => verdicts[weight] === 'different');
  return isChanged ? 'changed' : 'equal';
}

/** Host → page of a comparison. */
export type HostToComparison =
  /** Answer to `ready` and after a reload. */
  | { readonly type: 'comparisonLoaded'; readonly report: ComparisonReport }
  /** One of the models could not be read; the message names it. */
  | { readonly type: 'comparisonFailed'; readonly failure: Failure }
  /** How far the comparison of weights is, 0…1. */
  | { readonly type: 'weightsProgressed'; readonly fraction: number };

/** Page of a comparison → host. */
export type ComparisonToHost =
  | { readonly type: 'ready' }
  /** Milliseconds since navigation start until the comparison was first drawn. */
  | { readonly type: 'drawn'; readonly elapsedMs: number }
  | { readonly type: 'pageFailed'; readonly message: string; readonly stack: string };

/** Requests of the page of a comparison. */
interface ComparisonRequests {
  /** Compare all pairs of weights by their hashes; a verdict for each pair of the report, in its order. */
  readonly compareWeights: { readonly params: Record<string, never>; readonly result: readonly WeightVerdict[] };
  /** How far one pair of weights is apart. */
  readonly weightDifference: { readonly params: { readonly weight: number }; readonly result: WeightDifference };
  /** Open one of the models in its own editor. */
  readonly openModel: { readonly params: { readonly model: 'a' | 'b' }; readonly result: Record<string, never> };
  /** Let the models change places (arrives as `comparisonLoaded`). */
  readonly swap: { readonly params: Record<string, never>; readonly result: Record<string, never> };
  /** Read both files again (arrives as `comparisonLoaded`). */
  readonly reload: { readonly params: Record<string, never>; readonly result: Record<string, never> };
  readonly copyText: { readonly params: { readonly text: string }; readonly result: Record<string, never> };
  readonly showLog: { readonly params: Record<string, never>; readonly result: Record<string, never> };
}

/** What the page of a comparison and the host say to each other. */
export interface ComparisonDialogue {
  readonly toPage: HostToComparison;
  readonly toHost: ComparisonToHost;
  readonly requests: ComparisonRequests;
}
