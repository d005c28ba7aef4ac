import type { HeadDescription } from '../analysis/heads/headDescription';
import { computeCellFields } from '../analysis/receptiveFields';
import { checkOperatorSet } from '../gradient/createGradientExtension';
import { KnownShapes } from '../gradient/knownShapes';
import type { GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { Model } from '../graph/model';
import { NodeBuilder } from '../onnx/nodeBuilder';
import { UserError } from '../userError';
import type { MapChoice, MapPlace } from './chooseLayer';
import { chooseMethodAndLayer } from './chooseLayer';
import type { SpatialLayers } from './findSpatialLayers';
import { findSpatialLayers } from './findSpatialLayers';
import type { GraphTarget, Target } from './target';
import { CLASS_TARGET, resolveTarget } from './target';

export interface ScopeOptions extends MapChoice {
  /** Absent: a class. */
  readonly target?: Target;
}

/** A model and one of its heads. */
export interface LayerSubject {
  readonly model: Model;
  readonly index: GraphIndex;
  readonly inferred: InferredGraph;
  readonly head: HeadDescription;
}

/** Where maps are drawn, how, and the nodes written so far. */
export interface LayerScope extends MapPlace {
  readonly builder: NodeBuilder;
  readonly shapes: KnownShapes;
  readonly model: Model;
  readonly index: GraphIndex;
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
export function chooseLayerScope(subject: LayerSubject, options: ScopeOptions): LayerScope {
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
