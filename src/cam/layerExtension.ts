import type { HeadDescription } from '../analysis/heads/headDescription';
import { checkOperatorSet } from '../gradient/createGradientExtension';
import { emitClassSeed } from '../gradient/emitClassSeed';
import { emitGradients } from '../gradient/emitGradients';
import { KnownShapes } from '../gradient/knownShapes';
import { toGradientType } from '../gradient/nodeCall';
import type { GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { Model } from '../graph/model';
import type { GraphExtension } from '../onnx/graphExtension';
import { NodeBuilder } from '../onnx/nodeBuilder';
import { UserError } from '../userError';
import type { LayerMethod } from './camMethod';
import { emitUnitRows, selectTopClasses } from './selectClasses';
import { emitCells, findSpatialLayers } from './spatialLayer';
import type { SpatialLayer } from './spatialLayer';

export interface LayerExtensionOptions {
  readonly method: LayerMethod;
  /** Tensor name; null: the head's feature map, or the last map of the last stage. */
  readonly layer: string | null;
  readonly topCount: number;
  /** Whether the target is the difference to another class, fed at run time. */
  readonly isContrast: boolean;
}

/** Additions to the user's graph that draw one map per run, and the names under which a run takes and gives values. */
export interface LayerExtension {
  readonly extension: GraphExtension;
  readonly inputs: {
    /** int64 [m]: classes beside the most likely ones; m may be 0. */
    readonly classes: string;
    /** int64 [1]: which one of [most likely classes, classes] the map is drawn for. */
    readonly position: string;
    /** int64 [1]: the class that is subtracted; null without contrast. */
    readonly contrast: string | null;
  };
  readonly outputs: {
    /** [N, K] float32. */
    readonly logits: string;
    /** [N, n] int64: the most likely classes, best first, then those asked for. */
    readonly classes: string;
    /** [N, 1, H·W] float32. */
    readonly map: string;
  };
  readonly method: LayerMethod;
  readonly layer: SpatialLayer;
  readonly head: HeadDescription;
  readonly classes: number;
  readonly topCount: number;
}

/**
 * Writes a method's map at a layer as ordinary ONNX nodes beside the user's own, with the backward pass from the logit
 * to the layer where the method needs one. The head need not be exact: one number per class is enough.
 * @throws UserError `noHead` without such numbers, `badArgument` for a layer or a combination that does not exist,
 * `notDifferentiable` naming the node that has no derivative.
 */
export function createLayerExtension(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
  head: HeadDescription,
  { method, layer: wanted, topCount, isContrast }: LayerExtensionOptions,
): LayerExtension {
  const scope = chooseLayerScope({ model, index, inferred, head }, { method, layer: wanted, isContrast });
  const { builder, layer, classes } = scope;
  const selected = selectTopClasses(builder, model, head, topCount);
  const position = builder.input('position', 'int64', [1]);
  const contrast = isContrast ? builder.input('contrast', 'int64', [1]) : null;
  const chosen = builder.gather(selected.classes, position, 1);
  const map = emitLayerMap(scope, selected.logits, chosen, contrast);
  const outputs = {
    logits: builder.output(selected.logits, 'float32'),
    classes: builder.output(builder.add('Identity', [selected.classes], {}, 'classes_mapped'), 'int64'),
    map: builder.output(builder.add('Identity', [map], {}, 'map'), 'float32'),
  };
  const inputs = { classes: selected.input ?? '', position, contrast };
  return {
    extension: builder.finish(),
    inputs,
    outputs,
    method,
    layer,
    head,
    classes,
    topCount: Math.min(topCount, classes),
  };
}

/** A model and one of its heads. */
export interface LayerSubject {
  readonly model: Model;
  readonly index: GraphIndex;
  readonly inferred: InferredGraph;
  readonly head: HeadDescription;
}

/** Where maps are drawn, how, and the nodes written so far. */
export interface LayerScope {
  readonly builder: NodeBuilder;
  readonly shapes: KnownShapes;
  readonly index: GraphIndex;
  readonly method: LayerMethod;
  readonly layer: SpatialLayer;
  /** Of the head, with as many classes. */
  readonly logits: string;
  readonly classes: number;
}

/** @throws UserError as `createLayerExtension` does, but for nodes without a derivative. */
export function chooseLayerScope(
  { model, index, inferred, head }: LayerSubject,
  { method, layer: wanted, isContrast }: Omit<LayerExtensionOptions, 'topCount'>,
): LayerScope {
  const { logits, classes } = head;
  if (logits === null || classes === null) {
    throw new UserError('noHead', head.reason ?? 'This model has no classification head.');
  }
  checkOperatorSet(model);
  const layer = chooseLayer(findSpatialLayers(model, index, inferred, head), wanted, head);
  const refusal = method.explainRefusal(head, layer.tensor) ?? (isContrast ? explainContrast(method) : null);
  if (refusal !== null) {
    throw new UserError('badArgument', refusal);
  }
  const builder = new NodeBuilder(model.opsets.get('') ?? 1);
  return { builder, shapes: new KnownShapes(model, inferred), index, method, layer, logits, classes };
}

/**
 * The map [N, 1, P] of one class per item, int64 [N, 1], less another one where `contrast` names it.
 * `logits`: [N, K] float32.
 */
export function emitLayerMap(scope: LayerScope, logits: string, chosen: string, contrast: string | null): string {
  const { builder, shapes, index, method, layer } = scope;
  const minus = (emit: (classIndex: string) => string) =>
    contrast === null ? emit(chosen) : builder.add('Sub', [emit(chosen), emit(contrast)]);
  const seed = (each: string) => emitClassSeed(builder, shapes, scope.logits, builder.reshape(each, [-1]));
  return method.emitMap({
    builder,
    features: emitCells(builder, layer, layer.tensor),
    gradient: once(() => {
      const seeds = new Map([[scope.logits, minus(seed)]]);
      const gradients = emitGradients({ builder, index, shapes }, seeds, [layer.tensor]);
      const elementType = toGradientType(layer.elementType);
      return emitCells(builder, { ...layer, elementType }, gradients.get(layer.tensor) ?? '');
    }),
    target: minus((each) => emitLogit(builder, logits, each, scope.classes)),
    channels: layer.channels,
    cells: layer.height * layer.width,
  });
}

/** The logit of one class per item, [N, 1, 1]. */
function emitLogit(builder: NodeBuilder, logits: string, classIndex: string, count: number): string {
  const rows = emitUnitRows(builder, classIndex, count);
  return builder.reduce('ReduceSum', builder.add('Mul', [rows, builder.unsqueeze(logits, [1])]), [2], true);
}

function chooseLayer(
  layers: ReturnType<typeof findSpatialLayers>,
  wanted: string | null,
  { logits }: HeadDescription,
): SpatialLayer {
  if (wanted !== null) {
    return layers.find(wanted);
  }
  if (layers.usual === null) {
    throw new UserError(
      'noHead',
      `Nothing between the image and the logits "${logits ?? ''}" has rows and columns that lie on the image, so there is ` +
        'no layer to draw a map at.',
    );
  }
  return layers.usual;
}

function explainContrast({ name, isClassSpecific }: LayerMethod): string | null {
  return isClassSpecific
    ? null
    : `${name} draws the same map for every class, so there is no difference between two. Leave --contrast out.`;
}

function once(make: () => string): () => string {
  let made: string | null = null;
  return () => (made ??= make());
}
