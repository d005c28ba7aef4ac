import type { Pause } from '../tensor/pause';
import { factorize, solveLower, solveUpper } from '../tensor/cholesky';

/** N examples row by row: features [N, C] and targets [N, K]. */
export interface RidgeProblem {
  readonly examples: number;
  readonly features: Float64Array;
  readonly targets: Float64Array;
}

export interface RidgeFit {
  /** [K, C]. */
  readonly weights: Float64Array;
  /** [K]. */
  readonly bias: Float64Array;
  readonly ridge: number;
  /** [N, K]: each example predicted by the fit to all the others. */
  readonly leaveOneOut: Float64Array;
}

/** Of the mean eigenvalue of the features' scatter, from weak to strong. */
const RELATIVE_RIDGES = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];
/** Multiply-adds up to which every ridge is tried; beyond, one in the middle serves. */
const MOST_WORK = 2e10;

/**
 * Linear least squares with an L2 penalty on the weights, not on the bias: min Σ‖y − Wx − b‖² + λ‖W‖², solved by
 * Cholesky in double precision after centring; over examples when there are fewer of them than features, else over
 * features. λ is given, or the one with the least leave-one-out error (Allen's PRESS, closed form).
 *
 * Costs min(N, C)²·max(N, C) + N·C·K multiply-adds, and as much again for each λ tried. @throws RangeError for fewer
 * than two examples.
 */
export async function fitRidge(problem: RidgeProblem, pause: Pause, ridge?: number): Promise<RidgeFit> {
  const { examples } = problem;
  if (examples < 2) {
    throw new RangeError('Least squares needs at least two examples.');
  }
  const features = center(problem.features, examples);
  const targets = center(problem.targets, examples);
  const isDual = examples <= features.width;
  const size = isDual ? examples : features.width;
  const scatter = isDual
    ? await computeRowProducts(features.data, examples, pause)
    : await computeRowProducts(transpose(features.data, examples), features.width, pause);
  const scale = readTrace(scatter, size) / size || 1;
  const candidates = ridge === undefined ? chooseCandidates(size, features, targets, examples, scale) : [ridge];
  let best: (Solution & { readonly ridge: number }) | null = null;
  for (const candidate of candidates) {
    const solve = isDual ? solveOverExamples : solveOverFeatures;
    const solution = await solve({ examples, features, targets, scatter, scale, ridge: candidate }, pause);
    if (best === null || sumSquares(solution.errors) < sumSquares(best.errors)) {
      best = { ...solution, ridge: candidate };
    }
  }
  if (best === null) {
    throw new RangeError('No ridge was given.');
  }
  return {
    weights: best.weights,
    bias: targets.means.map((mean, row) => mean - dot(best.weights, row * features.width, features.means)),
    ridge: best.ridge,
    leaveOneOut: problem.targets.map((target, index) => target - best.errors[index]),
  };
}

interface Centered {
  /** [N, width]. */
  readonly data: Float64Array;
  readonly means: Float64Array;
  readonly width: number;
}

interface Solution {
  /** [K, C]. */
  readonly weights: Float64Array;
  /** [N, K]: leave-one-out. */
  readonly errors: Float64Array;
}

interface CenteredProblem {
  readonly examples: number;
  readonly features: Centered;
  readonly targets: Centered;
  /** XXᵀ [N, N] or XᵀX [C, C]. */
  readonly scatter: Float64Array;
  readonly scale: number;
  readonly ridge: number;
}

function chooseCandidates(
  size: number,
  features: Centered,
  targets: Centered,
  examples: number,
  scale: number,
): readonly number[] {
  const work = size ** 3 + examples * features.width * (targets.width + size);
  const isSmall = work * RELATIVE_RIDGES.length <= MOST_WORK;
  return (isSmall ? RELATIVE_RIDGES : [1e-3]).map((relative) => relative * scale);
}

/**
 * α = (XXᵀ + λ)⁻¹Y, W = αᵀX. Left out, example i errs by α_i/(G_ii − g), G the inverse and g its part along the constant
 * vector, which the bias takes. That direction, where XXᵀ is zero, gets the mean eigenvalue so that G is well scaled;
 * centred targets do not see it.
 */
