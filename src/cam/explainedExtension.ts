import { KnownShapes } from '../gradient/knownShapes';
import type { GraphExtension } from '../onnx/graphExtension';
import { NodeBuilder } from '../onnx/nodeBuilder';
import { UserError } from '../userError';
import type { CamMethod, DrawnMethod } from './camMethod';
import type { Aggregate } from './emitMaps';
import { checkExactHead, emitHeadMaps } from './headExtension';
import { emitLayerMap } from './layerExtension';
import type { LayerScope, LayerSubject } from './layerScope';
import { chooseLayerScope } from './layerScope';
import type { SelectedClasses } from './selectClasses';
import { selectAllClasses, selectGivenClasses, selectMostLikely } from './selectClasses';

/** Which classes an explained model maps: every one, the most likely ones, or those that each run names. */
export const CLASS_SELECTIONS = ['all', 'top5', 'top1', 'input'] as const;
export type ClassSelection = (typeof CLASS_SELECTIONS)[number];

export interface ExplainedOptions {
  readonly method: CamMethod;
  /** Tensor name; null: the head's feature map, or the last map of the last stage. */
  readonly layer: string | null;
  /** null: what the method is best at. */
  readonly classes: ClassSelection | null;
}

/**
 * Additions that make a model explain itself wherever it runs. N is the batch, n the number of maps per image, K the
 * number of classes; all float32 but for class indices.
 */
export interface ExplainedExtension {
  readonly extension: GraphExtension;
  readonly inputs: {
    /** int64 [N or 1, n]: classes of each image, one row for all; n is 1 for gradient methods. null: none is taken. */
    readonly classes: string | null;
  };
  readonly outputs: {
    /** [N, n, H, W]: raw, signed, at the layer's size. */
    readonly maps: string;
    /** int64 [N, n]: class of each map; null where map k is class k, and where a map belongs to no class. */
    readonly classes: string | null;
    /** [N, K]: before any activation; null where the maps have nothing to do with them. */
    readonly logits: string | null;
    /** [N, n]: aggregate(map) + bias = logit; null for methods that do not add up. */
    readonly bias: string | null;
  };
  readonly method: CamMethod;
  /** Tensor that the maps are drawn at, and their size; null: as large as the input makes them. */
  readonly layer: string;
  readonly height: number | null;
  readonly width: number | null;
  /** How many maps each image gets; null: as many as a run names. */
  readonly mapCount: number | null;
  readonly selection: ClassSelection | null;
  readonly aggregate: Aggregate | null;
}

/**
 * Writes a method's maps as outputs of the model with declared shapes, in operators of ai.onnx and the model's own
 * operator set. Costs as the method does: with top5 a gradient method goes back five times.
 * @throws UserError as `createHeadExtension` and `createLayerExtension` do; `badArgument` for classes that the method
 * cannot map in one run.
 */
export function createExplainedExtension(subject: LayerSubject, options: ExplainedOptions): ExplainedExtension {
  const { method } = options;
  return method.kind === 'exact' ? extendExactly(subject, options) : extendAtLayer(subject, { ...options, method });
}

function extendExactly(
  { model, inferred, head }: LayerSubject,
  { method, layer, classes }: ExplainedOptions,
): ExplainedExtension {
  checkExactHead(model, head);
  const { featureMap } = head;
  if (layer !== null && layer !== featureMap.tensor) {
    throw new UserError(
      'badArgument',
      `The exact map (method ${method.id}) is defined at "${featureMap.tensor}" only, not at "${layer}". Leave the ` +
        'layer out, or choose a method that draws at any layer, such as HiResCAM (hirescam).',
    );
  }
  const selection = classes ?? 'top5';
  const builder = new NodeBuilder(model.opsets.get('') ?? 1);
  const selected = select(builder, { model, head }, selection, null);
  const { context, evidence, bias } = emitHeadMaps(builder, head, selected);
  const shapes = new KnownShapes(model, inferred);
  return declare(builder, selected, {
    maps: evidence.maps,
    bias,
    aggregate: context.aggregate,
    place: featureMap,
    freeGrid: hasFixedSize(shapes, featureMap.tensor)
      ? null
      : builder.slice(builder.add('Shape', [context.emitted.map]), 2, 4, 0),
    batch: nameBatch({ model, head }, shapes),
    classes: head.classes,
    method,
    selection,
    mapCount: countMaps(selection, head.classes),
    isClassOutput: selection !== 'all',
    hasLogits: true,
  });
}

function extendAtLayer(
  subject: LayerSubject,
  { method, layer: wanted, classes }: ExplainedOptions & { readonly method: DrawnMethod },
): ExplainedExtension {
  const { model, head } = subject;
  const scope = chooseLayerScope(subject, { method, layer: wanted, isContrast: false });
  const { builder, layer, shapes } = scope;
  const selection = checkSelection(method, classes);
  const selected = select(builder, subject, selection ?? 'top1', 1);
  const mapCount = selection === 'input' ? 1 : (countMaps(selection ?? 'top1', scope.classes) ?? 1);
  const isFixed = layer.axes.kind === 'tokens' || hasFixedSize(shapes, layer.tensor);
  return declare(builder, selected, {
    maps: emitMaps(scope, selected, mapCount),
    bias: null,
    aggregate: null,
    place: layer,
    freeGrid: isFixed ? null : emitGridSize(scope),
    batch: nameBatch({ model, head }, shapes),
    classes: scope.classes,
    method,
    selection,
    mapCount,
    isClassOutput: selection !== null,
    hasLogits: selection !== null,
  });
}

