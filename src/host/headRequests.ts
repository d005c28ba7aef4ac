import * as vscode from 'vscode';
import type { RequestHandlers } from '../protocol/channel';
import type { ModelDocument } from './modelDocument';
import { readSettings } from './settings';

type HeadHandlers = Pick<RequestHandlers, 'measureHeads' | 'headWeights' | 'headWeightRow'>;

/** What the Head view asks: heads run by themselves, and what their weights say. */
export function createHeadHandlers(document: ModelDocument): HeadHandlers {
  const { tasks, name } = document;
  return {
    measureHeads: (size, signal) =>
      tasks.run(vscode.l10n.t('Measuring both heads'), signal, async (cancelled, report) => {
        const [{ analysis, client }, { measureHeads }] = await Promise.all([
          document.runner(),
          import('../measure/measureHeads'),
        ]);
        return measureHeads(client, analysis.model.path, size, { signal: cancelled, report });
      }),
    headWeights: (choice, signal) =>
      tasks.run(vscode.l10n.t('Reading the weights of {0}', name), signal, async (cancelled, report) => {
        const [{ analysis, client }, { readHeadWeights }] = await Promise.all([
          document.runner(),
          import('../readHeadWeights'),
        ]);
        const limitBytes = readSettings(document.uri).classifierWeightsLimitBytes;
        return readHeadWeights(analysis, client, choice, { limitBytes, signal: cancelled, report });
      }),
    headWeightRow: (choice, signal) =>
      tasks.run(vscode.l10n.t('Reading the weights of {0}', name), signal, async (cancelled) => {
        const [{ analysis, client }, { readWeightRow }] = await Promise.all([
          document.runner(),
          import('../readHeadWeights'),
        ]);
        return readWeightRow(analysis, client, choice, cancelled);
      }),
  };
}
