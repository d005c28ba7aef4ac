import type { ComparisonReport, LayerChange, LayerStatus, TypeCost, WeightVerdict } from '../protocol/comparison';
import { toLayerStatus } from '../protocol/comparison';
import { sumActivations } from '../protocol/knownSum';
import type { HeadReport, LayerReport, ModelReport } from '../protocol/modelReport';

type Totals = ModelReport['totals'];
type ComparedHead = Pick<
  HeadReport,
  'kind' | 'exact' | 'classes' | 'channels' | 'height' | 'width' | 'parameters' | 'ratio'
>;
type ComparedLayer = Pick<LayerReport, 'index' | 'name' | 'opType' | 'parameters' | 'macs'>;

interface ComparedModel {
  readonly file: string;
  readonly totals: Totals;
  /** Layers that the sum of activations leaves out. */
  readonly unknownActivations: number;
  readonly heads: readonly ComparedHead[];
}

/** What `headlight compare --json` prints, schema 1. Other tools rely on it: add fields, never change them. */
export interface CompareDocument {
  readonly schema: 1;
  readonly a: ComparedModel;
  readonly b: ComparedModel;
  /** Number of aligned and unaligned layers by status. */
  readonly summary: Readonly<Record<LayerStatus, number>>;
  /** Fields of the files that differ. */
  readonly fields: ComparisonReport['fields'];
  /** All layers in the order of execution; `weights` are positions in `weights` below. */
  readonly layers: readonly {
    readonly status: LayerStatus;
    readonly a: ComparedLayer | null;
    readonly b: ComparedLayer | null;
    readonly changes: readonly LayerChange[];
    readonly weights: readonly number[];
  }[];
  /** Stored tensors in the same place; 'unknown' without --weights. */
  readonly weights: readonly { readonly a: string; readonly b: string; readonly verdict: WeightVerdict }[];
  readonly costByType: readonly { readonly opType: string; readonly a: TypeCost; readonly b: TypeCost }[];
}

export function toCompareDocument(report: ComparisonReport, verdicts: readonly WeightVerdict[]): CompareDocument {
  const { a, b } = report;
  return {
    schema: 1,
    a: toSide(a),
    b: toSide(b),
    summary: countStatuses(report, verdicts),
    fields: report.fields.filter((field) => field.a !== field.b),
    layers: report.layers.map((layer) => ({
      status: toLayerStatus(layer, verdicts),
      a: layer.a === null ? null : toLayer(a.layers[layer.a]),
      b: layer.b === null ? null : toLayer(b.layers[layer.b]),
      changes: layer.changes,
      weights: layer.weights,
    })),
    weights: report.weights.map((pair, index) => ({ a: pair.a.name, b: pair.b.name, verdict: verdicts[index] })),
    costByType: report.costByType,
  };
}

export function countStatuses(
  { layers }: ComparisonReport,
  verdicts: readonly WeightVerdict[],
): Record<LayerStatus, number> {
  const counts = { equal: 0, changed: 0, added: 0, removed: 0 };
  for (const layer of layers) {
    counts[toLayerStatus(layer, verdicts)] += 1;
  }
  return counts;
}

function toSide(report: ModelReport): ComparedModel {
  const { file, totals, heads } = report;
  return {
    file: file.path,
    totals,
    unknownActivations: sumActivations(report).unknown,
    heads: heads.map(({ kind, exact, classes, channels, height, width, parameters, ratio }) => ({
      kind,
      exact,
      classes,
      channels,
      height,
      width,
      parameters,
      ratio,
    })),
  };
}

function toLayer({ index, name, opType, parameters, macs }: LayerReport): ComparedLayer {
  return { index, name, opType, parameters, macs };
}
