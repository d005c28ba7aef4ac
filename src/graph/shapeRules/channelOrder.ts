import type { PartialShape } from '../valueFacts';

/** [N, …, C] → [N, C, …]. */
export function channelsFirst(shape: PartialShape | null): PartialShape | null {
  return shape && shape.length > 1 ? [shape[0], shape[shape.length - 1], ...shape.slice(1, -1)] : shape;
}

/** [N, C, …] → [N, …, C]. */
export function channelsLast(shape: PartialShape | null): PartialShape | null {
  return shape && shape.length > 1 ? [shape[0], ...shape.slice(2), shape[1]] : shape;
}
