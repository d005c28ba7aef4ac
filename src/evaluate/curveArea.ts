/**
 * Area under a curve by the trapezoid rule, both end points included, over the width of x: for x from 0 to 1 the mean
 * height. `x` rises.
 */
export function computeCurveArea(x: readonly number[], y: ArrayLike<number>): number {
  let area = 0;
  for (let index = 1; index < x.length; index++) {
    area += ((x[index] - x[index - 1]) * (y[index] + y[index - 1])) / 2;
  }
  return area / (x[x.length - 1] - x[0]);
}
