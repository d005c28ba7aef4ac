/** ReLU of a map: the evidence for the class. */
function takePositive(map: Float32Array): Float32Array {
  return map.map((value) => (value > 0 ? value : 0));
}

export function findMaximum(map: Float32Array): number {
  return map.reduce((highest, value) => Math.max(highest, value), -Infinity);
}

/**
 * ReLU, then from minimum…maximum to 0…1, as Grad-CAM's and pytorch-grad-cam's pictures are made. null for a map that is
 * the same everywhere or holds what is no number: there is nothing to stretch.
 */
export function normalizeMap(map: Float32Array): Float32Array | null {
  const positive = takePositive(map);
  const lowest = positive.reduce((minimum, value) => Math.min(minimum, value), Infinity);
  const range = findMaximum(positive) - lowest;
  return range > 0 && Number.isFinite(range) ? positive.map((value) => (value - lowest) / range) : null;
}
