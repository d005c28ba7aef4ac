import type { ValueFacts } from '../../graph/valueFacts';

/** Element type of a value, or what it is a sequence of; null when neither the file nor the operators tell. */
export function toTypeText({ elementType, sequence }: ValueFacts): string | null {
  return sequence === undefined ? elementType : `sequence of ${sequence.elementType ?? 'tensors'}`;
}
