import type { NodeBuilder } from '../onnx/nodeBuilder';

/**
 * Squarings of the Gram matrix: it is raised to the power 2^14, after which the second component is gone unless its
 * variance is within 0.1 % of the first one's.
 */
const SQUARINGS = 14;
/** A value without variance has the scores 0, not NaN. */
const TINY = 1e-30;

/**
 * Scores of the cells on the first principal component of their channel vectors, [N, 1, P], for a value [N, C, P]: the
 * first left singular vector times its singular value of the [P, C] matrix, each column less its mean.
 *
 * The component is found by squaring the smaller Gram matrix, which needs nothing but matrix products. Its sign, which
 * is arbitrary, is chosen so that the scores go with the mean over channels.
 */
export function emitFirstComponent(builder: NodeBuilder, value: string, channels: number, cells: number): string {
  const centred = builder.add('Sub', [value, builder.reduce('ReduceMean', value, [2], true)]);
  const turned = builder.transpose(centred, [0, 2, 1]);
  const direction =
    cells < channels
      ? builder.add('MatMul', [centred, emitLeading(builder, builder.add('MatMul', [turned, centred]), cells)])
      : emitLeading(builder, builder.add('MatMul', [centred, turned]), channels);
  const unit = emitUnit(builder, direction);
  const scores = builder.add('MatMul', [builder.transpose(unit, [0, 2, 1]), centred]);
  return builder.add('Mul', [scores, emitSign(builder, scores, centred)]);
}

/** Eigenvector [N, size, 1] of the largest eigenvalue of symmetric matrices [N, size, size], of any length. */
function emitLeading(builder: NodeBuilder, gram: string, size: number): string {
  let power = emitUnit(builder, gram);
  for (let squaring = 0; squaring < SQUARINGS; squaring++) {
    power = emitUnit(builder, builder.add('MatMul', [power, power]));
  }
  // Every column is a multiple of the eigenvector; the longest one is the most precise.
  const lengths = builder.reduce('ReduceSum', builder.add('Mul', [power, power]), [1], false);
  const longest = builder.add('ArgMax', [lengths], {
    axis: { type: 'int', value: 1 },
    keepdims: { type: 'int', value: 0 },
  });
  const column = builder.add('OneHot', [longest, builder.int64([size]), builder.floats([0, 1], [2], 'float32')]);
  return builder.add('MatMul', [power, builder.reshape(column, [-1, size, 1])]);
}

/** Scaled to Frobenius norm 1, per item. */
function emitUnit(builder: NodeBuilder, matrix: string): string {
  const largest = builder.reduce('ReduceMax', builder.add('Abs', [matrix]), [1, 2], true);
  const scaled = builder.add('Div', [matrix, builder.add('Max', [largest, builder.float32(TINY)])]);
  const square = builder.reduce('ReduceSum', builder.add('Mul', [scaled, scaled]), [1, 2], true);
  const norm = builder.add('Sqrt', [square]);
  return builder.add('Div', [scaled, builder.add('Max', [norm, builder.float32(TINY)])]);
}

/** 1 or −1, [N, 1, 1]. */
function emitSign(builder: NodeBuilder, scores: string, centred: string): string {
  const mean = builder.reduce('ReduceMean', centred, [1], true);
  const agreement = builder.reduce('ReduceSum', builder.add('Mul', [scores, mean]), [2], true);
  const isAgainst = builder.cast(builder.add('Less', [agreement, builder.float32(0)]), 'float32');
  return builder.add('Sub', [builder.float32(1), builder.add('Mul', [isAgainst, builder.float32(2)])]);
}
