import type { GraphIndex } from '../graph/graphIndex';
import type { Model } from '../graph/model';
import type { KnownShapes } from '../gradient/knownShapes';
import { toGradientType } from '../gradient/nodeCall';
import type { NodeBuilder } from '../onnx/nodeBuilder';
import { emitActivation } from './emittedValues';
import type { SpatialLayer } from './spatialLayer';

/** What a map at a layer is computed from. N is the batch, C the channels, P = H·W the cells. All float32. */
export interface LayerContext {
  readonly builder: NodeBuilder;
  /** F [N, C, P]. */
  readonly features: string;
  /** g = ∂y/∂F [N, C, P]; the nodes that compute it are written when first asked for. */
  gradient(): string;
  /** y [N, 1, 1]: the logit, the difference of two, or another target. */
  readonly target: string;
  readonly channels: number;
  readonly cells: number;
  readonly layer: SpatialLayer;
  /** Value of the graph that y is computed from. */
  readonly output: string;
  readonly model: Model;
  readonly index: GraphIndex;
  readonly shapes: KnownShapes;
  /** ∂y/∂value for several values of the graph at once, each of its value's shape and type. */
  derive(values: readonly string[]): ReadonlyMap<string, string>;
  /** Where the cells of another value of the graph lie; null when it has none. */
  describe(value: string): SpatialLayer | null;
  /** An int64 input [any number] of the method's own; `values` are fed in runs that ask for nothing else. */
  input(name: string, values: readonly number[]): string;
  /** What y is read from, for another value in place of `output`: all class scores [N, K], or y [N, 1, 1]. */
  score(output: string): string;
}

/** Σ_c w_c F_c, [N, 1, P], for weights [N, C, 1]. */
export function emitWeightedSum({ builder, features }: LayerContext, weights: string): string {
  return builder.add('MatMul', [builder.reshape(weights, [0, 1, -1]), features]);
}

/** Σ_c of a value [N, C, P]: [N, 1, P]. */
export function emitChannelSum({ builder }: LayerContext, value: string): string {
  return builder.reduce('ReduceSum', value, [1], true);
}

/** Σ over cells of a value [N, C, P]: [N, C, 1]. */
export function emitCellSum({ builder }: LayerContext, value: string): string {
  return builder.reduce('ReduceSum', value, [2], true);
}

/** g∘F [N, C, P]. */
export function emitProduct(context: LayerContext): string {
  return context.builder.add('Mul', [context.gradient(), context.features]);
}

/** ∂y/∂layer, laid out as the layer itself, float32. */
export function emitImageGradient(context: LayerContext): string {
  const { builder, layer } = context;
  const gradient = context.derive([layer.tensor]).get(layer.tensor) ?? '';
  return emitActivation(builder, gradient, toGradientType(layer.elementType));
}
