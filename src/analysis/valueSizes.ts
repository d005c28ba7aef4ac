import { computeSizeBytes } from '../graph/elementTypes';
import type { InferredGraph } from '../graph/inferShapes';
import { countElements } from '../graph/valueFacts';

/** Bytes of a value of the main graph at the bound shapes; null when its shape or type is not known. */
export function computeValueBytes({ facts }: Pick<InferredGraph, 'facts'>, name: string): number | null {
  const { shape = null, elementType = null } = facts.get(name) ?? {};
  const count = shape && countElements(shape);
  return count === null || elementType === null ? null : computeSizeBytes(elementType, count);
}
