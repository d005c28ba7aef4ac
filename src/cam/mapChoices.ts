import type { HeadDescription } from '../analysis/heads/headDescription';
import { computeCellFields } from '../analysis/receptiveFields';
import { checkOperators } from '../gradient/emitGradients';
import type { GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { Model } from '../graph/model';
import type { LayerChoice, MapChoices, MethodChoice } from '../protocol/mapChoices';
import type { ScoreName } from '../protocol/scoreName';
import { speakOf } from '../protocol/scoreName';
import type { TargetChoice } from '../protocol/target';
import { createPause } from '../tensor/pause';
import { UserError } from '../userError';
import type { CamMethod, DrawnMethod } from './camMethod';
import { explainEmbedding } from './embeddingOutput';
import { gradientTimesInput } from './gradientTimesInput';
import { hiResCam } from './hiResCam';
import { createLayerExtension } from './layerExtension';
import type { LayerScope, LayerSubject } from './layerScope';
import { chooseLayerScope } from './layerScope';
import { nameScoreOfHead, ofTarget } from './methodNote';
import { CAM_METHODS } from './methods';
import { findSpatialLayers } from './findSpatialLayers';
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

/** Of larger graphs the derivative down to the image is not written to see whether it can be. */
const MOST_WRITTEN = 1000;

/**
 * What maps can be drawn of a model with this head, of its classes or of another target. Reads nothing and runs nothing.
 * Whether there is a derivative is found out once for all methods by writing its nodes: at the usual layer, and at the
 * image; there, in graphs of more than 1000 nodes, by whether each operator has one at all. Cost: a few passes over the
 * graph; some milliseconds for hundreds of nodes, a few tenths of a second for 20 000. Between them the editor gets its
 * turn.
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
  const first = (inferred.facts.get(value ?? '')?.shape ?? []).map(() => 0);
  const target: Target = value === null ? CLASS_TARGET : { kind: 'elements', output: value, index: first };
  const pause = createPause(undefined);
  computeCellFields(model, index, inferred);
  await pause();
  const layers = findSpatialLayers(model, index, inferred, head, value);
  const subject = { model, index, inferred, head };
  const derivatives = new Map<string, string | null>();
  const explainRefusal = (method: CamMethod) =>
    method.kind === 'exact'
      ? value === null
        ? method.explainRefusal(head)
        : `${method.name} is of class scores: its sum is that of a logit.`
      : tryMethod(subject, method, target, derivatives);
  const score = nameScoreOfHead(head);
  const methods: MethodChoice[] = [];
  for (const method of CAM_METHODS) {
    await pause();
    methods.push(describe(method, explainRefusal(method), target, score));
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
    stages: layers.stages.map((stage) => ({
      ...toChoice(stage),
      ...(stage.place === null ? {} : { place: stage.place }),
    })),
    layers: layers.list().map(toChoice),
    placeless: layers.listPlaceless(),
    end: layers.end,
    targets: listTargetOffers(model, index, inferred, head, lack),
  };
}

function describe(method: CamMethod, refusal: string | null, target: Target, score: ScoreName): MethodChoice {
  const { id, name, kind, unit } = method;
  const [meaning, cost] = [method.meaning, method.cost].map((text) =>
    target.kind === 'class' ? speakOf(score, text) : ofTarget(text),
  );
  const isClassSpecific = method.kind === 'exact' || method.isClassSpecific;
  const place = method.kind === 'exact' ? 'layer' : (method.place ?? 'layer');
  return { id, name, kind, place, unit, meaning, cost, isClassSpecific, refusal };
}

/** `derivatives`: what stands in the way of those with respect to a tensor, as far as that is known. */
function tryMethod(
  subject: LayerSubject,
  method: DrawnMethod,
  target: Target,
  derivatives: Map<string, string | null>,
): string | null {
  const { inferred, head } = subject;
  if (target.kind === 'class' && hasScorePerPlace(inferred, head)) {
    return head.reason ?? 'This model has no classification head.';
  }
  return catchRefusal(() => {
    const scope = chooseLayerScope(subject, { method, target, layer: null, isContrast: false });
    if (scope.method.place === 'tokens') {
      writeMap(subject, scope.method, target);
    }
    if (!scope.method.needsGradient) {
      return null;
    }
    const { tensor } = scope.layer;
    const known = derivatives.get(tensor);
    const refusal = known === undefined ? catchRefusal(() => checkDerivative(subject, scope, target)) : known;
    derivatives.set(tensor, refusal);
    return refusal;
  });
}

/** The sentence of a UserError; null when all is well. */
function catchRefusal(check: () => string | null): string | null {
  try {
    return check();
  } catch (error) {
    if (error instanceof UserError) {
      return error.message;
    }
    throw error;
  }
}

/** @throws UserError `notDifferentiable`. */
function checkDerivative(subject: LayerSubject, scope: LayerScope, target: Target): null {
  const isImage = scope.method.place === 'image';
  if (isImage && subject.index.order.length > MOST_WRITTEN) {
    checkOperators(scope, scope.target?.output ?? scope.logits, scope.layer.tensor);
  } else {
    writeMap(subject, isImage ? gradientTimesInput : hiResCam, target);
  }
  return null;
}

/** @throws UserError as `createLayerExtension` does. */
function writeMap({ model, index, inferred, head }: LayerSubject, method: DrawnMethod, target: Target): void {
  const options = { method, target, layer: null, topCount: 1, isContrast: false };
  createLayerExtension(model, index, inferred, head, options);
}

/** Dense outputs: a class index does not name one number of an image. */
function hasScorePerPlace({ facts }: InferredGraph, { logits, classes }: HeadDescription): boolean {
  const sizes = facts.get(logits ?? '')?.shape?.slice(1) ?? [];
  return sizes.every((size) => typeof size === 'number') && sizes.reduce((all, size) => all * size, 1) > (classes ?? 0);
}

function explainChoice(
  method: MethodChoice | null,
  methods: readonly MethodChoice[],
  head: HeadDescription,
  value: string | null,
): string {
  const { reason } = head;
  if (method === null) {
    return methods.find(({ kind, refusal }) => kind !== 'exact' && refusal !== null)?.refusal ?? reason ?? '';
  }
  if (method.kind === 'exact') {
    return (
      `${method.name} at "${head.featureMap?.tensor ?? ''}" is used, because this head lets the map add up to the ` +
      `${nameScoreOfHead(head)} exactly: no approximation is needed.`
    );
  }
  const what = value === null ? nameScoreOfHead(head) : 'target';
  const why =
    method.id === 'hirescam'
      ? `it weights each activation by the derivative of the ${what} at that very cell, so that a cell which the ${what} ` +
        'does not depend on gets nothing.'
      : `${method.meaning} ${methods.find(({ id }) => id === PREFERENCE[0])?.refusal ?? ''}`;
  if (value !== null) {
    return `${method.name} is used: ${why}`.trim();
  }
  return `${reason ?? 'This head has no exact map.'} ${method.name} is used instead: ${why}`;
}

function toChoice({ tensor, channels, height, width }: SpatialLayer): LayerChoice {
  return { tensor, channels, height, width };
}
