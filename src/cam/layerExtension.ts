import type { HeadDescription } from '../analysis/heads/headDescription';
import { createGradients } from '../gradient/emitGradients';
import { once } from '../gradient/seed';
import { toGradientType } from '../gradient/nodeCall';
import type { GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { Model } from '../graph/model';
import type { GraphExtension } from '../onnx/graphExtension';
import type { NodeBuilder } from '../onnx/nodeBuilder';
import { UserError } from '../userError';
import { attempt, chooseBeside } from './besideLayers';
import type { DrawnMethod } from './camMethod';
import type { MapPlace } from './chooseLayer';
import type { EmittedTarget } from './emitTarget';
import { emitClassTarget, emitGraphTarget } from './emitTarget';
import type { LayerContext } from './layerContext';
import type { LayerScope, ScopeOptions } from './layerScope';
import { chooseLayerScope } from './layerScope';
import type { SelectedClasses } from './selectClasses';
import { selectTopClasses } from './selectClasses';
import { emitCells } from './spatialLayer';
import type { SpatialLayer } from './spatialLayer';
import type { GraphTarget } from './target';

export interface LayerExtensionOptions extends ScopeOptions {
  readonly topCount: number;
  /** Layers at which the same map is drawn too, in the same run, where the method takes one. */
  readonly beside?: readonly string[];
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
  /** The same graph's map at other layers, by what was asked for, or why there is none. */
  readonly beside: ReadonlyMap<string, LayerExtension | UserError>;
  /** Names of the values of all layers: every run computes them. */
  readonly drawn: readonly string[];
}

/**
 * Writes a method's map at a layer as ordinary ONNX nodes beside the user's own, with the backward pass from the target
 * to the layer where the method needs one. The head need not be exact: one number per class is enough, and other
 * targets need no head at all. Maps beside that one cost a run the way back from the earliest layer once, not once for
 * each, and memory for what is held of each layer: those are left out, the largest first, that would take more than
 * 512 MB together.
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
  const { builder, shapes, layers } = scope;
  const classes = scope.target === null ? emitClasses(scope, head, options) : null;
  const target = classes?.target ?? emitGraphTarget(builder, shapes, scope.target as GraphTarget);
  const derive = createDerive(scope, target);
  const first = emitPlace(scope, target, derive, '');
  const others = [...chooseBeside(scope, head, options)].map(([name, chosen], position) => {
    const emit = (at: LayerScope) => attempt(() => emitPlace(at, target, derive, `_${position + 1}`));
    return [name, chosen instanceof UserError ? chosen : emit(chosen)] as const;
  });
  const { position = null, contrast = null, selected } = classes ?? {};
  const outputs = {
    logits: classes && builder.output(classes.selected.logits, 'float32'),
    classes: classes && declare(builder, classes.selected.classes, 'classes_mapped', 'int64'),
    value: declare(builder, target.value, 'value'),
  };
  const common = {
    extension: builder.finish(),
    inputs: { classes: selected?.input ?? null, position, contrast, own: scope.inputs },
    image: layers.image,
    head,
    classes: scope.classes,
    topCount: Math.min(options.topCount, scope.classes),
    drawn: [first, ...others.map(([, other]) => other)].flatMap((place) =>
      place instanceof UserError ? [] : Object.values(place.values),
    ),
  };
  const toExtension = ({ method, layer, values }: Place, beside: LayerExtension['beside']): LayerExtension => ({
    ...common,
    ...{ method, layer, beside, outputs: { ...outputs, values } },
  });
  const beside = others.map(
    ([name, place]) => [name, place instanceof UserError ? place : toExtension(place, new Map())] as const,
  );
  return toExtension(first, new Map(beside));
}

/** A map in the graph: where it lies, and the names of what its method computes, by label. */
interface Place extends MapPlace {
  readonly values: LayerExtension['outputs']['values'];
}

function emitPlace(scope: LayerScope, target: EmittedTarget, derive: LayerContext['derive'], suffix: string): Place {
  const { builder, method, layer } = scope;
  const context = createContext(scope, target, derive);
  const values = method.kind === 'layer' ? { map: method.emitMap(context) } : method.emit(context);
  const declared = Object.entries(values).map(([label, value]) => [label, declare(builder, value, label + suffix)]);
  return { method, layer, values: Object.fromEntries(declared) as Place['values'] };
}

function declare(builder: NodeBuilder, value: string, label: string, type: 'float32' | 'int64' = 'float32'): string {
  return builder.output(builder.add('Identity', [value], {}, label), type);
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
  const target = emitClassTarget(builder, shapes, named, chosen, contrast);
  return method.emitMap(createContext(scope, target, createDerive(scope, target)));
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

/** What the derivatives at several layers have in common is written once. */
function createDerive({ builder, index, shapes }: LayerScope, target: EmittedTarget): LayerContext['derive'] {
  const gradients = once(() => createGradients({ builder, index, shapes }, new Map([[target.output, target.seed()]])));
  return (values) => gradients()(values);
}

function createContext(scope: LayerScope, target: EmittedTarget, derive: LayerContext['derive']): LayerContext {
  const { builder, shapes, model, index, layer, layers } = scope;
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
