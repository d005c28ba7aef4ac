import { sumActivations } from '../protocol/knownSum';
import type { LayerMeasurement } from '../protocol/measurement';
import type { LayerDetails, ModelDetails, ReceptiveField } from '../protocol/modelDetails';
import type {
  HeadCost,
  HeadReport,
  LayerReport,
  ModelReport,
  OutputReport,
  ReportShape,
  ValueReport,
} from '../protocol/modelReport';
import type { ModelNotes } from '../protocol/notes';

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
  /** Sums over the layers whose figure is known; the others are counted. */
  readonly macs: number;
  readonly unknownMacs: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
  readonly unknownActivations: number;
  readonly peakActivation: ModelDetails['peakActivation'];
  /** Shapes as declared, symbolic dimensions by name. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly layers: readonly {
    readonly index: number;
    readonly name: string;
    readonly opType: string;
    readonly outputs: readonly Pick<OutputReport, 'name' | 'shape' | 'shapeProvenance'>[];
    readonly parameters: number;
    readonly macs: number | null;
    /** Bytes at the bound shapes: its outputs, its weights, all values alive while it runs. */
    readonly activationBytes: number | null;
    readonly weightBytes: number;
    readonly liveBytes: number;
    /** FLOP per byte moved. */
    readonly arithmeticIntensity: number | null;
    readonly receptiveField: ReceptiveField | null;
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
  /** What the file says in words: documentation and metadata. */
  readonly notes: ModelNotes;
  /** With --measure. */
  readonly measured?: LayerMeasurement;
}

export function toInspectDocument(
  report: ModelReport,
  details: ModelDetails,
  notes: ModelNotes,
  measured: LayerMeasurement | null,
): InspectDocument {
  return {
    schema: 1,
    file: report.file.path,
    format: report.format,
    opsets: report.opsets,
    nodes: report.totals.nodes,
    parameters: report.totals.parameters,
    macs: report.totals.macs,
    unknownMacs: report.totals.unknownMacs,
    weightBytes: report.totals.weightBytes,
    activationBytes: report.totals.activationBytes,
    unknownActivations: sumActivations(report).unknown,
    peakActivation: details.peakActivation,
    inputs: report.inputs.map(toValue),
    outputs: report.outputs.map(toValue),
    layers: report.layers.map((layer, position) => toLayer(layer, details.layers[position])),
    heads: report.heads.map(toHead),
    warnings: report.warnings,
    notes,
    ...(measured === null ? {} : { measured }),
  };
}

function toValue({ name, type, shape }: ValueReport): Value {
  return { name, type, shape };
}

function toLayer(layer: LayerReport, details: LayerDetails): InspectDocument['layers'][number] {
  const { index, name, opType, outputs, parameters, macs, activationBytes, weightBytes } = layer;
  const { liveBytes, arithmeticIntensity, receptiveField } = details;
  return {
    index,
    name,
    opType,
    outputs: outputs.map(toOutput),
    parameters,
    macs,
    activationBytes,
    weightBytes,
    liveBytes,
    arithmeticIntensity,
    receptiveField,
  };
}

function toOutput({
  name,
  shape,
  shapeProvenance,
}: OutputReport): InspectDocument['layers'][number]['outputs'][number] {
  return { name, shape, ...(shapeProvenance === undefined ? {} : { shapeProvenance }) };
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
