import type { HeadDescription } from '../analysis/heads/headDescription';
import { NO_REASON } from '../analysis/heads/headReason';
import type { GraphIndex } from '../graph/graphIndex';

/** What an exporter may put between a norm and the division by it. */
const BETWEEN: ReadonlySet<string> = new Set(['Clip', 'Max', 'Add', 'Expand', 'Identity', 'Cast', 'Sqrt', 'Unsqueeze']);
const NORMS: ReadonlySet<string> = new Set(['ReduceL2', 'ReduceSumSquare']);

/**
 * Why the output is an embedding, whose elements are no class scores: pooled features that no linear layer reads, or a
 * vector brought to unit length, in a sentence; null when nothing tells so.
 */
export function explainEmbedding({ producerOf }: GraphIndex, head: HeadDescription): string | null {
  const { output, reason } = head;
  if (output !== null && reason === NO_REASON.unpooled(output)) {
    return reason;
  }
  const last = producerOf.get(output ?? '');
  const divisor = last?.opType === 'Div' ? last.inputs[1] : null;
  if (last?.opType !== 'LpNormalization' && (divisor === null || !isNorm(producerOf, divisor))) {
    return null;
  }
  return `The output "${output}" is brought to unit length, so it is an embedding: its elements are no class scores.`;
}

function isNorm(producerOf: GraphIndex['producerOf'], value: string): boolean {
  let node = producerOf.get(value);
  while (node !== undefined && BETWEEN.has(node.opType)) {
    node = producerOf.get(node.inputs[0]);
  }
  return node !== undefined && NORMS.has(node.opType);
}
