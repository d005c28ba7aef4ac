import type { NodeCall } from '../nodeCall';
import { range } from '../shaping';

/** What an output element was made of: input position and weight. */
export type Taps = readonly (readonly [position: number, weight: number])[];

/**
 * Back through a linear map along one axis (resizing, padding by copies): dX[…, i] = Σₒ weight(o, i)·dY[…, o], a product
 * with the map's stored matrix. `size`: the input's length along the axis.
 */
export function applyAlong(
  call: NodeCall,
  value: string,
  axis: number,
  size: number,
  tapsOf: (output: number) => Taps,
): string {
  const rank = call.rank(call.x);
  const outputs = call.size(call.y, axis);
  const isSecondToLast = axis === rank - 2;
  const matrix = new Float64Array(outputs * size);
  for (let output = 0; output < outputs; output++) {
    for (const [position, weight] of tapsOf(output)) {
      matrix[isSecondToLast ? position * outputs + output : output * size + position] += weight;
    }
  }
  const stored = call.build.floats(matrix, isSecondToLast ? [size, outputs] : [outputs, size], call.type);
  if (isSecondToLast) {
    return call.emit('MatMul', [stored, value]);
  }
  if (axis === rank - 1) {
    return call.emit('MatMul', [value, stored]);
  }
  // Exchanging two axes is its own inverse.
  const exchange = range(0, rank).map((each) => (each === axis ? rank - 1 : each === rank - 1 ? axis : each));
  const product = call.emit('MatMul', [call.build.transpose(value, exchange), stored]);
  return call.build.transpose(product, exchange);
}
