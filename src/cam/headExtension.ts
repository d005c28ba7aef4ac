import type { FeatureMap, HeadDescription } from '../analysis/heads/headDescription';
import type { Model } from '../graph/model';
import type { GraphExtension } from '../onnx/graphExtension';
import { RESERVED_PREFIX } from '../onnx/graphExtension';
import type { HeadKind } from '../protocol/modelReport';
import { UserError } from '../userError';
import { RELATIVE_TOLERANCE } from './certificate';
import { emitClassMaps } from './emitClassMaps';
import { emitMap } from './emittedValues';
import type { Aggregate, EmittedEvidence, MapContext } from './emitMaps';
import { emitCellCount, emitReading, mergeEvidence } from './emitMaps';
import { NodeBuilder } from '../onnx/nodeBuilder';
import type { PulledBack } from './pullBack';
import { emitRows, pullBack } from './pullBack';
import type { SelectedClasses } from './selectClasses';
import { selectAllClasses, selectTopClasses } from './selectClasses';

/** Which classes get a map: the most likely ones and those named at run time, or all of them. */
export type HeadExtensionOptions = ({ readonly topCount: number } | { readonly allClasses: true }) & {
  /** Leaves out weights and contributions: for all classes they would be as large as the classifier itself. */
  readonly mapsOnly?: boolean;
};

/**
 * Additions to the user's graph that draw exact maps, and the names under which a run takes and gives values.
 * N is the batch, n the number of maps per image, B is N or 1 (then it holds for every image).
 */
export interface HeadExtension {
  readonly extension: GraphExtension;
  readonly inputs: {
    /** int64 [m]: classes to map beside the most likely ones; m may be 0. null when all classes are mapped. */
    readonly classes: string | null;
  };
  readonly outputs: {
    /** [N, C, H, W] float32. */
    readonly featureMap: string;
    /** [N, K] float32. */
    readonly logits: string;
    /** [B, n] int64: class of each map; the first `topCount` are the most likely, best first. */
    readonly classes: string;
    /** [N, n, H·W] float32. */
    readonly maps: string;
    /** [B, n, 1] or [1, 1, 1] float32: aggregate(map) + bias = logit. */
    readonly bias: string;
    /** [B, n, C], or [B, n, C, H, W] when `isPerPosition`; null when left out. */
    readonly weights: string | null;
    /** [N, n, C] float32, adding up to logit − ledgerBias; null when left out. */
    readonly contributions: string | null;
    /** Where it differs from `bias`; null otherwise. */
    readonly ledgerBias: string | null;
    /** Largest error that rounding to quantised values explains; null when nothing is quantised. */
    readonly rounding: string | null;
  };
  readonly kind: HeadKind;
  readonly aggregate: Aggregate;
  readonly featureMap: FeatureMap;
  readonly classes: number;
  readonly activation: HeadDescription['activation'];
  /** Number of leading maps that are the most likely classes, 0 when all classes are mapped. */
  readonly topCount: number;
  readonly isPerPosition: boolean;
  /** Whether weights and bias are the same for every image, so that a page can compute any class by itself. */
  readonly isLinear: boolean;
  /** Relative error of the model's own arithmetic: 16-bit floats round more than the certificate allows. */
  readonly precision: number;
}

const OLDEST_OPSET = 7;

/**
 * Writes the maps of a head as ordinary ONNX nodes beside the user's own: the feature map, the logits, and for the
 * selected classes the exact map, its bias, the weights and the channel contributions. Heads that weigh positions apart
 * (flattened, maximum, tokens) get nodes for the map size that the head was described with; pooled ones for any size.
 * @throws UserError `notExact` or `noHead` with the head's own reason when no map adds up to the logit.
 */
export function createHeadExtension(model: Model, head: HeadDescription, options: HeadExtensionOptions): HeadExtension {
  checkExactHead(model, head);
  const { featureMap, classes } = head;
  const builder = new NodeBuilder(model.opsets.get('') ?? 1);
  const isTop = 'topCount' in options;
  const selected = isTop ? selectTopClasses(builder, model, head, options.topCount) : selectAllClasses(builder, head);
  const emitted = emitHeadMaps(builder, head, selected);
  const { context, evidence } = emitted;
  const isMapsOnly = options.mapsOnly === true;
  const outputs = declareOutputs(model, emitted, selected, isMapsOnly);
  return {
    extension: builder.finish(),
    inputs: { classes: selected.input },
    outputs,
    kind: head.kind,
    aggregate: context.aggregate,
    featureMap,
    classes,
    activation: head.activation,
    topCount: isTop ? Math.min(options.topCount, classes) : 0,
    isPerPosition: evidence.isPerPosition,
    isLinear: isImageIndependent(head),
    precision: findPrecision(head),
  };
}

/** A head whose maps add up to the logit. */
export type ExactHead = HeadDescription & {
  readonly featureMap: FeatureMap;
  readonly classes: number;
  readonly logits: string;
};

/** @throws UserError `notExact` or `noHead` with the head's own reason. */
export function checkExactHead(model: Model, head: HeadDescription): asserts head is ExactHead {
  if (!head.exact || head.featureMap === null || head.classes === null || head.logits === null) {
    const isHead = head.kind !== 'none';
    throw new UserError(isHead ? 'notExact' : 'noHead', head.reason ?? 'This model has no classification head.');
  }
  const opset = model.opsets.get('') ?? 1;
  if (opset < OLDEST_OPSET) {
    throw new UserError(
      'notExact',
      `Maps are written for operator set ${OLDEST_OPSET} and later, and this model uses ${opset}. Convert it with onnx.version_converter.`,
    );
  }
}

