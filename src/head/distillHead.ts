import type { Pause } from '../tensor/pause';
import { UserError } from '../userError';
import type { LinearHead } from './linearHead';
import { fitRidge } from './ridge';

/** What the old head said about one image, and the means [C] of its feature map. */
export interface Lesson {
  readonly means: Float64Array;
  readonly logits: Float32Array;
}

export interface DistilledHead {
  readonly head: LinearHead;
  readonly ridge: number;
  /** [K] per image, by the head that was fitted to the other images. */
  readonly logits: readonly Float32Array[];
}

/**
 * The pooled head whose logits come nearest to the old one's over these images (ridge least squares, `fitRidge`). No
 * labels needed. Throws UserError `badArgument` for fewer than two images.
 */
export async function distillHead(lessons: readonly Lesson[], pause: Pause): Promise<DistilledHead> {
  const examples = lessons.length;
  if (examples < 2) {
    throw new UserError('badArgument', `Only ${examples} of the images can be read; distilling needs at least 2.`);
  }
  const features = stack(lessons.map(({ means }) => means));
  const targets = stack(lessons.map(({ logits }) => logits));
  const { weights, bias, ridge, leaveOneOut } = await fitRidge({ examples, features, targets }, pause);
  const classes = bias.length;
  return {
    head: { kind: 'gap', weights: Float32Array.from(weights), bias: Float32Array.from(bias) },
    ridge,
    logits: lessons.map((_, row) => Float32Array.from(leaveOneOut.subarray(row * classes, (row + 1) * classes))),
  };
}

function stack(rows: readonly ArrayLike<number>[]): Float64Array {
  const width = rows[0]?.length ?? 0;
  const stacked = new Float64Array(rows.length * width);
  rows.forEach((row, index) => stacked.set(Array.from(row), index * width));
  return stacked;
}
