import type { Calibration, FitScore } from '../protocol/headFit';

/** Logits of labelled images. */
export interface ScoredImages {
  /** [images, K], row-major. */
  readonly logits: Float64Array;
  readonly classCount: number;
  readonly isMultiLabel: boolean;
  /** Class indices of each image; exactly one unless multi-label. */
  readonly truth: readonly (readonly number[])[];
}

export function computeScore(scored: ScoredImages): FitScore {
  return scored.isMultiLabel ? scoreDecisions(scored) : scoreClasses(scored);
}

function scoreClasses({ logits, classCount, truth }: ScoredImages): FitScore {
  let [right, loss] = [0, 0];
  truth.forEach(([wanted], image) => {
    const row = logits.subarray(image * classCount, (image + 1) * classCount);
    right += Number(findLargest(row) === wanted);
    loss += computeLogSum(row) - row[wanted];
  });
  return { accuracy: right / truth.length, loss: loss / truth.length };
}

/** The loss is summed over classes, as it was fitted. */
function scoreDecisions({ logits, classCount, truth }: ScoredImages): FitScore {
  let [right, loss] = [0, 0];
  truth.forEach((wanted, image) => {
    for (let index = 0; index < classCount; index++) {
      const logit = logits[image * classCount + index];
      const isWanted = wanted.includes(index);
      right += Number(logit > 0 === isWanted);
      loss += computeSoftplus(isWanted ? -logit : logit);
    }
  });
  return { accuracy: right / (truth.length * classCount), loss: loss / truth.length };
}

/** [true class][predicted class]. */
export function countConfusions({ logits, classCount, truth }: ScoredImages): number[][] {
  const counts = Array.from({ length: classCount }, () => Array<number>(classCount).fill(0));
  truth.forEach(([wanted], image) => {
    counts[wanted][findLargest(logits.subarray(image * classCount, (image + 1) * classCount))]++;
  });
  return counts;
}

const BINS = 15;

/**
 * Confidence is the probability of the answer: of the most likely class, or of each yes or no. Bins of equal width
 * [i/15, (i+1)/15), the last one closed (Guo et al. 2017, "On calibration of modern neural networks", equation 3).
 */
export function computeCalibration(scored: ScoredImages): Calibration {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, confidence: 0, right: 0 }));
  const answers = scored.isMultiLabel ? listDecisions(scored) : listAnswers(scored);
  for (const { confidence, isRight } of answers) {
    const bin = bins[Math.min(BINS - 1, Math.floor(confidence * BINS))];
    bin.count++;
    bin.confidence += confidence;
    bin.right += Number(isRight);
  }
  const total = Math.max(1, answers.length);
  return {
    error: bins.reduce((sum, { confidence, right }) => sum + Math.abs(right - confidence), 0) / total,
    bins: bins.map(({ count, confidence, right }) => ({
      count,
      confidence: count === 0 ? null : confidence / count,
      accuracy: count === 0 ? null : right / count,
    })),
  };
}

interface Answer {
  readonly confidence: number;
  readonly isRight: boolean;
}

function listAnswers({ logits, classCount, truth }: ScoredImages): Answer[] {
  return truth.map(([wanted], image) => {
    const row = logits.subarray(image * classCount, (image + 1) * classCount);
    const answer = findLargest(row);
    return { confidence: Math.exp(row[answer] - computeLogSum(row)), isRight: answer === wanted };
  });
}

function listDecisions({ logits, classCount, truth }: ScoredImages): Answer[] {
  return truth.flatMap((wanted, image) =>
    Array.from({ length: classCount }, (_, index) => {
      const logit = logits[image * classCount + index];
      return { confidence: 1 / (1 + Math.exp(-Math.abs(logit))), isRight: logit > 0 === wanted.includes(index) };
    }),
  );
}

/** The first of the largest, as argmax does. */
function findLargest(row: Float64Array): number {
  let largest = 0;
  for (let index = 1; index < row.length; index++) {
    if (row[index] > row[largest]) {
      largest = index;
    }
  }
  return largest;
}

/** log Σ exp, without overflow. */
function computeLogSum(row: Float64Array): number {
  const largest = row.reduce((most, value) => Math.max(most, value), -Infinity);
  return largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

/** log(1 + exp x), without overflow. */
function computeSoftplus(value: number): number {
  return Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
}
