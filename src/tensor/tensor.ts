/** A dense float tensor, row-major. `data.length` is the product of `shape`; a scalar has shape []. */
export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Number of elements of a tensor with these dimensions; 1 for a scalar. */
export function computeElementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}
