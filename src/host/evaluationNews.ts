import type { EvaluateOptions } from '../evaluateMaps';
import type { EvaluationRow, EvaluationSummary } from '../protocol/evaluation';
import type { HostToEvaluation } from '../protocol/evaluationPage';

/** Between two messages: a page draws each. */
const INTERVAL_MS = 100;

/** Collects what an evaluation tells of and sends it a few times a second; `flush` sends what is left. */
export function createEvaluationNews(
  send: (event: HostToEvaluation) => void,
): Required<Pick<EvaluateOptions, 'onProgress' | 'onRow' | 'onMethod'>> & { flush(): void } {
  let [rows, summaries]: [EvaluationRow[], EvaluationSummary[]] = [[], []];
  let [done, total] = [0, 0];
  let sentAt = performance.now();
  const flush = (): void => {
    sentAt = performance.now();
    send({ type: 'evaluationAdvanced', rows, summaries, done, total });
    [rows, summaries] = [[], []];
  };
  return {
    onRow: (row) => void rows.push(row),
    onMethod: (added) => void summaries.push(...added),
    onProgress: (nowDone, nowTotal) => {
      [done, total] = [nowDone, nowTotal];
      if (performance.now() - sentAt > INTERVAL_MS) {
        flush();
      }
    },
    flush,
  };
}
