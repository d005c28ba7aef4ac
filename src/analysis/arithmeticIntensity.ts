import { listReads } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { GraphNode } from '../graph/model';
import { computeValueBytes } from './valueSizes';

/**
 * Arithmetic intensity of a node (Williams, Waterman and Patterson, "Roofline", CACM 2009): FLOP per byte moved, where
 * FLOP are 2 per multiply-accumulate and the bytes are those of everything it reads (weights and inputs) and of its
 * outputs, each once, at the bound shapes. Caches and reading twice are not modelled. A node without
 * multiply-accumulates has 0. null: the cost or a size is not known, or the node runs a body whose own traffic is hidden
 * (If, Loop, Scan).
 */
export function computeArithmeticIntensity(
  node: GraphNode,
  macs: number | null,
  inferred: InferredGraph,
): number | null {
  if (macs === 0) {
    return 0;
  }
  const runsBody = inferred.bodies.get(node)?.some(({ kind }) => kind !== 'function') ?? false;
  const bytes = runsBody ? null : computeBytesMoved(node, inferred);
  return macs === null || bytes === null || bytes === 0 ? null : (2 * macs) / bytes;
}

/** Bytes of all inputs and outputs of a node, each value once; null when a size is not known. */
function computeBytesMoved(node: GraphNode, inferred: InferredGraph): number | null {
  let total = 0;
  for (const name of [...listReads(node), ...node.outputs]) {
    const bytes = name === '' ? 0 : computeValueBytes(inferred, name);
    if (bytes === null) {
      return null;
    }
    total += bytes;
  }
  return total;
}