/** Values that hold the evidence for the selected classes; nothing of it is an output yet. */
export interface EmittedHeadMaps {
  readonly context: MapContext;
  readonly evidence: HeadEvidence;
  /** [B, n, 1], or a scalar for all: aggregate(map) + bias = logit. */
  readonly bias: string;
  /** [B, n, 1]; null when nothing is quantised. */
  readonly rounding: string | null;
}

export function emitHeadMaps(builder: NodeBuilder, head: ExactHead, selected: SelectedClasses): EmittedHeadMaps {
  const { featureMap, logits } = head;
  const emitted = emitMap(builder, featureMap.tensor, featureMap);
  const context: MapContext = { builder, featureMap, emitted, aggregate: chooseAggregate(head.kind) };
  const pulled = pullBack(builder, head.steps, logits, selected, head.logitsElementType ?? 'float32');
  const evidence = emitEvidence(context, head, selected, pulled);
  return { context, evidence, bias: pulled.bias ?? builder.float32(0), rounding: pulled.rounding };
}

interface HeadEvidence extends EmittedEvidence {
  readonly ledgerBias: string | null;
}

function emitEvidence(
  context: MapContext,
  head: HeadDescription,
  selected: SelectedClasses,
  pulled: PulledBack,
): HeadEvidence {
  const { builder } = context;
  const [reading] = head.readings;
  const derivative = pulled.derivatives.get(reading?.tensor ?? '');
  if (head.classMaps !== null && derivative?.type === 'selection') {
    const factor = scaleToAggregate(context, reading?.mode ?? 'mean', derivative.factor);
    const evidence = emitClassMaps(context, head.classMaps, selected, factor);
    const ledgerBias =
      pulled.bias === null ? evidence.ledgerBias : builder.add('Add', [evidence.ledgerBias, pulled.bias]);
    return { ...evidence, ledgerBias };
  }
  const parts = head.readings.map((each) => {
    const own = pulled.derivatives.get(each.tensor);
    return own && emitReading(context, each, emitRows(builder, selected, own));
  });
  const evidence = mergeEvidence(
    context,
    parts.filter((part) => part !== undefined),
  );
  if (evidence === null) {
    throw new Error(`No derivative reached the feature map of the head at "${head.output}".`);
  }
  return { ...evidence, ledgerBias: null };
}

/** A sum over cells is the mean of a map H·W times as large. */
function scaleToAggregate(
  context: MapContext,
  mode: HeadDescription['readings'][number]['mode'],
  factor: string | null,
): string | null {
  if (mode !== 'sum' || context.aggregate === 'sum') {
    return factor;
  }
  const cells = emitCellCount(context);
  return factor === null ? cells : context.builder.add('Mul', [factor, cells]);
}

function declareOutputs(
  model: Model,
  { context, evidence, bias, rounding }: EmittedHeadMaps,
  selected: SelectedClasses,
  isMapsOnly: boolean,
): HeadExtension['outputs'] {
  const { builder, emitted } = context;
  const name = (value: string, label: string) => builder.output(builder.add('Identity', [value], {}, label), 'float32');
  return {
    featureMap: declareFeatureMap(model, builder, emitted.map),
    logits: builder.output(selected.logits, 'float32'),
    classes: builder.output(builder.add('Identity', [selected.classes], {}, 'classes_mapped'), 'int64'),
    maps: name(evidence.maps, 'maps'),
    bias: name(bias, 'bias'),
    weights: isMapsOnly ? null : name(evidence.weights, 'weights'),
    contributions: isMapsOnly ? null : name(evidence.contributions, 'contributions'),
    ledgerBias: isMapsOnly || evidence.ledgerBias === null ? null : name(evidence.ledgerBias, 'ledger_bias'),
    rounding: rounding === null ? null : name(rounding, 'rounding'),
  };
}

/** The user's own value becomes an output as it is; one that is an output or input already is used or copied. */
function declareFeatureMap(model: Model, builder: NodeBuilder, map: string): string {
  if (model.graph.outputs.some((output) => output.name === map)) {
    return map;
  }
  if (model.graph.inputs.some((input) => input.name === map)) {
    return builder.output(builder.add('Identity', [map], {}, 'feature_map'), 'float32');
  }
  return builder.output(
    map.startsWith(RESERVED_PREFIX) ? builder.add('Identity', [map], {}, 'feature_map') : map,
    'float32',
  );
}

/** Pooled heads average their map; heads that weigh every position add it up. */
function chooseAggregate(kind: HeadKind): Aggregate {
  return kind === 'flatten-fc' || kind === 'flatten-mlp' || kind === 'density-sum' || kind === 'other' ? 'sum' : 'mean';
}

/** Whether weights and bias are the same for every image. */
export function isImageIndependent(head: HeadDescription): boolean {
  const isAffine = head.steps.every((step) => step.kind !== 'rectifier' && step.kind !== 'opaque');
  return isAffine && head.classMaps === null && head.readings.every((reading) => reading.mode !== 'max');
}

/** Eight roundings to the type's own precision; the certificate's 1e-5 for 32-bit floats. */
function findPrecision(head: HeadDescription): number {
  const types = new Set([head.featureMap?.elementType, head.logitsElementType, head.weightElementType]);
  if (types.has('bfloat16')) {
    return 8 * 2 ** -8;
  }
  return types.has('float16') ? 8 * 2 ** -11 : RELATIVE_TOLERANCE;
}
