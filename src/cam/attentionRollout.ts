import { findActivePath } from '../gradient/activePath';
import { UserError } from '../userError';
import type { LayerMethod } from './camMethod';
import type { LayerContext } from './layerContext';

/** Class, distillation and register tokens before the patches. */
const MOST_PREFIX_TOKENS = 6;

/**
 * Attention rollout (Abnar & Zuidema 2020, arXiv:2005.00928, equation 1):
 *
 *   R = Â_L···Â_2·Â_1,   Â = (A + I)/2,   M(p) = R[class token, p]
 *
 * A: softmax attention [tokens, tokens], averaged over heads; without a class token M is the mean over all rows.
 * No unit: shares of the whole, whose sum over all tokens (the class token included) is 1.
 * Cost: forward only, and one product of T × T matrices per layer; the same map for every class.
 * Axioms: follows where attention flows, whatever the values, the perceptrons and the class: not class-sensitive.
 * Departure: none.
 */
export const attentionRollout: LayerMethod = {
  kind: 'layer',
  place: 'tokens',
  id: 'rollout',
  name: 'attention rollout',
  unit: 'share',
  meaning: 'Each patch counts by the share of attention that reaches it through all layers, whatever the class.',
  cost: 'One run of the model for all classes, and a product of attention matrices for each layer.',
  isClassSpecific: false,
  needsGradient: false,
  atPooledHead: null,
  explainRefusal: () => null,
  emitMap(context) {
    const { builder, cells } = context;
    const found = findAttention(context);
    const tokens = found[0].tokens;
    const identity = builder.floats(
      Float32Array.from({ length: tokens * tokens }, (_, element) => (element % (tokens + 1) === 0 ? 0.5 : 0)),
      [tokens, tokens],
      'float32',
    );
    const mixed = found.map(({ value, rank, type }) => {
      const typed = type === 'float32' ? value : builder.cast(value, 'float32');
      const heads = rank === 4 ? typed : emitHeads(context, typed, tokens);
      const mean = builder.reduce('ReduceMean', heads, [1], false);
      return builder.add('Add', [builder.add('Mul', [mean, builder.float32(0.5)]), identity]);
    });
    const rollout = mixed.reduce((total, matrix) => builder.add('MatMul', [matrix, total]));
    const prefix = tokens - cells;
    const row = prefix > 0 ? builder.slice(rollout, 0, 1, 1) : builder.reduce('ReduceMean', rollout, [1], true);
    return prefix > 0 ? builder.slice(row, prefix, tokens, 2) : row;
  },
};

interface Attention {
  readonly value: string;
  readonly tokens: number;
  readonly rank: number;
  readonly type: string | null;
}

/** Softmax results [N, heads, T, T] or [N·heads, T, T] in execution order, T the patches and what stands before them. */
function findAttention({ index, shapes, layer, cells, output }: LayerContext): readonly Attention[] {
  const { nodes } = findActivePath(index, shapes, [output], [layer.tensor]);
  const found = [...nodes].reverse().flatMap((node): Attention[] => {
    const sizes = node.opType === 'Softmax' ? shapes.sizes(node.outputs[0]) : null;
    const [rows, columns] = sizes?.slice(-2) ?? [];
    const isSquare = typeof rows === 'number' && rows === columns;
    const isGlobal = isSquare && rows >= cells && rows <= cells + MOST_PREFIX_TOKENS;
    return sizes !== null && (sizes.length === 3 || sizes.length === 4) && isGlobal
      ? [{ value: node.outputs[0], tokens: rows, rank: sizes.length, type: shapes.elementType(node.outputs[0]) }]
      : [];
  });
  const [first] = found;
  if (first === undefined || found.some(({ tokens }) => tokens !== first.tokens)) {
    throw new UserError(
      'badArgument',
      `Attention rollout needs softmax matrices in which each of the ${cells} patches attends to all others, and the ` +
        'graph has none (fused attention operators and attention in windows do not show them). Use hirescam at the ' +
        'tokens instead.',
    );
  }
  return found;
}

/** [N·heads, T, T] → [N, heads, T, T]. */
function emitHeads({ builder, layer }: LayerContext, value: string, tokens: number): string {
  const batch = builder.dimension(layer.tensor, 0);
  return builder.add('Reshape', [value, builder.concat([batch, builder.int64([-1, tokens, tokens])], 0)]);
}
