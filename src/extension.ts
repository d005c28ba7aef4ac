import * as vscode from 'vscode';
import { registerCommands } from './host/commands';
import { ComparisonPanels } from './host/comparisonPanels';
import { EvaluationPanels } from './host/evaluationPanels';
import { ModelEditorProvider } from './host/modelEditorProvider';
import { registerOutlineView } from './host/outlineView';
import type { TestApi } from './host/testApi';
import { createTestApi } from './host/testApi';
import { VIEW_TYPE } from './host/viewType';

/** Composition root. What is heavy is imported where it is first used: activation only registers. */
export function activate(context: vscode.ExtensionContext): TestApi {
  const startedAt = performance.now();
  const log = vscode.window.createOutputChannel('Headlight', { log: true });
  const provider = new ModelEditorProvider(context, log);
  const comparisons = new ComparisonPanels(context, log, provider);
  const evaluations = new EvaluationPanels(context, log, provider);
  context.subscriptions.push(
    log,
    provider,
    comparisons,
    evaluations,
    vscode.window.registerCustomEditorProvider(VIEW_TYPE, provider, { supportsMultipleEditorsPerDocument: true }),
    registerOutlineView(provider.outlines),
    registerCommands({ context, log, provider, comparisons, evaluations }),
  );
  return createTestApi(provider, comparisons, evaluations, performance.now() - startedAt);
}
