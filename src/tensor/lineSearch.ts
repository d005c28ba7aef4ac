/** A point on the line: step length, value and slope there. */
interface Trial {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

export interface LineSearchOptions {
  /** Sufficient decrease: f(t) ≤ f(0) + c₁·t·f′(0). */
  readonly decrease: number;
  /** Curvature: |f′(t)| ≤ c₂·|f′(0)|. */
  readonly curvature: number;
  /** The search ends when the interval that holds the minimum is narrower than this share of its end. */
  readonly width: number;
  readonly mostEvaluations: number;
}

/** Those of L-BFGS-B 3.0 (Zhu, Byrd, Lu, Nocedal 1997); the number of evaluations as scikit-learn asks for. */
const DEFAULT_LINE_SEARCH: LineSearchOptions = {
  decrease: 1e-3,
  curvature: 0.9,
  width: 0.1,
  mostEvaluations: 50,
};

const LARGEST_STEP = 1e10;

/**
 * A step that satisfies the strong Wolfe conditions, by safeguarded cubic and quadratic interpolation (Moré and Thuente,
 * "Line search algorithms with guaranteed sufficient decrease", ACM TOMS 20, 1994). `evaluate` gives value and slope at a
 * step; the last step it was asked for is the one returned. null: no such step was found, because the slope points up or
 * rounding hides the decrease.
 */
export async function searchLine(
  evaluate: (step: number) => Promise<Omit<Trial, 'step'>>,
  start: Omit<Trial, 'step'>,
  firstStep: number,
  options: LineSearchOptions = DEFAULT_LINE_SEARCH,
): Promise<Trial | null> {
  if (start.slope >= 0) {
    return null;
  }
  const { decrease, curvature, mostEvaluations } = options;
  const target = decrease * start.slope;
  let interval = createInterval({ step: 0, ...start }, firstStep);
  let step = firstStep;
  let isFirstStage = true;
  for (let count = 0; count < mostEvaluations; count++) {
    const trial = { step, ...(await evaluate(step)) };
    const wanted = start.value + step * target;
    if (trial.value <= wanted && Math.abs(trial.slope) <= -curvature * start.slope) {
      return trial;
    }
    if (!Number.isFinite(trial.value)) {
      return null;
    }
    if (isNarrow(interval, trial, wanted, target, options)) {
      // Rounding, or an interval too narrow to be worth another evaluation: what was found is good enough.
      return trial.value <= start.value ? trial : null;
    }
    isFirstStage &&= !(trial.value <= wanted && trial.slope >= 0);
    // In the first stage, while the value falls but not enough, the interval shrinks around a minimum of the auxiliary
    // function f(t) − f(0) − c₁·t·f′(0).
    const isAuxiliary = isFirstStage && trial.value <= interval.best.value && trial.value > wanted;
    const shift = isAuxiliary ? target : 0;
    [interval, step] = shrink(tilt(interval, shift), tiltTrial(trial, shift), options.width);
    interval = tilt(interval, -shift);
  }
  return null;
}

interface Interval {
  /** The lowest value so far. */
  readonly best: Trial;
  readonly other: Trial;
  readonly isBracketed: boolean;
  readonly lowest: number;
  readonly highest: number;
  readonly width: number;
  readonly previousWidth: number;
}

function createInterval(start: Trial, firstStep: number): Interval {
  return {
    best: start,
    other: start,
    isBracketed: false,
    lowest: 0,
    highest: 5 * firstStep,
    width: LARGEST_STEP,
    previousWidth: 2 * LARGEST_STEP,
  };
}

function isNarrow(
  { isBracketed, lowest, highest }: Interval,
  { step, value, slope }: Trial,
  wanted: number,
  target: number,
  { width }: LineSearchOptions,
): boolean {
  return (
    (isBracketed && (step <= lowest || step >= highest || highest - lowest <= width * highest)) ||
    (step >= LARGEST_STEP && value <= wanted && slope <= target)
  );
}

function tiltTrial(trial: Trial, slope: number): Trial {
  return { step: trial.step, value: trial.value - trial.step * slope, slope: trial.slope - slope };
}

function tilt(interval: Interval, slope: number): Interval {
  return slope === 0
    ? interval
    : { ...interval, best: tiltTrial(interval.best, slope), other: tiltTrial(interval.other, slope) };
}

/** The next interval and the next step to try. */
function shrink(interval: Interval, trial: Trial, narrowest: number): [Interval, number] {
  const proposal = propose(interval, trial);
  const { best, other, isBracketed } = proposal;
  let { step } = proposal;
  let { width, previousWidth } = interval;
  if (isBracketed) {
    // Bisect when the interval does not shrink by a third in two steps.
    if (Math.abs(other.step - best.step) >= 0.66 * previousWidth) {
      step = best.step + 0.5 * (other.step - best.step);
    }
    [previousWidth, width] = [width, Math.abs(other.step - best.step)];
  }
  const lowest = isBracketed ? Math.min(best.step, other.step) : step + 1.1 * (step - best.step);
  const highest = isBracketed ? Math.max(best.step, other.step) : step + 4 * (step - best.step);
  const next = { best, other, isBracketed, lowest, highest, width, previousWidth };
  step = Math.min(Math.max(step, 0), LARGEST_STEP);
  const isSpent = isBracketed && (step <= lowest || step >= highest || highest - lowest <= narrowest * highest);
  return [next, isSpent ? best.step : step];
}

interface Proposal extends Pick<Interval, 'best' | 'other' | 'isBracketed'> {
  readonly step: number;
}

/** The four cases of the paper's section 4, by value and slope of the trial against the best point. */
function propose(interval: Interval, trial: Trial): Proposal {
  const { best, other, isBracketed, lowest, highest } = interval;
  const isOpposite = trial.slope * Math.sign(best.slope) < 0;
  if (trial.value > best.value) {
    const cubic = interpolateCubic(best, trial);
    const quadratic =
      best.step +
      (best.slope / ((best.value - trial.value) / (trial.step - best.step) + best.slope) / 2) *
        (trial.step - best.step);
    const isCubicNearer = Math.abs(cubic - best.step) < Math.abs(quadratic - best.step);
    const step = isCubicNearer ? cubic : cubic + (quadratic - cubic) / 2;
    return { best, other: trial, isBracketed: true, step };
  }
  if (isOpposite) {
    const cubic = interpolateCubic(trial, best);
    const secant = interpolateSlopes(trial, best);
    const step = Math.abs(cubic - trial.step) > Math.abs(secant - trial.step) ? cubic : secant;
    return { best: trial, other: best, isBracketed: true, step };
  }
  if (Math.abs(trial.slope) < Math.abs(best.slope)) {
    return { best: trial, other, isBracketed, step: extrapolate(interval, trial) };
  }
  const step = isBracketed ? interpolateCubic(trial, other) : trial.step > best.step ? highest : lowest;
  return { best: trial, other, isBracketed, step };
}

/** Third case: lower, the same direction, less steep. */
function extrapolate({ best, other, isBracketed, lowest, highest }: Interval, trial: Trial): number {
  const cubic = extrapolateCubic(trial, best, trial.step > best.step ? highest : lowest);
  const secant = interpolateSlopes(trial, best);
  if (!isBracketed) {
    const step = Math.abs(cubic - trial.step) > Math.abs(secant - trial.step) ? cubic : secant;
    return Math.min(Math.max(step, lowest), highest);
  }
  const step = Math.abs(cubic - trial.step) < Math.abs(secant - trial.step) ? cubic : secant;
  const bound = trial.step + 0.66 * (other.step - trial.step);
  return trial.step > best.step ? Math.min(bound, step) : Math.max(bound, step);
}

/** Where the parabola through both slopes has its minimum. */
function interpolateSlopes(from: Trial, to: Trial): number {
  return from.step + (from.slope / (from.slope - to.slope)) * (to.step - from.step);
}

/** Coefficients of the cubic through two values and slopes; `root` is 0 where it has no minimum. */
function fitCubic(from: Trial, to: Trial): { readonly theta: number; readonly root: number } {
  const theta = (3 * (from.value - to.value)) / (to.step - from.step) + from.slope + to.slope;
  const scale = Math.max(Math.abs(theta), Math.abs(from.slope), Math.abs(to.slope));
  const square = (theta / scale) ** 2 - (from.slope / scale) * (to.slope / scale);
  const root = scale * Math.sqrt(Math.max(0, square));
  return { theta, root: to.step < from.step ? -root : root };
}

/** The minimum of the cubic between two points. */
function interpolateCubic(from: Trial, to: Trial): number {
  const { theta, root } = fitCubic(from, to);
  const share = (root - from.slope + theta) / (root - from.slope + root + to.slope);
  return from.step + share * (to.step - from.step);
}

/** The minimum of the cubic beyond `from`, seen from `to`; `limit` where it has none in that direction. */
function extrapolateCubic(from: Trial, to: Trial, limit: number): number {
  const { theta, root } = fitCubic(from, to);
  const share = (root - from.slope + theta) / (root + (to.slope - from.slope) + root);
  return share < 0 && root !== 0 ? from.step + share * (to.step - from.step) : limit;
}
