import type { Model } from '../graph/model';
import { iterateTensorAsFloat64 } from '../onnx/readTensor';
import type { WeightDifference } from '../protocol/comparison';
import type { TensorPair } from './pairWeights';

/**
 * How far two stored tensors of as many real numbers are apart, element by element as stored (integers are not
 * dequantized). Both files are read side by side in pieces; memory stays flat. Throws UserError as reading does.
 */
export async function computeWeightDifference(
  models: { readonly a: Model; readonly b: Model },
  { a, b }: TensorPair,
  signal?: AbortSignal,
): Promise<WeightDifference> {
  const sums = { elements: 0, differing: 0, finite: 0, maximum: 0, total: 0, scale: 0 };
  for await (const [one, other] of zipPieces(
    iterateTensorAsFloat64(models.a, a, { signal }),
    iterateTensorAsFloat64(models.b, b, { signal }),
  )) {
    for (let index = 0; index < one.length; index++) {
      const [x, y] = [one[index], other[index]];
      const distance = Math.abs(x - y);
      sums.elements += 1;
      sums.differing += x === y || (Number.isNaN(x) && Number.isNaN(y)) ? 0 : 1;
      if (Number.isFinite(distance)) {
        sums.finite += 1;
        sums.maximum = Math.max(sums.maximum, distance);
        sums.total += distance;
        sums.scale = Math.max(sums.scale, Math.abs(x));
      }
    }
  }
  const { elements, differing, maximum, total, finite, scale } = sums;
  return { elements, differing, maximum, mean: finite === 0 ? 0 : total / finite, scale };
}

/** Pieces of equal length from two sequences that are cut differently. */
async function* zipPieces(
  a: AsyncGenerator<Float64Array>,
  b: AsyncGenerator<Float64Array>,
): AsyncGenerator<readonly [Float64Array, Float64Array]> {
  try {
    let [one, other] = [await next(a), await next(b)];
    while (one !== null && other !== null) {
      const length = Math.min(one.length, other.length);
      yield [one.subarray(0, length), other.subarray(0, length)];
      one = length < one.length ? one.subarray(length) : await next(a);
      other = length < other.length ? other.subarray(length) : await next(b);
    }
  } finally {
    await Promise.all([a.return(undefined), b.return(undefined)]);
  }
}

async function next(pieces: AsyncGenerator<Float64Array>): Promise<Float64Array | null> {
  for (let step = await pieces.next(); step.done !== true; step = await pieces.next()) {
    if (step.value.length > 0) {
      return step.value;
    }
  }
  return null;
}
