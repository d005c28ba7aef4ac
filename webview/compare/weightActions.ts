import { RequestFailure } from '../../src/protocol/channel';
import type { ComparisonApp, DifferenceState } from './comparisonApp';
import { applyVerdicts } from './comparisonApp';

/** What the page does about weights: all of them by hash, one pair element by element. */
export interface WeightActions {
  compareAll(): void;
  cancel(): void;
  measure(weight: number): void;
}

export function createWeightActions(app: ComparisonApp): WeightActions {
  let running: AbortController | null = null;

  async function compareAll(): Promise<void> {
    const { report } = app.state;
    if (report === null || app.state.weights.status === 'running') {
      return;
    }
    const controller = new AbortController();
    running = controller;
    app.update({ weights: { status: 'running', fraction: 0 } });
    try {
      const verdicts = await app.channel.request('compareWeights', {}, controller.signal);
      if (app.state.report === report) {
        app.update({ weights: { status: 'done' }, ...applyVerdicts(report, verdicts) });
      }
    } catch (error) {
      const { failure } = asRequestFailure(error);
      if (app.state.report === report) {
        app.update({ weights: failure.code === 'cancelled' ? { status: 'idle' } : { status: 'failed', failure } });
      }
    } finally {
      running = running === controller ? null : running;
    }
  }

  async function measure(weight: number): Promise<void> {
    const { report } = app.state;
    const keep = (state: DifferenceState): void => {
      if (app.state.report === report) {
        app.update({ differences: new Map(app.state.differences).set(weight, state) });
      }
    };
    keep({ status: 'running' });
    try {
      keep({ status: 'done', difference: await app.channel.request('weightDifference', { weight }) });
    } catch (error) {
      keep({ status: 'failed', failure: asRequestFailure(error).failure });
    }
  }

  return {
    compareAll: () => void compareAll(),
    cancel: () => running?.abort(),
    measure: (weight) => void measure(weight),
  };
}

function asRequestFailure(error: unknown): RequestFailure {
  if (error instanceof RequestFailure) {
    return error;
  }
  throw error;
}
