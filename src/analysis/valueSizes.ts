import { computeSizeBytes } from '../graph/elementTypes';
import type { InferredGraph } from '../graph/inferShapes';
import type { Shape } from '../graph/model';
import type { PartialShape } from '../graph/valueFacts';
import { countElements } from '../graph/valueFacts';

/** The shape of a value of the main graph, symbolic sizes as unknown. */
export function toPartialShape(inferred: InferredGraph, name: string): PartialShape | null {
  const shape = inferred.shapes.get(name) ?? null;
  return shape === null || isPartialShape(shape)
    ? shape
    : shape.map((size) => (typeof size === 'number' ? size : null));
}

function isPartialShape(shape: NonNullable<Shape>): shape is PartialShape {
  return shape.every((size) => typeof size !== 'string');
}

/** Bytes of a value of the main graph at the bound shapes; null when its shape or type is not known. */
export function computeValueBytes(inferred: InferredGraph, name: string): number | null {
  const shape = toPartialShape(inferred, name);
  const count = shape && countElements(shape);
  const elementType = inferred.elementTypes.get(name);
  return count === null || elementType === undefined ? null : computeSizeBytes(elementType, count);
}
