import type { ImageAnswer } from './explanation';

/** What the number of a class is called before it becomes a probability. */
export type ScoreName = 'logit' | 'output';

/**
 * A single number that nothing turns into a probability (a regression, a count) is no logit: a logit is what a sigmoid or
 * softmax takes. `count`: of the model's scores; null: not known.
 */
export function nameScore(count: number | null, hasProbabilities: boolean): ScoreName {
  return count === 1 && !hasProbabilities ? 'output' : 'logit';
}

export function nameScoreOf({
  logits,
  probabilitySource,
}: Pick<ImageAnswer, 'logits' | 'probabilitySource'>): ScoreName {
  return nameScore(logits.length, probabilitySource !== null);
}

/** A text that speaks of logits, in the words that fit the model. Not for texts with names of tensors in them. */
export function speakOf(score: ScoreName, text: string): string {
  return score === 'logit' ? text : text.replaceAll('logit', score).replaceAll('Logit', 'Output');
}
