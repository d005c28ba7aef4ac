import type { Model, TensorInfo } from '../graph/model';
import type { TensorStatistics } from '../protocol/messages';
import type { ReadTensorOptions } from './readTensor';
import { iterateTensorAsFloat64 } from './readTensor';

const BINS = 64;

/**
 * Statistics of a stored tensor of real numbers, over its finite elements. Two passes over the file, so that the standard
 * deviation (of the population) does not cancel and the bins span exactly minimum…maximum; memory stays flat. Without a
 * finite element, minimum, maximum, mean and deviation are NaN. A constant tensor lies in the first bin.
 */
export async function computeTensorStatistics(
  model: Model,
  tensor: TensorInfo,
  options: ReadTensorOptions = {},
): Promise<TensorStatistics> {
  const range = await computeRange(model, tensor, options);
  const finite = range.count - range.notFinite;
  const mean = finite === 0 ? NaN : range.sum / finite;
  const histogram = new Array<number>(BINS).fill(0);
  const span = range.maximum > range.minimum ? range.maximum - range.minimum : Infinity;
  let squares = 0;
  for await (const values of iterateTensorAsFloat64(model, tensor, options)) {
    for (const value of values) {
      if (Number.isFinite(value)) {
        squares += (value - mean) ** 2;
        histogram[Math.min(BINS - 1, Math.floor(((value - range.minimum) / span) * BINS))] += 1;
      }
    }
  }
  return {
    count: range.count,
    minimum: finite === 0 ? NaN : range.minimum,
    maximum: finite === 0 ? NaN : range.maximum,
    mean,
    standardDeviation: Math.sqrt(squares / finite),
    zeros: range.zeros,
    notFinite: range.notFinite,
    histogram,
  };
}

async function computeRange(model: Model, tensor: TensorInfo, options: ReadTensorOptions) {
  const range = { count: 0, minimum: Infinity, maximum: -Infinity, sum: 0, zeros: 0, notFinite: 0 };
  for await (const values of iterateTensorAsFloat64(model, tensor, options)) {
    range.count += values.length;
    for (const value of values) {
      if (!Number.isFinite(value)) {
        range.notFinite += 1;
        continue;
      }
      range.minimum = Math.min(range.minimum, value);
      range.maximum = Math.max(range.maximum, value);
      range.sum += value;
      range.zeros += value === 0 ? 1 : 0;
    }
  }
  return range;
}
