import { searchLine } from './lineSearch';

/** Writes the gradient at the point and returns the value there. */
export type Objective = (point: Float64Array, gradient: Float64Array) => Promise<number>;

export interface LbfgsOptions {
  /** Ends when no element of the gradient is larger: scipy's `gtol`, scikit-learn's `tol`. */
  readonly tolerance: number;
  readonly mostIterations: number;
}

export interface LbfgsState {
  readonly iterations: number;
  readonly evaluations: number;
  readonly value: number;
  /** Largest element of the gradient, by magnitude. */
  readonly gradientNorm: number;
  /**
   * converged: the gradient is within the tolerance, or the value does not fall any more (by 64 roundings).
   * exhausted: after the most iterations allowed. stalled: rounding hides any further decrease.
   */
  readonly status: 'running' | 'converged' | 'exhausted' | 'stalled';
  /** Valid until the next iteration. */
  readonly point: Float64Array;
}

/** Pairs of steps and gradient changes that stand for the inverse Hessian. */
const MEMORY = 10;
/** scikit-learn's `ftol`, in roundings. */
const LEAST_DECREASE = 64 * Number.EPSILON;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** step·change. */
  readonly curvature: number;
}

/**
 * Minimises a smooth function by L-BFGS (Nocedal and Wright, "Numerical Optimization", algorithm 7.4, 10 pairs) with the
 * line search and the tests of L-BFGS-B 3.0, which scipy and scikit-learn use: the same iterates without bounds. Yields
 * after every iteration; the last state is not `running`. Memory: 24 vectors of the point's size; per iteration 40
 * products with them beside the evaluations.
 */
export async function* minimizeLbfgs(
  objective: Objective,
  start: Float64Array,
  { tolerance, mostIterations }: LbfgsOptions,
): AsyncGenerator<LbfgsState, void> {
  const size = start.length;
  let [point, gradient] = [start.slice(), new Float64Array(size)];
  let [nextPoint, nextGradient] = [new Float64Array(size), new Float64Array(size)];
  const direction = new Float64Array(size);
  const pairs: Pair[] = [];
  let evaluations = 1;
  let value = await objective(point, gradient);
  let gradientNorm = computeLargest(gradient);
  const state = (iterations: number, status: LbfgsState['status']): LbfgsState => {
    return { iterations, evaluations, value, gradientNorm, status, point };
  };
  if (gradientNorm <= tolerance) {
    yield state(0, 'converged');
    return;
  }
  for (let iterations = 1; ;) {
    findDirection(direction, gradient, pairs);
    const slope = dot(direction, gradient);
    const firstStep = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(direction, direction))) : 1;
    const evaluate = async (step: number) => {
      combine(nextPoint, point, step, direction);
      evaluations++;
      const trial = await objective(nextPoint, nextGradient);
      return { value: trial, slope: dot(nextGradient, direction) };
    };
    const found = await searchLine(evaluate, { value, slope }, firstStep);
    if (found === null) {
      if (pairs.length === 0) {
        yield state(iterations - 1, 'stalled');
        return;
      }
      pairs.length = 0; // Once more along the gradient.
      continue;
    }
    remember(pairs, { point, gradient, nextPoint, nextGradient, slope: slope * found.step });
    [point, nextPoint] = [nextPoint, point];
    [gradient, nextGradient] = [nextGradient, gradient];
    const decrease = value - found.value;
    const scale = Math.max(Math.abs(value), Math.abs(found.value), 1);
    value = found.value;
    gradientNorm = computeLargest(gradient);
    const isDone = gradientNorm <= tolerance || decrease <= LEAST_DECREASE * scale;
    const status = isDone ? 'converged' : iterations >= mostIterations ? 'exhausted' : 'running';
    yield state(iterations, status);
    if (status !== 'running') {
      return;
    }
    iterations++;
  }
}

/** −H·gradient by the two-loop recursion, scaled by the last pair. */
function findDirection(direction: Float64Array, gradient: Float64Array, pairs: readonly Pair[]): void {
  negate(direction, gradient);
  const shares: number[] = [];
  for (let index = pairs.length - 1; index >= 0; index--) {
    const { step, change, curvature } = pairs[index];
    shares[index] = dot(step, direction) / curvature;
    addScaled(direction, -shares[index], change);
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    scaleBy(direction, last.curvature / dot(last.change, last.change));
  }
  pairs.forEach(({ step, change, curvature }, index) => {
    addScaled(direction, shares[index] - dot(change, direction) / curvature, step);
  });
}

interface Move {
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  readonly nextPoint: Float64Array;
  readonly nextGradient: Float64Array;
  /** Gradient at the old point times the step. */
  readonly slope: number;
}

/** Keeps a pair when it curves upwards; the oldest one's arrays are used again. */
function remember(pairs: Pair[], { point, gradient, nextPoint, nextGradient, slope }: Move): void {
  const oldest = pairs.length >= MEMORY ? pairs[0] : undefined;
  const step = oldest?.step ?? new Float64Array(point.length);
  const change = oldest?.change ?? new Float64Array(point.length);
  if (oldest !== undefined) {
    pairs.shift();
  }
  combine(step, nextPoint, -1, point);
  combine(change, nextGradient, -1, gradient);
  const curvature = dot(step, change);
  if (curvature > Number.EPSILON * -slope) {
    pairs.push({ step, change, curvature });
  }
}

/** Four sums at once: one would wait for each addition. */
function dot(one: Float64Array, other: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = one.length & ~3;
  for (let index = 0; index < whole; index += 4) {
    a += one[index] * other[index];
    b += one[index + 1] * other[index + 1];
    c += one[index + 2] * other[index + 2];
    d += one[index + 3] * other[index + 3];
  }
  for (let index = whole; index < one.length; index++) {
    a += one[index] * other[index];
  }
  return a + b + (c + d);
}

function combine(target: Float64Array, base: Float64Array, factor: number, other: Float64Array): void {
  for (let index = 0; index < target.length; index++) {
    target[index] = base[index] + factor * other[index];
  }
}

function addScaled(target: Float64Array, factor: number, other: Float64Array): void {
  for (let index = 0; index < target.length; index++) {
    target[index] += factor * other[index];
  }
}

function negate(target: Float64Array, source: Float64Array): void {
  for (let index = 0; index < target.length; index++) {
    target[index] = -source[index];
  }
}

function scaleBy(target: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index++) {
    target[index] *= factor;
  }
}

function computeLargest(values: Float64Array): number {
  let largest = 0;
  for (let index = 0; index < values.length; index++) {
    const magnitude = Math.abs(values[index]);
    // Also true of NaN, which must not count as small.
    if (!(magnitude <= largest)) {
      largest = magnitude;
    }
  }
  return largest;
}
