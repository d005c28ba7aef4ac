import type { HeadDescription } from '../analysis/heads/headDescription';
import type { GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { Model } from '../graph/model';
import type { LayerChoice, MapChoices, MethodChoice } from '../protocol/mapChoices';
import type { TargetChoice } from '../protocol/target';
import { UserError } from '../userError';
import type { CamMethod, DrawnMethod } from './camMethod';
import { explainEmbedding } from './embeddingOutput';
import { createLayerExtension } from './layerExtension';
import { CAM_METHODS } from './methods';
import { findSpatialLayers } from './spatialLayer';
import type { SpatialLayer } from './spatialLayer';
import type { Target } from './target';
import { CLASS_TARGET, listEmbeddings } from './target';
import { listTargetOffers } from './targetOffers';

/**
 * Of methods for any layer, what is used first. HiResCAM comes before Grad-CAM because it is what the exact map
 * becomes at other layers and gives nothing to cells that the logit does not depend on (Draelos & Carin 2020); those
 * that need no derivative come last.
 */
const PREFERENCE = ['hirescam', 'gradcam', 'scorecam', 'eigencam'];

/**
 * What maps can be drawn of a model with this head, of its classes or of another target. Reads nothing and runs nothing; each method is tried by writing its
 * nodes. Cost: one pass over the graph for each method, and as many nodes written as lie between where it draws and the
 * logits: 0.1 to 0.8 s each for 20 000 nodes. Between methods the editor gets its turn.
 */
export async function listMapChoices(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
  head: HeadDescription,
  chosen: TargetChoice | null = null,
): Promise<MapChoices> {
  const value = chosen && (chosen.output ?? listEmbeddings({ model, inferred, head })[0] ?? '');
  // Which methods there are depends on where the target is read, not on how it is added up.
  const first = (inferred.shapes.get(value ?? '') ?? []).map(() => 0);
  const target: Target = value === null ? CLASS_TARGET : { kind: 'elements', output: value, index: first };
  const layers = findSpatialLayers(model, index, inferred, head, value);
  const explainRefusal = (method: CamMethod) =>
    method.kind === 'exact'
      ? value === null
        ? method.explainRefusal(head)
        : `${method.name} is of class scores: its sum is that of a logit.`
      : tryMethod(model, index, inferred, head, method, target);
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
  const reason = explainChoice(method, methods, head, value);
  const lack = value !== null ? null : method === null ? reason : explainEmbedding(index, head);
  return {
    methods,
    method: method?.id ?? null,
    reason,
    layerMethod: atLayer?.id ?? null,
    layer: (method?.kind === 'exact' ? head.featureMap?.tensor : layers.usual?.tensor) ?? null,
    stages: layers.stages.map(toChoice),
    layers: layers.list().map(toChoice),
    placeless: layers.listPlaceless(),
    end: layers.end,
    targets: listTargetOffers(model, index, inferred, head, lack),
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
  target: Target,
): string | null {
  if (target.kind === 'class' && hasScorePerPlace(inferred, head)) {
    return head.reason ?? 'This model has no classification head.';
  }
  try {
    createLayerExtension(model, index, inferred, head, {
      ...{ method, target },
      layer: null,
      topCount: 1,
      isContrast: false,
    });
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
  value: string | null,
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
      ? `it weights each activation by the derivative of the ${value === null ? 'logit' : 'target'} at that very cell, so that a cell ` +
        `which the ${value === null ? 'logit' : 'target'} does not depend on gets nothing.`
      : `${method.meaning} ${methods.find(({ id }) => id === PREFERENCE[0])?.refusal ?? ''}`;
  if (value !== null) {
    return `${method.name} is used: ${why}`.trim();
  }
  return `${reason ?? 'This head has no exact map.'} ${method.name} is used instead: ${why}`;
}

function toChoice({ tensor, channels, height, width }: SpatialLayer): LayerChoice {
  return { tensor, channels, height, width };
}
