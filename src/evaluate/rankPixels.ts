const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;

/**
 * Pixels by their value, largest first; the earlier one comes first where two are equal (−0 and 0 are). By the digits of
 * the numbers' bits, two passes (radix sort, stable): O(pixels), some milliseconds for a picture, where comparing takes a
 * hundred. Values are finite.
 */
export function rankPixels(values: Float32Array): Uint32Array {
  const keys = toFallingKeys(values);
  const unordered = Uint32Array.from({ length: values.length }, (_, index) => index);
  return sortByDigit(sortByDigit(unordered, keys, 0), keys, DIGIT_BITS);
}

/** Unsigned integers in the opposite order of the values: IEEE 754 bits, those of positive numbers turned over. */
function toFallingKeys(values: Float32Array): Uint32Array {
  const keys = new Uint32Array(Float32Array.from(values, (value) => value + 0).buffer);
  for (let index = 0; index < keys.length; index++) {
    keys[index] = keys[index] >>> 31 === 1 ? keys[index] : ~keys[index] & 0x7fffffff;
  }
  return keys;
}

function sortByDigit(order: Uint32Array, keys: Uint32Array, shift: number): Uint32Array {
  const next = new Uint32Array(DIGITS + 1);
  for (let index = 0; index < keys.length; index++) {
    next[((keys[index] >>> shift) & (DIGITS - 1)) + 1]++;
  }
  for (let digit = 0; digit < DIGITS; digit++) {
    next[digit + 1] += next[digit];
  }
  const sorted = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place++) {
    sorted[next[(keys[order[place]] >>> shift) & (DIGITS - 1)]++] = order[place];
  }
  return sorted;
}
