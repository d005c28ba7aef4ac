/** Pixels by their value, largest first; the earlier one comes first where two are equal. */
export function rankPixels(values: Float32Array): Uint32Array {
  const order = Uint32Array.from({ length: values.length }, (_, index) => index);
  return order.sort((one, other) => values[other] - values[one] || one - other);
}
