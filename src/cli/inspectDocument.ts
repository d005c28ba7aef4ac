import type {
  HeadCost,
  HeadReport,
  ModelReport,
  OutputReport,
  ReportShape,
  ValueReport,
} from '../protocol/modelReport';

type Value = { readonly name: string; readonly type: string | null; readonly shape: ReportShape };
type VariantCost = Pick<HeadCost, 'parameters' | 'macs' | 'bytes'>;

/** What `headlight inspect --json` prints, schema 1. Other tools rely on it: add fields, never change them. */
export interface InspectDocument {
  readonly schema: 1;
  readonly file: string;
  readonly format: 'onnx';
  /** Domain → version; '' is ai.onnx. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly nodes: number;
  readonly parameters: number;
  readonly macs: number;
  /** Shapes as declared, symbolic dimensions by name. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly layers: readonly {
    readonly index: number;
    readonly name: string;
    readonly opType: string;
    readonly outputs: readonly { readonly name: string; readonly shape: ReportShape }[];
    readonly parameters: number;
    readonly macs: number | null;
  }[];
  readonly heads: readonly (Pick<
    HeadReport,
    | 'kind'
    | 'exact'
    | 'classes'
    | 'channels'
    | 'height'
    | 'width'
    | 'featureMap'
    | 'logits'
    | 'activation'
    | 'parameters'
    | 'ratio'
    | 'reason'
  > & { readonly gap: VariantCost | null; readonly fc: VariantCost | null })[];
  readonly warnings: readonly string[];
}

export function toInspectDocument(report: ModelReport): InspectDocument {
  return {
    schema: 1,
    file: report.file.path,
    format: report.format,
    opsets: report.opsets,
    nodes: report.totals.nodes,
    parameters: report.totals.parameters,
    macs: report.totals.macs,
    inputs: report.inputs.map(toValue),
    outputs: report.outputs.map(toValue),
    layers: report.layers.map(({ index, name, opType, outputs, parameters, macs }) => ({
      index,
      name,
      opType,
      outputs: outputs.map(toOutput),
      parameters,
      macs,
    })),
    heads: report.heads.map(toHead),
    warnings: report.warnings,
  };
}

function toValue({ name, type, shape }: ValueReport): Value {
  return { name, type, shape };
}

function toOutput({ name, shape }: OutputReport) {
  return { name, shape };
}

function toHead(head: HeadReport): InspectDocument['heads'][number] {
  const { kind, exact, classes, channels, height, width, featureMap, logits, activation, parameters, ratio, reason } =
    head;
  return {
    kind,
    exact,
    classes,
    channels,
    height,
    width,
    featureMap,
    logits,
    activation,
    parameters,
    gap: toVariant(head.gap),
    fc: toVariant(head.fc),
    ratio,
    reason,
  };
}

function toVariant(cost: HeadCost | null): VariantCost | null {
  return cost === null ? null : { parameters: cost.parameters, macs: cost.macs, bytes: cost.bytes };
}
