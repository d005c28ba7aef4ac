import type { HeadDescription } from '../analysis/heads/headDescription';
import type { GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { Model } from '../graph/model';
import type { LayerChoice, MapChoices, MethodChoice } from '../protocol/mapChoices';
import { UserError } from '../userError';
import type { CamMethod, DrawnMethod } from './camMethod';
import { createLayerExtension } from './layerExtension';
import { CAM_METHODS } from './methods';
import { findSpatialLayers } from './spatialLayer';
import type { SpatialLayer } from './spatialLayer';

/**
 * Of methods for any layer, what is used first. HiResCAM comes before Grad-CAM because it is what the exact map
 * becomes at other layers and gives nothing to cells that the logit does not depend on (Draelos & Carin 2020); those
 * that need no derivative come last.
 */
const PREFERENCE = ['hirescam', 'gradcam', 'scorecam', 'eigencam'];

/**
 * What maps can be drawn of a model with this head. Reads nothing and runs nothing; each method is tried by writing its
 * nodes. Cost: one pass over the graph for each method, and as many nodes written as lie between where it draws and the
 * logits: 0.1 to 0.8 s each for 20 000 nodes. Between methods the editor gets its turn.
 */
export async function listMapChoices(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
  head: HeadDescription,
): Promise<MapChoices> {
  const layers = findSpatialLayers(model, index, inferred, head);
  const explainRefusal = (method: CamMethod) =>
    method.kind === 'exact' ? method.explainRefusal(head) : tryMethod(model, index, inferred, head, method);
  const methods: MethodChoice[] = [];
  for (const method of CAM_METHODS) {
    await new Promise((resolve) => setImmediate(resolve));
    methods.push(describe(method, explainRefusal(method)));
  }
  const usable = methods.filter(({ refusal }) => refusal === null);
  const atLayer = [...PREFERENCE.map((id) => usable.find((method) => method.id === id)), ...usable].find(
    (method) => method !== undefined && method.kind !== 'exact' && method.place === 'layer',
  );
  const method = usable.find(({ kind }) => kind === 'exact') ?? atLayer ?? null;
  return {
    methods,
    method: method?.id ?? null,
    reason: explainChoice(method, methods, head),
    layerMethod: atLayer?.id ?? null,
    layer: (method?.kind === 'exact' ? head.featureMap?.tensor : layers.usual?.tensor) ?? null,
    stages: layers.stages.map(toChoice),
    layers: layers.list().map(toChoice),
  };
}

function describe(method: CamMethod, refusal: string | null): MethodChoice {
  const { id, name, kind, unit, meaning, cost } = method;
  const isClassSpecific = method.kind === 'exact' || method.isClassSpecific;
  const place = method.kind === 'exact' ? 'layer' : (method.place ?? 'layer');
  return { id, name, kind, place, unit, meaning, cost, isClassSpecific, refusal };
}

function tryMethod(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
  head: HeadDescription,
  method: DrawnMethod,
): string | null {
  if (hasScorePerPlace(inferred, head)) {
    return head.reason ?? 'This model has no classification head.';
  }
  try {
    createLayerExtension(model, index, inferred, head, { method, layer: null, topCount: 1, isContrast: false });
    return null;
  } catch (error) {
    if (error instanceof UserError) {
      return error.message;
    }
    throw error;
  }
}

/** Dense outputs: a class index does not name one number of an image. */
function hasScorePerPlace({ shapes }: InferredGraph, { logits, classes }: HeadDescription): boolean {
  const sizes = shapes.get(logits ?? '')?.slice(1) ?? [];
  return sizes.every((size) => typeof size === 'number') && sizes.reduce((all, size) => all * size, 1) > (classes ?? 0);
}

function explainChoice(
  method: MethodChoice | null,
  methods: readonly MethodChoice[],
  { reason, featureMap }: HeadDescription,
): string {
  if (method === null) {
    return methods.find(({ kind, refusal }) => kind !== 'exact' && refusal !== null)?.refusal ?? reason ?? '';
  }
  if (method.kind === 'exact') {
    return (
      `${method.name} at "${featureMap?.tensor ?? ''}" is used, because this head lets the map add up to the logit ` +
      'exactly: no approximation is needed.'
    );
  }
  const why =
    method.id === 'hirescam'
      ? 'it weights each activation by the derivative of the logit at that very cell, so that a cell which the logit does ' +
        'not depend on gets nothing.'
      : `${method.meaning} ${methods.find(({ id }) => id === PREFERENCE[0])?.refusal ?? ''}`;
  return `${reason ?? 'This head has no exact map.'} ${method.name} is used instead: ${why}`;
}

function toChoice({ tensor, channels, height, width }: SpatialLayer): LayerChoice {
  return { tensor, channels, height, width };
}
