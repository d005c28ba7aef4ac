import type { NodeBuilder } from '../onnx/nodeBuilder';

/** What a map at a layer is computed from. N is the batch, C the channels, P = H·W the cells. All float32. */
export interface LayerContext {
  readonly builder: NodeBuilder;
  /** F [N, C, P]. */
  readonly features: string;
  /** g = ∂y/∂F [N, C, P]; the nodes that compute it are written when first asked for. */
  gradient(): string;
  /** y [N, 1, 1]: the logit, or the difference of two. */
  readonly target: string;
  readonly channels: number;
  readonly cells: number;
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
