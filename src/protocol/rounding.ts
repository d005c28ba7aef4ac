/** Maps in the unit of the target that are smaller than this part of it are what rounding leaves. */
const COUNTED = 1e-5;

/** Whether a map whose largest absolute value is `largest` is hardly more than rounding next to what is explained. */
export function isRounding(largest: number, value: number): boolean {
  return largest < COUNTED * Math.abs(value);
}
