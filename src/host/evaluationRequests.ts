import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RequestHandlers } from '../protocol/channel';
import type { EvaluationReport } from '../protocol/evaluation';
import type {
  EvaluationChoice,
  EvaluationDialogue,
  EvaluationSetup,
  HostToEvaluation,
} from '../protocol/evaluationPage';
import type { ListedImage } from '../protocol/imageSeries';
import type { EvaluateOptions } from '../evaluateMaps';
import { UserError } from '../userError';
import { findEvaluationFolders } from './evaluationFolders';
import { createEvaluationNews } from './evaluationNews';
import type { ModelDocument } from './modelDocument';
import { saveBytes } from './saveBytes';
import { readSettings } from './settings';

/** What can be chosen for a model, whether or not it can be used on it, and where its images probably are. */
export async function createSetup(document: ModelDocument): Promise<EvaluationSetup> {
  const [{ model, index, inferred, heads }, { listMapChoices }, { chooseMetrics, SLOW_METRICS }] = await Promise.all([
    document.analysis(),
    import('../cam/mapChoices'),
    import('../evaluate/metrics'),
  ]);
  const { methods, method, stages, layers } = await listMapChoices(model, index, inferred, heads[0]);
  const metrics = chooseMetrics(['all'], true).map((metric) => {
    const { id, name, formula, source, unit, range, better, cost, needsTruth } = metric;
    return { id, name, formula, source, unit, range, better, cost, needsTruth, isSlow: SLOW_METRICS.includes(metric) };
  });
  const { labels } = await document.settings();
  const open = document.images.items.map(({ id }) => id);
  return {
    ...{ model: document.name, methods, method, metrics, stages, layers, labels },
    classes: heads[0].classes ?? 0,
    ...(await findEvaluationFolders(document.uri.fsPath, open)),
  };
}

/** What the page of an evaluation asks the rest of the editor for. */
export interface EvaluationActions {
  readonly send: (event: HostToEvaluation) => void;
  /** Shows an image's map in the CAM view. */
  readonly showMap: (image: ListedImage, choice: MapOfRow) => Promise<void>;
}

export interface MapOfRow {
  readonly method: string;
  readonly layer: string | null;
  readonly classIndex: number;
}

/** Answers to what the page of an evaluation may ask. */
export function createEvaluationHandlers(
  document: ModelDocument,
  log: vscode.LogOutputChannel,
  { send, showMap }: EvaluationActions,
): RequestHandlers<EvaluationDialogue> {
  let shown: { readonly images: readonly ListedImage[]; readonly layer: string | null } = { images: [], layer: null };
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
    evaluate: async (choice, signal) => {
      const { rows, ...outcome } = await evaluateChoice(document, choice, signal, send, (images) => {
        shown = { images, layer: choice.layer };
      });
      log.info(`Judged ${rows.length} maps of ${document.name}`);
      return outcome;
    },
    showMap: async ({ image, method, classIndex }) => {
      const listed = shown.images.find(({ id }) => id === image);
      if (listed !== undefined) {
        await showMap(listed, { method, classIndex, layer: method === 'cam' ? null : shown.layer });
      }
      return {};
    },
    saveFile: async ({ name, bytes }) => ({ path: await saveBytes(document.uri, name, bytes) }),
    showLog: () => {
      log.show();
      return Promise.resolve({});
    },
  };
}

/**
 * Judges in an inference process of its own: what the editor draws meanwhile neither waits for it nor dies with it when
 * it is cancelled, and it goes on when the editor of the model is closed.
 */
export async function evaluateChoice(
  document: ModelDocument,
  choice: EvaluationChoice,
  signal: AbortSignal,
  send: (event: HostToEvaluation) => void,
  onListed: (images: readonly ListedImage[]) => void = () => undefined,
): Promise<EvaluationReport> {
  checkChoice(choice);
  await document.runner(); // Refuses in a workspace that is not trusted.
  const [analysis, { evaluateMaps, beginReport }, { createExplainer }, { InferenceClient }] = await Promise.all([
    document.analysis(),
    import('../evaluateMaps'),
    import('../explain/explainer'),
    import('../inference/inferenceClient'),
  ]);
  const options = { ...(await toOptions(document, choice)), signal };
  onListed(options.images);
  const { threads } = readSettings(document.uri);
  const client = new InferenceClient(join(document.services.distPath, 'inference.js'), { threads });
  const news = createEvaluationNews(send);
  try {
    const explainer = createExplainer(analysis, client);
    send({ type: 'evaluationBegan', report: beginReport(explainer, options), images: options.images.length });
    return await evaluateMaps(explainer, { ...options, ...news });
  } finally {
    news.flush();
    client.dispose();
  }
}

async function toOptions(document: ModelDocument, choice: EvaluationChoice): Promise<EvaluateOptions> {
  const [{ listJudged }, { chooseMetrics }, { openGroundTruth }, { findMethod }] = await Promise.all([
    import('../evaluate/listJudged'),
    import('../evaluate/metrics'),
    import('../evaluate/truth/groundTruth'),
    import('../cam/methods'),
  ]);
  const [{ heads }, { preprocessing, labels }] = await Promise.all([document.analysis(), document.settings()]);
  const { classRule, placement, layer, steps, tolerance, masks } = choice;
  const images = await listJudged(choice.images);
  return {
    ...{ images, classRule, placement, layer, steps, tolerance, preprocessing },
    methods: choice.methods.map(findMethod),
    metrics: chooseMetrics(choice.metrics, masks !== null),
    truth: masks === null ? null : await openGroundTruth(masks, images),
    listed: null,
    labels: labels === null ? null : { labels, names: null, source: 'default', note: '' },
    classes: heads[0].classes ?? 0,
    seed: 0,
  };
}

function checkChoice({ steps, tolerance }: EvaluationChoice): void {
  if (!Number.isInteger(steps) || steps < 1 || steps > 1000) {
    throw new UserError('badArgument', `The curves have ${steps} steps; wanted a whole number from 1 to 1000.`);
  }
  if (!(tolerance >= 0)) {
    throw new UserError('badArgument', `The tolerance is ${tolerance}; wanted a number of pixels, 0 or more.`);
  }
}
