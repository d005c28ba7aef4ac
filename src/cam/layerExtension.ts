import type { HeadDescription } from '../analysis/heads/headDescription';
import { computeCellFields } from '../analysis/receptiveFields';
import { checkOperatorSet } from '../gradient/createGradientExtension';
import { emitGradients } from '../gradient/emitGradients';
import { once } from '../gradient/seed';
import { KnownShapes } from '../gradient/knownShapes';
import { toGradientType } from '../gradient/nodeCall';
import type { GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { Model } from '../graph/model';
import type { GraphExtension } from '../onnx/graphExtension';
import { NodeBuilder } from '../onnx/nodeBuilder';
import { UserError } from '../userError';
import type { DrawnMethod } from './camMethod';
import type { EmittedTarget } from './emitTarget';
import { emitClassTarget, emitGraphTarget } from './emitTarget';
import type { LayerContext } from './layerContext';
import type { SelectedClasses } from './selectClasses';
import { selectTopClasses } from './selectClasses';
import { emitCells, FLOATS } from './spatialLayer';
import { findSpatialLayers } from './findSpatialLayers';
import type { SpatialLayer } from './spatialLayer';
import type { SpatialLayers } from './findSpatialLayers';
import type { GraphTarget, Target } from './target';
import { CLASS_TARGET, resolveTarget } from './target';

export interface LayerExtensionOptions {
  readonly method: DrawnMethod;
  /** Tensor name; null: the head's feature map, or the last map of the last stage. */
  readonly layer: string | null;
  readonly topCount: number;
  /** Whether the target is the difference to another class, fed at run time. */
  readonly isContrast: boolean;
  /** Absent: a class. */
  readonly target?: Target;
}

/** Additions to the user's graph that draw one map per run, and the names under which a run takes and gives values. */
export interface LayerExtension {
  readonly extension: GraphExtension;
  readonly inputs: {
    /** int64 [m]: classes beside the most likely ones; m may be 0. null when the target is no class. */
    readonly classes: string | null;
    /** int64 [1]: which one of [most likely classes, classes] the map is drawn for; null when the target is no class. */
    readonly position: string | null;
    /** int64 [1]: the class that is subtracted; null without contrast. */
    readonly contrast: string | null;
    /** int64 inputs of the method's own, and what is fed in runs that ask for nothing else. */
    readonly own: ReadonlyMap<string, readonly number[]>;
  };
  readonly outputs: {
    /** [N, K] float32; null when the target is no class. */
    readonly logits: string | null;
    /** [N, n] int64: the most likely classes, best first, then those asked for; null when the target is no class. */
    readonly classes: string | null;
    /** [N, 1, 1] float32: y. */
    readonly value: string;
    /** Of a method of one run, `map` [N, 1, H·W] float32; of one of many runs, what its `emit` names. */
    readonly values: Readonly<Record<string, string>>;
  };
  readonly method: DrawnMethod;
  /** Where the map lies. */
  readonly layer: SpatialLayer;
  /** The model's input; null when it has no rows and columns. */
  readonly image: SpatialLayer | null;
  readonly head: HeadDescription;
  /** 0 when the target is no class. */
  readonly classes: number;
  readonly topCount: number;
}

/**
 * Writes a method's map at a layer as ordinary ONNX nodes beside the user's own, with the backward pass from the target
 * to the layer where the method needs one. The head need not be exact: one number per class is enough, and other
 * targets need no head at all.
 * @throws UserError `noHead` without class scores, `badArgument` for a layer, a target or a combination that does not
 * exist, `notDifferentiable` naming the node that has no derivative.
 */
export function createLayerExtension(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
  head: HeadDescription,
  options: LayerExtensionOptions,
): LayerExtension {
  const scope = chooseLayerScope({ model, index, inferred, head }, options);
  const { builder, shapes, method, layer, layers } = scope;
  const classes = scope.target === null ? emitClasses(scope, head, options) : null;
  const target = classes?.target ?? emitGraphTarget(builder, shapes, scope.target as GraphTarget);
  const context = createContext(scope, target);
  const values = method.kind === 'layer' ? { map: method.emitMap(context) } : method.emit(context);
  const name = (value: string, label: string, type: 'float32' | 'int64' = 'float32') =>
    builder.output(builder.add('Identity', [value], {}, label), type);
  const outputs: LayerExtension['outputs'] = {
    logits: classes && builder.output(classes.selected.logits, 'float32'),
    classes: classes && name(classes.selected.classes, 'classes_mapped', 'int64'),
    value: name(target.value, 'value'),
    values: Object.fromEntries(Object.entries(values).map(([label, value]) => [label, name(value, label)])),
  };
  const { position = null, contrast = null, selected } = classes ?? {};
  return {
    extension: builder.finish(),
    inputs: { classes: selected?.input ?? null, position, contrast, own: scope.inputs },
    outputs,
    method,
    layer,
    image: layers.image,
    head,
    classes: scope.classes,
    topCount: Math.min(options.topCount, scope.classes),
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
  readonly model: Model;
  readonly index: GraphIndex;
  readonly method: DrawnMethod;
  readonly layer: SpatialLayer;
  readonly layers: SpatialLayers;
  /** Of the method's own, filled as its nodes are written. */
  readonly inputs: Map<string, readonly number[]>;
  /** null: a class. */
  readonly target: GraphTarget | null;
  /** Of the head, with as many classes; empty and 0 when the target is no class. */
  readonly logits: string;
  readonly classes: number;
}

/** @throws UserError as `createLayerExtension` does, but for nodes without a derivative. */
export function chooseLayerScope(subject: LayerSubject, options: Omit<LayerExtensionOptions, 'topCount'>): LayerScope {
  const { model, index, inferred, head } = subject;
  checkOperatorSet(model, 'All methods but the exact map (cam) are');
  const target = findGraphTarget(subject, options.target ?? CLASS_TARGET);
  const layers = findSpatialLayers(model, index, inferred, head, target?.output ?? null);
  const builder = new NodeBuilder(model.opsets.get('') ?? 1);
  return {
    builder,
    shapes: new KnownShapes(model, inferred),
    model,
    index,
    ...chooseMethodAndLayer(layers, options, head, target, model),
    layers,
    inputs: new Map(),
    target,
    logits: target === null ? (head.logits ?? '') : '',
    classes: target === null ? (head.classes ?? 0) : 0,
  };
}

/**
 * The map [N, 1, P] of one class per item, int64 [N, 1], less another one where `contrast` names it.
 * `logits`: [N, K] float32.
 * @throws UserError `badArgument` for a method of many runs.
 */
export function emitLayerMap(scope: LayerScope, logits: string, chosen: string, contrast: string | null): string {
  const { builder, shapes, method, classes } = scope;
  if (method.kind === 'sampled') {
    throw new UserError(
      'badArgument',
      `${method.name} is put together outside of the model here, so one run cannot give its map. Choose a method of one run, ` +
        'such as HiResCAM (hirescam).',
    );
  }
  const named = { tensor: scope.logits, flat: logits, classes };
  return method.emitMap(createContext(scope, emitClassTarget(builder, shapes, named, chosen, contrast)));
}

/** null: a class. */
function findGraphTarget({ model, index, inferred, head }: LayerSubject, target: Target): GraphTarget | null {
  if (target.kind !== 'class') {
    const axesOf = (value: string) => computeCellFields(model, index, inferred).get(value)?.axes;
    return resolveTarget(target, { model, inferred, head, axesOf });
  }
  if (head.logits === null || head.classes === null) {
    throw new UserError('noHead', head.reason ?? 'This model has no classification head.');
  }
  return null;
}

function chooseMethodAndLayer(
  layers: SpatialLayers,
  { method, layer: wanted, isContrast }: Omit<LayerExtensionOptions, 'topCount'>,
  head: HeadDescription,
  target: GraphTarget | null,
  model: Model,
): Pick<LayerScope, 'method' | 'layer'> {
  const layer = chooseLayer(layers, method, wanted, {
    image: describeImage(model),
    layers: describeMissingLayers(head, target?.output ?? head.logits ?? ''),
  });
  if (isContrast && (target !== null || !method.isClassSpecific)) {
    throw new UserError('badArgument', explainContrast(method, target));
  }
  const refusal = method.explainRefusal(head, layer.tensor);
  const otherwise = method.kind === 'layer' ? method.otherwise : undefined;
  // What holds for the head's logits need not hold for another target.
  if (otherwise !== undefined && (refusal !== null || target !== null)) {
    return { method: otherwise, layer };
  }
  if (refusal !== null) {
    throw new UserError('badArgument', refusal);
  }
  return { method, layer };
}

function emitClasses(
  scope: LayerScope,
  head: HeadDescription,
  { topCount, isContrast }: LayerExtensionOptions,
): {
  readonly selected: SelectedClasses;
  readonly position: string;
  readonly contrast: string | null;
  readonly target: EmittedTarget;
} {
  const { builder, shapes, model } = scope;
  const selected = selectTopClasses(builder, model, head, topCount);
  const position = builder.input('position', 'int64', [1]);
  const contrast = isContrast ? builder.input('contrast', 'int64', [1]) : null;
  const logits = { tensor: scope.logits, flat: selected.logits, classes: selected.count };
  const target = emitClassTarget(builder, shapes, logits, builder.gather(selected.classes, position, 1), contrast);
  return { selected, position, contrast, target };
}

function createContext(scope: LayerScope, target: EmittedTarget): LayerContext {
  const { builder, shapes, model, index, layer, layers } = scope;
  const seed = once(target.seed);
  const derive = (values: readonly string[]) =>
    emitGradients({ builder, index, shapes }, new Map([[target.output, seed()]]), values);
  return {
    builder,
    features: emitCells(builder, layer, layer.tensor),
    gradient: once(() => {
      const elementType = toGradientType(layer.elementType);
      return emitCells(builder, { ...layer, elementType }, derive([layer.tensor]).get(layer.tensor) ?? '');
    }),
    target: target.value,
    channels: layer.channels,
    cells: layer.height * layer.width,
    layer,
    output: target.output,
    model,
    index,
    shapes,
    derive,
    describe: (value) => layers.describe(value),
    input(name, values) {
      const input = builder.input(name, 'int64', [`headlight_${name}`]);
      scope.inputs.set(input, values);
      return input;
    },
    score: target.score,
  };
}

function chooseLayer(
  layers: SpatialLayers,
  { name, place = 'layer' }: DrawnMethod,
  wanted: string | null,
  missing: { readonly image: string; readonly layers: string },
): SpatialLayer {
  if (place === 'image') {
    return layers.image ?? refuseLayer(`${name} draws on the image, and ${missing.image}.`);
  }
  if (place === 'tokens') {
    return (
      layers.tokens ?? refuseLayer(`${name} is for transformers, and this model has no tokens that lie on the image.`)
    );
  }
  if (wanted !== null) {
    return layers.find(wanted);
  }
  if (layers.usual === null) {
    throw new UserError('noHead', missing.layers);
  }
  return layers.usual;
}

/** Why nothing can be drawn on the image. */
function describeImage({ graph }: Model): string {
  const type = graph.inputs[0]?.elementType ?? null;
  return type === null || FLOATS.has(type)
    ? "the model's input has no rows and columns of numbers"
    : `the model takes ${type} numbers where that needs floating-point ones`;
}

/** Why there is no layer to draw at. */
function describeMissingLayers({ featureMap }: HeadDescription, target: string): string {
  return featureMap?.quantization
    ? `The maps between the image and "${target}" are stored as integers, such as "${featureMap.tensor}". Methods other ` +
        'than the exact map (cam) need floating-point maps: a model quantised in QDQ format has them.'
    : `Nothing between the image and "${target}" has rows and columns that lie on the image, so there is no layer to ` +
        'draw a map at.';
}

function refuseLayer(reason: string): never {
  throw new UserError('badArgument', `${reason} Choose another method, such as HiResCAM (hirescam).`);
}

function explainContrast({ name }: DrawnMethod, target: GraphTarget | null): string {
  return target === null
    ? `${name} draws the same map for every class, so there is no difference between two: leave out the class that is subtracted.`
    : 'A difference of classes needs classes as the target: leave out the class that is subtracted.';
}