function checkSelection({ name, isClassSpecific }: DrawnMethod, classes: ClassSelection | null): ClassSelection | null {
  if (!isClassSpecific && classes !== null) {
    throw new UserError('badArgument', `${name} draws one map whatever the class: leave the choice of classes out.`);
  }
  if (classes === 'all') {
    throw new UserError(
      'badArgument',
      `${name} goes back through the network once for each class, which is too much for all of them at once. Take top5, ` +
        'top1, or input (classes named by each run), or method cam, which maps all classes in one matrix product.',
    );
  }
  return isClassSpecific ? (classes ?? 'top1') : null;
}

function select(
  builder: NodeBuilder,
  { model, head }: Pick<LayerSubject, 'model' | 'head'>,
  selection: ClassSelection,
  mapCount: number | null,
): SelectedClasses {
  switch (selection) {
    case 'all':
      return selectAllClasses(builder, head);
    case 'input':
      return selectGivenClasses(builder, model, head, mapCount);
    case 'top1':
      return selectMostLikely(builder, model, head, 1);
    case 'top5':
      return selectMostLikely(builder, model, head, 5);
  }
}

function countMaps(selection: ClassSelection, classes: number): number | null {
  switch (selection) {
    case 'all':
      return classes;
    case 'input':
      return null;
    case 'top1':
      return 1;
    case 'top5':
      return Math.min(5, classes);
  }
}

/** One map after the other, [N, n, P]. */
function emitMaps(scope: LayerScope, { logits, classes }: SelectedClasses, mapCount: number): string {
  const { builder } = scope;
  const maps = Array.from({ length: mapCount }, (_, position) => {
    const chosen = mapCount === 1 ? classes : builder.slice(classes, position, position + 1, 1);
    return emitLayerMap(scope, logits, chosen, null);
  });
  return maps.length === 1 ? maps[0] : builder.concat(maps, 1);
}

/** Rows and columns as int64 [2]. */
function emitGridSize({ builder, layer: { tensor, axes } }: LayerScope): string {
  const [row, column] = axes.kind === 'grid' ? [axes.row, axes.column] : [2, 3];
  return builder.concat([builder.dimension(tensor, row), builder.dimension(tensor, column)], 0);
}

interface Declared extends Pick<ExplainedExtension, 'method' | 'selection' | 'mapCount' | 'aggregate'> {
  /** [N, n, H·W]. */
  readonly maps: string;
  /** Null for none. */
  readonly bias: string | null;
  /** Where the maps are drawn. */
  readonly place: { readonly tensor: string; readonly height: number; readonly width: number };
  /** An int64 value [2] with the size of the maps where the input decides it; null: that of the place. */
  readonly freeGrid: string | null;
  readonly batch: number | string;
  readonly classes: number;
  readonly isClassOutput: boolean;
  readonly hasLogits: boolean;
}

function declare(
  builder: NodeBuilder,
  selected: SelectedClasses,
  { maps, bias, place, freeGrid, batch, classes, isClassOutput, hasLogits, ...described }: Declared,
): ExplainedExtension {
  const { tensor: layer, height, width } = place;
  const count = described.mapCount ?? 'headlight_maps';
  const size = freeGrid === null ? [height, width] : ['headlight_height', 'headlight_width'];
  const leading = builder.slice(builder.add('Shape', [maps]), 0, 2, 0);
  const shaped =
    freeGrid === null
      ? builder.reshape(maps, [0, 0, height, width])
      : builder.add('Reshape', [maps, builder.concat([leading, freeGrid], 0)]);
  const output = (value: string, label: string, type: 'float32' | 'int64', shape: readonly (number | string)[]) =>
    builder.output(builder.add('Identity', [value], {}, label), type, shape);
  const outputs = {
    maps: output(shaped, 'maps', 'float32', [batch, count, ...size]),
    classes: isClassOutput ? output(selected.classes, 'map_classes', 'int64', [batch, count]) : null,
    logits: hasLogits ? builder.output(selected.logits, 'float32', [batch, classes]) : null,
    bias: bias === null ? null : output(emitBias(builder, bias, leading), 'map_bias', 'float32', [batch, count]),
  };
  const fixed = freeGrid === null ? { height, width } : { height: null, width: null };
  return { extension: builder.finish(), inputs: { classes: selected.input }, outputs, layer, ...fixed, ...described };
}

/** [B, n, 1] or one number for all → [N, n]. */
function emitBias(builder: NodeBuilder, bias: string, leading: string): string {
  const whole = builder.concat([leading, builder.int64([1])], 0);
  return builder.squeeze(builder.expand(bias, whole, 3, 'float32'), [2]);
}

/** The batch as the model declares it: its size, or its name. */
function nameBatch({ model, head }: Pick<LayerSubject, 'model' | 'head'>, shapes: KnownShapes): number | string {
  const sizes = head.logits === null ? null : shapes.sizes(head.logits);
  if (sizes?.length === 1) {
    return 1;
  }
  const declared = model.graph.inputs[0]?.shape?.[0];
  return sizes?.[0] ?? (typeof declared === 'string' && declared !== '' ? declared : 'headlight_batch');
}

function hasFixedSize(shapes: KnownShapes, tensor: string): boolean {
  return shapes.sizes(tensor)?.every((size, axis) => axis === 0 || size !== null) ?? false;
}
