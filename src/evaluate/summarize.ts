import type { EvaluationCurve, EvaluationRow, EvaluationSummary } from '../protocol/evaluation';
import type { EvaluationMetric, SetCollector } from './evaluationMetric';

/** What a metric says of all maps of a method: their mean, unless it is a figure of the set. */
export function summarize(
  method: string,
  { id }: EvaluationMetric,
  rows: readonly EvaluationRow[],
  collector: SetCollector | undefined,
): EvaluationSummary {
  const values = rows.map((row) => row.values[id] ?? null).filter((value) => value !== null);
  const median = computeMedian(values);
  if (collector !== undefined) {
    return { method, metric: id, ...collector.finish(), median };
  }
  const curves = rows.flatMap((row) => row.curves[id] ?? []);
  return {
    method,
    metric: id,
    count: values.length,
    value: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
    median,
    curve: computeMeanCurve(curves),
  };
}

/** The middle value, or the mean of the two in the middle; null of none. */
function computeMedian(values: readonly number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return sorted.length === 0 ? null : (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

/** Point by point, of the curves over the same x as the first. */
function computeMeanCurve(curves: readonly EvaluationCurve[]): EvaluationCurve | null {
  const [first] = curves;
  if (first === undefined) {
    return null;
  }
  const same = curves.filter(({ x }) => x.length === first.x.length);
  const y = first.x.map((_, index) => same.reduce((sum, curve) => sum + curve.y[index], 0) / same.length);
  return { x: first.x, y };
}
