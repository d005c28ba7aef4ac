import * as vscode from 'vscode';
import type { RequestHandlers } from '../protocol/channel';
import type { EvaluationReport } from '../protocol/evaluation';
import type {
  EvaluationChoice,
  EvaluationDialogue,
  EvaluationSetup,
  HostToEvaluation,
} from '../protocol/evaluationPage';
import type { ModelDocument } from './modelDocument';
import { saveBytes } from './saveBytes';

/** Of the insertion and deletion curves, as on the command line. */
const STEPS = 50;
/** Between two messages about progress. */
const PROGRESS_INTERVAL_MS = 100;

/** Methods and metrics for a model, whether or not they can be used on it. */
export async function createSetup(document: ModelDocument): Promise<EvaluationSetup> {
  const [{ model, index, inferred, heads }, { listMapChoices }, { chooseMetrics, SLOW_METRICS }] = await Promise.all([
    document.analysis(),
    import('../cam/mapChoices'),
    import('../evaluate/metrics'),
  ]);
  const { methods, method } = await listMapChoices(model, index, inferred, heads[0]);
  const metrics = chooseMetrics(['all'], true).map((metric) => {
    const { id, name, formula, source, unit, range, better, cost, needsTruth } = metric;
    return { id, name, formula, source, unit, range, better, cost, needsTruth, isSlow: SLOW_METRICS.includes(metric) };
  });
  return { model: document.name, methods, method, metrics };
}

/** Answers to what the page of an evaluation may ask. */
export function createEvaluationHandlers(
  document: ModelDocument,
  log: vscode.LogOutputChannel,
  send: (event: HostToEvaluation) => void,
): RequestHandlers<EvaluationDialogue> {
  return {
    chooseFolder: async ({ what }) => {
      const chosen = await vscode.window.showOpenDialog({
        canSelectFiles: what === 'masks',
        canSelectFolders: true,
        defaultUri: vscode.Uri.joinPath(document.uri, '..'),
        title: what === 'images' ? vscode.l10n.t('Folder of images') : vscode.l10n.t('Folder of annotations'),
      });
      return { path: chosen?.[0]?.fsPath ?? null };
    },
    evaluate: (choice, signal) => evaluate(document, choice, send, signal),
    saveFile: async ({ name, bytes }) => ({ path: await saveBytes(document.uri, name, bytes) }),
    showLog: () => {
      log.show();
      return Promise.resolve({});
    },
  };
}

async function evaluate(
  document: ModelDocument,
  choice: EvaluationChoice,
  send: (event: HostToEvaluation) => void,
  signal: AbortSignal,
): Promise<EvaluationReport> {
  const { analysis, client } = await document.runner();
  const [
    { evaluateMaps },
    { createExplainer },
    { listImages },
    { chooseMetrics },
    { openGroundTruth },
    { findMethod },
  ] = await Promise.all([
    import('../evaluateMaps'),
    import('../explainer'),
    import('../evaluate/listImages'),
    import('../evaluate/metrics'),
    import('../evaluate/truth/groundTruth'),
    import('../cam/methods'),
  ]);
  const { preprocessing, labels } = await document.settings();
  const images = await listImages(choice.images);
  // Its own, so that what the editor draws meanwhile does not make models come and go.
  const explainer = createExplainer(analysis, client);
  let sentAt = 0;
  try {
    return await evaluateMaps(explainer, {
      images,
      methods: choice.methods.map(findMethod),
      layer: null,
      metrics: chooseMetrics(choice.metrics, choice.masks !== null),
      classRule: choice.classRule,
      truth: choice.masks === null ? null : await openGroundTruth(choice.masks, images),
      listed: null,
      preprocessing,
      labels: labels === null ? null : { labels, names: null, source: 'default', note: '' },
      classes: analysis.heads[0].classes ?? 0,
      placement: choice.placement,
      steps: STEPS,
      tolerance: 0,
      seed: 0,
      signal,
      onProgress: (done, total) => {
        if (performance.now() - sentAt > PROGRESS_INTERVAL_MS) {
          sentAt = performance.now();
          send({ type: 'evaluationProgressed', done, total });
        }
      },
    });
  } finally {
    await explainer.release();
  }
}
