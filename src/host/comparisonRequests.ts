import * as vscode from 'vscode';
import type { RequestHandlers } from '../protocol/channel';
import type { ComparisonDialogue, HostToComparison } from '../protocol/comparison';
import type { ComparisonSession } from './comparisonSession';

/** Between two messages about progress; a bar that moves more often looks no smoother. */
const PROGRESS_INTERVAL_MS = 100;

interface ComparisonServices {
  readonly session: ComparisonSession;
  readonly log: vscode.LogOutputChannel;
  readonly send: (event: HostToComparison) => void;
  readonly openModel: (uri: vscode.Uri) => Promise<unknown>;
}

/** Answers to what the page of a comparison may ask. */
export function createComparisonHandlers({
  session,
  log,
  send,
  openModel,
}: ComparisonServices): RequestHandlers<ComparisonDialogue> {
  return {
    compareWeights: (_, signal) => {
      let sentAt = 0;
      return session.compareWeights(signal, (fraction) => {
        if (performance.now() - sentAt > PROGRESS_INTERVAL_MS) {
          sentAt = performance.now();
          send({ type: 'weightsProgressed', fraction });
        }
      });
    },
    weightDifference: async ({ weight }, signal) => {
      const { measureWeightDifference } = await import('../compareModels');
      return measureWeightDifference(session.comparison, weight, signal);
    },
    openModel: async ({ model }) => {
      await openModel(session[model]);
      return {};
    },
    swap: async () => {
      await session.swap();
      return {};
    },
    reload: async () => {
      await session.read();
      return {};
    },
    copyText: async ({ text }) => {
      await vscode.env.clipboard.writeText(text);
      return {};
    },
    showLog: () => {
      log.show();
      return Promise.resolve({});
    },
  };
}
