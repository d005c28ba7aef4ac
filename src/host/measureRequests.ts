import * as vscode from 'vscode';
import type { RequestHandlers } from '../protocol/channel';
import type { ModelDocument } from './modelDocument';

/** What a page may ask that needs the model to run on random input. */
export function createMeasureHandlers(
  document: ModelDocument,
): Pick<RequestHandlers, 'measureLayers' | 'measureShapes'> {
  const { tasks, name } = document;
  return {
    measureLayers: (_, signal) =>
      tasks.run(vscode.l10n.t('Measuring {0}', name), signal, async (cancelled, report) => {
        const [{ analysis, client }, { measureLayers }] = await Promise.all([
          document.runner(),
          import('../measure/measureLayers'),
        ]);
        return measureLayers(analysis, client, { signal: cancelled, report });
      }),
    measureShapes: (_, signal) =>
      tasks.run(vscode.l10n.t('Running {0}', name), signal, async (cancelled) => {
        const [{ analysis, client }, { measureShapes }] = await Promise.all([
          document.runner(),
          import('../measure/measureShapes'),
        ]);
        const { analysis: completed, measured, unknown } = await measureShapes(analysis, client, { signal: cancelled });
        await document.replaceAnalysis(completed, analysis);
        return { measured, unknown };
      }),
  };
}