async function solveOverExamples(problem: CenteredProblem, pause: Pause): Promise<Solution> {
  const { examples, features, targets, scatter, scale, ridge } = problem;
  const factor = scatter.map((value, index) => value + scale / examples + (isDiagonal(index, examples) ? ridge : 0));
  await factorize(factor, examples, pause);
  const alpha = targets.data.slice();
  await solveLower(factor, examples, alpha, pause);
  await solveUpper(factor, examples, alpha, pause);
  const inverse = identity(examples);
  await solveLower(factor, examples, inverse, pause);
  const constant = 1 / (examples * (scale + ridge));
  const freedoms = sumColumnSquares(inverse, examples).map((value) => value - constant);
  const errors = alpha.map((value, index) => value / atLeastTiny(freedoms[Math.floor(index / targets.width)]));
  return { weights: await multiplyTransposed(alpha, features.data, examples, pause), errors };
}

/** W = ((XᵀX + λ)⁻¹XᵀY)ᵀ. Left out, example i errs by r_i/(1 − h_i) with h_i = 1/N + ‖L⁻¹x_i‖². */
async function solveOverFeatures(problem: CenteredProblem, pause: Pause): Promise<Solution> {
  const { examples, features, targets, scatter, ridge } = problem;
  const factor = scatter.map((value, index) => value + (isDiagonal(index, features.width) ? ridge : 0));
  await factorize(factor, features.width, pause);
  const solved = await multiplyTransposed(features.data, targets.data, examples, pause);
  await solveLower(factor, features.width, solved, pause);
  await solveUpper(factor, features.width, solved, pause);
  const weights = transpose(solved, features.width);
  const whitened = transpose(features.data, examples);
  await solveLower(factor, features.width, whitened, pause);
  const leverages = sumColumnSquares(whitened, features.width).map((value) => value + 1 / examples);
  const errors = new Float64Array(targets.data.length);
  for (let example = 0; example < examples; example++) {
    await pause();
    const row = features.data.subarray(example * features.width, (example + 1) * features.width);
    for (let target = 0; target < targets.width; target++) {
      const index = example * targets.width + target;
      errors[index] =
        (targets.data[index] - dot(weights, target * features.width, row)) / atLeastTiny(1 - leverages[example]);
    }
  }
  return { weights, errors };
}

/** An example that alone decides its own prediction has no freedom left; its error is then as good as infinite. */
function atLeastTiny(freedom: number): number {
  return Math.max(freedom, 1e-12);
}

function center(data: Float64Array, rows: number): Centered {
  const width = data.length / rows;
  const means = new Float64Array(width);
  data.forEach((value, index) => (means[index % width] += value / rows));
  return { data: data.map((value, index) => value - means[index % width]), means, width };
}

/** A·Aᵀ [rows, rows] of A [rows, …]. */
async function computeRowProducts(data: Float64Array, rows: number, pause: Pause): Promise<Float64Array> {
  const width = data.length / rows;
  const products = new Float64Array(rows * rows);
  for (let row = 0; row < rows; row++) {
    await pause();
    const own = data.subarray(row * width, (row + 1) * width);
    for (let other = 0; other <= row; other++) {
      products[row * rows + other] = products[other * rows + row] = dot(data, other * width, own);
    }
  }
  return products;
}

/** Aᵀ·B for A [rows, a], B [rows, b]: [a, b]. */
async function multiplyTransposed(
  left: Float64Array,
  right: Float64Array,
  rows: number,
  pause: Pause,
): Promise<Float64Array> {
  const [height, width] = [left.length / rows, right.length / rows];
  const product = new Float64Array(height * width);
  for (let row = 0; row < rows; row++) {
    await pause();
    for (let index = 0; index < height; index++) {
      const factor = left[row * height + index];
      for (let column = 0; column < width; column++) {
        product[index * width + column] += factor * right[row * width + column];
      }
    }
  }
  return product;
}

function transpose(data: Float64Array, rows: number): Float64Array {
  const columns = data.length / rows;
  return Float64Array.from(data, (_, index) => data[(index % rows) * columns + Math.floor(index / rows)]);
}

function identity(size: number): Float64Array {
  return new Float64Array(size * size).map((_, index) => (isDiagonal(index, size) ? 1 : 0));
}

function isDiagonal(index: number, size: number): boolean {
  return index % (size + 1) === 0;
}

function readTrace(matrix: Float64Array, size: number): number {
  return matrix.reduce((sum, value, index) => (isDiagonal(index, size) ? sum + value : sum), 0);
}

function sumColumnSquares(data: Float64Array, rows: number): Float64Array {
  const sums = new Float64Array(data.length / rows);
  data.forEach((value, index) => (sums[index % sums.length] += value * value));
  return sums;
}

function sumSquares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

/** Σ data[start + i]·other[i]. */
function dot(data: Float64Array, start: number, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < other.length; index++) {
    sum += data[start + index] * other[index];
  }
  return sum;
}
