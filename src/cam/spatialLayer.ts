import type { HeadDescription } from '../analysis/heads/headDescription';
import type { CellAxes } from '../analysis/receptive/cellField';
import { computeCellFields } from '../analysis/receptiveFields';
import { findActivePath } from '../gradient/activePath';
import { KnownShapes } from '../gradient/knownShapes';
import { listReads } from '../graph/graphIndex';
import type { GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { ElementType, GraphNode, Model } from '../graph/model';
import type { NodeBuilder } from '../onnx/nodeBuilder';
import { UserError } from '../userError';

/** A tensor between the image and the logits whose cells lie somewhere on the image. */
export interface SpatialLayer {
  readonly tensor: string;
  readonly elementType: ElementType;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly axes: CellAxes;
}

/** The layers of a model at which maps can be drawn. */
export interface SpatialLayers {
  /** Where a map is drawn unless another layer is named; null when there is none. */
  readonly usual: SpatialLayer | null;
  /** The last map of each stage (of each resolution), nearest to the logits first. */
  readonly stages: readonly SpatialLayer[];
  /** @throws UserError `badArgument` that says why not, and lists the stages. */
  find(tensor: string): SpatialLayer;
}

const FLOATS: ReadonlySet<string> = new Set(['float32', 'float16', 'bfloat16', 'float64']);

export function findSpatialLayers(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
  head: HeadDescription,
): SpatialLayers {
  const images = model.graph.inputs.map(({ name }) => name);
  const logits = head.logits ?? head.output;
  const { nodes, dependent } = findActivePath(index, new KnownShapes(model, inferred), [logits], images);
  const path = [...nodes].reverse();
  const onPath = new Set([...images, ...path.flatMap(({ outputs }) => outputs.filter((name) => dependent.has(name)))]);
  const fields = computeCellFields(model, index, inferred);
  const describe = (tensor: string): SpatialLayer | null => {
    const axes = fields.get(tensor)?.axes;
    return axes === undefined ? null : describeLayer(inferred, tensor, axes);
  };
  const stages = listStages(path, logits, describe);
  const usual = (head.featureMap && onPath.has(head.featureMap.tensor) && describe(head.featureMap.tensor)) || null;
  return {
    usual: usual ?? stages[0] ?? null,
    stages,
    find(tensor) {
      const layer = onPath.has(tensor) ? describe(tensor) : null;
      return layer ?? refuse(tensor, explainRefusal(tensor, inferred, onPath, logits), stages);
    },
  };
}

/** [N, C, H, W], [N, H, W, C], tokens [N, T, C] or [N, C, T]; null for everything else. */
function describeLayer(inferred: InferredGraph, tensor: string, axes: CellAxes): SpatialLayer | null {
  const shape = inferred.shapes.get(tensor) ?? null;
  const elementType = inferred.elementTypes.get(tensor) ?? null;
  const cellAxes = axes.kind === 'grid' ? [axes.row, axes.column] : [axes.axis];
  if (
    shape?.length !== cellAxes.length + 2 ||
    cellAxes.includes(0) ||
    elementType === null ||
    !FLOATS.has(elementType)
  ) {
    return null;
  }
  const channels = shape[findChannelAxis(axes)];
  const [height, width] = axes.kind === 'grid' ? [shape[axes.row], shape[axes.column]] : [axes.rows, axes.columns];
  if (typeof channels !== 'number' || typeof height !== 'number' || typeof width !== 'number' || height * width < 2) {
    return null;
  }
  return { tensor, elementType, channels, height, width, axes };
}

/** The one axis that is neither the batch (0) nor one of cells. */
function findChannelAxis(axes: CellAxes): number {
  return axes.kind === 'grid' ? 6 - axes.row - axes.column : 3 - axes.axis;
}

/** A value of the layer's shape as float32 [N, C, P], class tokens left out. */
export function emitCells(builder: NodeBuilder, layer: SpatialLayer, value: string): string {
  const { axes, elementType, height, width } = layer;
  const typed = elementType === 'float32' ? value : builder.cast(value, 'float32');
  const channel = findChannelAxis(axes);
  if (axes.kind === 'tokens') {
    const first = channel === 1 ? typed : builder.transpose(typed, [0, 2, 1]);
    return axes.offset === 0 ? first : builder.slice(first, axes.offset, axes.offset + height * width, 2);
  }
  const isChannelsFirst = channel === 1 && axes.row === 2;
  return builder.reshape(
    isChannelsFirst ? typed : builder.transpose(typed, [0, channel, axes.row, axes.column]),
    [0, 0, -1],
  );
}

/**
 * For each resolution the last map through which everything passes (no branch goes around it), or failing that the
 * last one. Tokens after the last attention are left out when there is a class token: it alone reaches the logits.
 */
function listStages(
  path: readonly GraphNode[],
  logits: string,
  describe: (tensor: string) => SpatialLayer | null,
): readonly SpatialLayer[] {
  const isCut = findCuts(path, logits);
  const lastMixing = path.map(({ opType }) => opType).lastIndexOf('Softmax');
  const stages = new Map<string, { readonly layer: SpatialLayer; readonly isCut: boolean }>();
  path.forEach(({ outputs }, position) => {
    for (const tensor of outputs) {
      const layer = describe(tensor);
      const isDeaf = layer?.axes.kind === 'tokens' && layer.axes.offset > 0 && position > lastMixing;
      if (layer === null || isDeaf) {
        continue;
      }
      const key = `${layer.height}×${layer.width}`;
      const known = stages.get(key);
      if (isCut.has(tensor) || known?.isCut !== true) {
        stages.delete(key);
        stages.set(key, { layer, isCut: isCut.has(tensor) });
      }
    }
  });
  return [...stages.values()].map(({ layer }) => layer).reverse();
}

/** Values that are the only one alive between two nodes of the path. */
function findCuts(path: readonly GraphNode[], logits: string): ReadonlySet<string> {
  const lastRead = new Map<string, number>();
  const made = new Set(path.flatMap(({ outputs }) => outputs));
  path.forEach((node, position) => listReads(node).forEach((name) => made.has(name) && lastRead.set(name, position)));
  const alive = new Set<string>();
  const cuts = new Set<string>();
  path.forEach((node, position) => {
    listReads(node).forEach((name) => lastRead.get(name) === position && alive.delete(name));
    node.outputs.forEach((name) => (lastRead.has(name) || name === logits) && alive.add(name));
    if (alive.size === 1) {
      alive.forEach((name) => cuts.add(name));
    }
  });
  return cuts;
}

function explainRefusal(tensor: string, inferred: InferredGraph, onPath: ReadonlySet<string>, logits: string): string {
  const shape = inferred.shapes.get(tensor);
  if (shape === undefined) {
    return `The model has no tensor "${tensor}"`;
  }
  if (!onPath.has(tensor)) {
    return `"${tensor}" does not lie between the image and the logits "${logits}"`;
  }
  const sizes = shape === null ? 'of unknown shape' : `[${shape.join(', ')}]`;
  return `"${tensor}" ${sizes} has no rows and columns of numbers that lie on the image`;
}

function refuse(tensor: string, reason: string, stages: readonly SpatialLayer[]): never {
  const names = stages.map((layer) => `"${layer.tensor}" (${layer.height}×${layer.width})`);
  const choice =
    names.length === 0
      ? `There is no layer in this model at which a map could be drawn in place of "${tensor}".`
      : `The last maps of its stages are: ${names.join(', ')}.`;
  throw new UserError('badArgument', `${reason}. ${choice}`);
}
