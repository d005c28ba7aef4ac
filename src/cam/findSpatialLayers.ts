import type { HeadDescription } from '../analysis/heads/headDescription';
import { computeCellFields } from '../analysis/receptiveFields';
import { findActivePath } from '../gradient/activePath';
import { KnownShapes } from '../gradient/knownShapes';
import type { GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { GraphNode, Model } from '../graph/model';
import { describeLayerRefusal } from '../protocol/layerRefusal';
import { UserError } from '../userError';
import type { StageLayer } from './layerStages';
import { listStages } from './layerStages';
import type { SpatialLayer } from './spatialLayer';
import { describeLayer } from './spatialLayer';

/** The layers of a model at which maps can be drawn. */
export interface SpatialLayers {
  /** Where a map is drawn unless another layer is named; null when there is none. */
  readonly usual: SpatialLayer | null;
  /** The last map of each stage (of each resolution), nearest to the logits first. */
  readonly stages: readonly StageLayer[];
  /** All of them, in execution order, the image first. */
  list(): readonly SpatialLayer[];
  /** The image itself; null when its rows and columns cannot be told. */
  readonly image: SpatialLayer | null;
  /** The first tensor whose cells are the patches of a transformer; null when there is none. */
  readonly tokens: SpatialLayer | null;
  /** Where the cells of a value lie; null when it has none. */
  describe(tensor: string): SpatialLayer | null;
  /** What is explained, for messages: `the logits "logits"`. */
  readonly end: string;
  /** Values between the image and what is explained that have no rows and columns. */
  listPlaceless(): readonly string[];
  /** @throws UserError `badArgument` that says why not, and lists the stages. */
  find(tensor: string): SpatialLayer;
}

/** By head, which belongs to one analysis, and target: methods and layers are tried one after the other. */
const found = new WeakMap<HeadDescription, Map<string | null, SpatialLayers>>();

/** `target`: the value that maps explain; null for the head's logits. */
export function findSpatialLayers(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
  head: HeadDescription,
  target: string | null = null,
): SpatialLayers {
  const known = found.get(head) ?? new Map<string | null, SpatialLayers>();
  const layers = known.get(target) ?? searchLayers(model, index, inferred, head, target);
  found.set(head, known.set(target, layers));
  return layers;
}

function searchLayers(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
  head: HeadDescription,
  target: string | null,
): SpatialLayers {
  const images = model.graph.inputs.map(({ name }) => name);
  const logits = target ?? head.logits ?? head.output;
  const { nodes, dependent } = findActivePath(index, new KnownShapes(model, inferred), [logits], images);
  const path = [...nodes].reverse();
  const onPath = new Set([...images, ...path.flatMap(({ outputs }) => outputs.filter((name) => dependent.has(name)))]);
  const fields = computeCellFields(model, index, inferred);
  const described = new Map<string, SpatialLayer | null>();
  const describe = (tensor: string): SpatialLayer | null => {
    const axes = fields.get(tensor)?.axes;
    const layer = described.get(tensor) ?? (axes === undefined ? null : describeLayer(inferred, tensor, axes));
    described.set(tensor, layer);
    return layer;
  };
  const read = head.featureMap !== null && onPath.has(head.featureMap.tensor) ? describe(head.featureMap.tensor) : null;
  // Of tokens that are not averaged only the class token reaches the logits.
  const isRead = read !== null && (head.exact || read.axes.kind === 'grid' || read.axes.offset === 0);
  const stages = listStages(path, logits, describe, isRead ? read : null);
  // An output with rows and columns is decoded from the smallest map, which has gathered the most from around it.
  const coarsest = stages.reduce<SpatialLayer | null>(
    (least, layer) => (least === null || countCells(layer) < countCells(least) ? layer : least),
    null,
  );
  const last = fields.has(logits) ? coarsest : stages[0];
  const end = target === null ? `the logits "${logits}"` : `"${logits}"`;
  return {
    usual: (isRead ? read : last) ?? null,
    stages,
    list: () => [...onPath].map(describe).filter((layer) => layer !== null),
    image: describe(images[0] ?? ''),
    tokens: findTokens(path, describe),
    describe,
    end,
    listPlaceless: () => [...onPath].filter((tensor) => describe(tensor) === null),
    find(tensor) {
      const layer = onPath.has(tensor) ? describe(tensor) : null;
      return layer ?? refuse(tensor, explainRefusal(tensor, inferred, onPath, end), stages);
    },
  };
}

function countCells({ height, width }: SpatialLayer): number {
  return height * width;
}

function findTokens(
  path: readonly GraphNode[],
  describe: (tensor: string) => SpatialLayer | null,
): SpatialLayer | null {
  for (const name of path.flatMap(({ outputs }) => outputs)) {
    const layer = describe(name);
    if (layer?.axes.kind === 'tokens') {
      return layer;
    }
  }
  return null;
}

function explainRefusal(tensor: string, inferred: InferredGraph, onPath: ReadonlySet<string>, end: string): string {
  const shape = inferred.facts.get(tensor)?.shape;
  if (shape === undefined) {
    return `The model has no tensor "${tensor}"`;
  }
  return describeLayerRefusal({ tensor, shape, isOnPath: onPath.has(tensor), end });
}

function refuse(tensor: string, reason: string, stages: readonly SpatialLayer[]): never {
  const names = stages.map((layer) => `"${layer.tensor}" (${layer.height}×${layer.width})`);
  const choice =
    names.length === 0
      ? `There is no layer in this model at which a map could be drawn in place of "${tensor}".`
      : `The last maps of its stages are: ${names.join(', ')}.`;
  throw new UserError('badArgument', `${reason}. ${choice}`);
}
