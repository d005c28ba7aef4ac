/** For each target position `count` source positions (clamped to the image) and their weights, scaled by 2^11. */
export interface Taps {
  readonly length: number;
  readonly count: number;
  readonly positions: Int32Array;
  readonly weights: Int32Array;
}

const SCALE = 2048;

/**
 * Two taps per position. `center`: half-pixel centres. `area`: how OpenCV enlarges with INTER_AREA, where a target pixel
 * mixes two source pixels only if it covers their common edge.
 */
export function computeLinearTaps(sourceSize: number, targetSize: number, kind: 'center' | 'area'): Taps {
  const inverse = targetSize / sourceSize;
  const step = 1 / inverse;
  return computeTaps(sourceSize, targetSize, 0, (position) => {
    if (kind === 'area') {
      const first = Math.floor(position * step);
      const past = Math.fround(position + 1 - (first + 1) * inverse);
      const fraction = past <= 0 ? 0 : Math.fround(past - Math.floor(past));
      return { first, weights: [Math.fround(1 - fraction), fraction] };
    }
    const { first, fraction } = locate(position, step);
    return { first, weights: [Math.fround(1 - fraction), fraction] };
  });
}

/** Four taps per position: cubic convolution with a = −0.75. */
export function computeCubicTaps(sourceSize: number, targetSize: number): Taps {
  const step = 1 / (targetSize / sourceSize);
  return computeTaps(sourceSize, targetSize, -1, (position) => {
    const { first, fraction } = locate(position, step);
    return { first, weights: cubicWeights(fraction) };
  });
}

function locate(position: number, step: number): { first: number; fraction: number } {
  const exact = Math.fround((position + 0.5) * step - 0.5);
  const first = Math.floor(exact);
  return { first, fraction: Math.fround(exact - first) };
}

function computeTaps(
  sourceSize: number,
  targetSize: number,
  shift: number,
  at: (position: number) => { first: number; weights: readonly number[] },
): Taps {
  const count = shift === 0 ? 2 : 4;
  const positions = new Int32Array(targetSize * count);
  const weights = new Int32Array(targetSize * count);
  for (let position = 0; position < targetSize; position++) {
    const { first, weights: exact } = at(position);
    for (let tap = 0; tap < count; tap++) {
      positions[position * count + tap] = Math.min(Math.max(first + shift + tap, 0), sourceSize - 1);
      weights[position * count + tap] = roundHalfToEven(exact[tap] * SCALE);
    }
  }
  return { length: targetSize, count, positions, weights };
}

/** In float32 step by step, as OpenCV computes them. */
function cubicWeights(fraction: number): readonly number[] {
  const f = Math.fround;
  const a = -0.75;
  const x = fraction;
  const y = f(1 - x);
  const x1 = f(x + 1);
  const first = f(f(f(f(f(f(a * x1) - 5 * a) * x1) + 8 * a) * x1) - 4 * a);
  const second = f(f(f(f(f((a + 2) * x) - (a + 3)) * x) * x) + 1);
  const third = f(f(f(f(f((a + 2) * y) - (a + 3)) * y) * y) + 1);
  return [first, second, third, f(f(f(1 - first) - second) - third)];
}

/** The rounding of OpenCV's saturate_cast (the processor's default). */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
