import * as vscode from 'vscode';
import { isInputTensor } from '../image/inputTensor';
import type { ModelAnalysis } from '../inspectModel';
import type { RequestHandlers } from '../protocol/channel';
import type { Explanation, LayerExplanation } from '../protocol/explanation';
import type { MapChoices } from '../protocol/mapChoices';
import type { RequestParams } from '../protocol/messages';
import type { Preprocessing } from '../protocol/preprocessing';
import type { TargetChoice } from '../protocol/target';
import { UserError } from '../userError';
import type { ModelDocument } from './modelDocument';
import { pickMask } from './pickMask';
import { readSettings } from './settings';
import { createTargetReader, readTargetText } from './targetRequests';
import type { TargetReader } from './targetRequests';
import type { ReportFraction } from './taskProgress';

type MapRequest = 'explain' | 'classifierWeights' | 'mapChoices' | 'readTarget' | 'pickMask' | 'explainLayer';

/** What a page may ask that draws maps, or that drawing them needs. */
export function createMapHandlers(
  document: ModelDocument,
  log: vscode.LogOutputChannel,
): Pick<RequestHandlers, MapRequest> {
  const { tasks, name } = document;
  const inTurn = createTurns();
  const readTarget = createTargetReader();
  return {
    explain: ({ imageId, classes }, signal) =>
      tasks.run(vscode.l10n.t('Running {0}', name), signal, (cancelled) =>
        explain(document, log, imageId, classes, cancelled),
      ),
    classifierWeights: (_, signal) =>
      tasks.run(vscode.l10n.t('Reading the classifier'), signal, async (cancelled) => {
        const { readClassifierWeights } = await import('../explain/readClassifier');
        const limitBytes = readSettings(document.uri).classifierWeightsLimitBytes;
        return readClassifierWeights(await document.explainer(), limitBytes, cancelled);
      }),
    mapChoices: ({ target }) => findMapChoices(document, target),
    readTarget: ({ text }) => readTargetText(document, text),
    pickMask: async () => ({ path: await pickMask(document.uri) }),
    explainLayer: (params, signal) =>
      tasks.run(vscode.l10n.t('Running {0}', name), signal, (cancelled, report) =>
        inTurn(cancelled, () => drawAtLayer(document, log, params, { signal: cancelled, report, readTarget })),
      ),
  };
}

/** Once for each reading of the model and each value explained, however many pages ask. */
const choicesOf = new WeakMap<ModelAnalysis, Map<string | null, Promise<MapChoices>>>();

async function findMapChoices(document: ModelDocument, target: TargetChoice | null): Promise<MapChoices> {
  const [analysis, { listMapChoices }] = await Promise.all([document.analysis(), import('../cam/mapChoices')]);
  const { model, index, inferred, heads } = analysis;
  const known = choicesOf.get(analysis) ?? new Map<string | null, Promise<MapChoices>>();
  const key = target && (target.output ?? '');
  const choices = known.get(key) ?? listMapChoices(model, index, inferred, heads[0], target);
  choicesOf.set(analysis, known.set(key, choices));
  return choices;
}

/**
 * One after the other: the explainer keeps one extended model loaded, and would let it go under a request that still
 * uses it.
 */
function createTurns() {
  let previous: Promise<unknown> = Promise.resolve();
  return <Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> => {
    const turn = previous.then(() => {
      if (signal.aborted) {
        throw new UserError('cancelled', vscode.l10n.t('Stopped before it began.'));
      }
      return work();
    });
    previous = turn.catch(() => undefined);
    return turn;
  };
}

async function explain(
  document: ModelDocument,
  log: vscode.LogOutputChannel,
  imageId: string,
  classes: readonly number[],
  signal: AbortSignal,
): Promise<Explanation> {
  const image = findImage(document, imageId);
  const [explainer, { explainImage }] = await Promise.all([document.explainer(), import('../explainImage')]);
  const preprocessing = await readPreprocessing(document, image.path);
  const explanation = await explainImage(explainer, image, { classes, preprocessing, signal });
  logTimes(log, `Explained ${image.path} by ${document.name}`, explanation);
  return explanation;
}

interface DrawTools {
  readonly signal: AbortSignal;
  readonly report: ReportFraction;
  readonly readTarget: TargetReader;
}

async function drawAtLayer(
  document: ModelDocument,
  log: vscode.LogOutputChannel,
  { imageId, method: id, target: stated, ...choice }: RequestParams<'explainLayer'>,
  { signal, report, readTarget }: DrawTools,
): Promise<LayerExplanation> {
  const image = findImage(document, imageId);
  const [explainer, { explainLayer }, { findMethod }] = await Promise.all([
    document.explainer(),
    import('../explainLayer'),
    import('../cam/methods'),
  ]);
  const method = findMethod(id);
  if (method.kind === 'exact') {
    throw new UserError('badArgument', vscode.l10n.t('{0} draws at no layer but its own.', method.name));
  }
  const preprocessing = await readPreprocessing(document, image.path);
  const target = stated === null ? {} : { target: await readTarget(explainer, stated, preprocessing, signal) };
  const explanation = await explainLayer(explainer, image, {
    ...choice,
    ...target,
    method,
    preprocessing,
    signal,
    onProgress: report,
  });
  logTimes(log, `Drew ${image.path} by ${document.name}, ${method.name} at ${explanation.layer}`, explanation);
  return explanation;
}

function findImage({ images }: ModelDocument, imageId: string): { readonly id: string; readonly path: string } {
  const item = images.items.find(({ id }) => id === imageId);
  if (item === undefined) {
    throw new UserError(
      'fileNotFound',
      vscode.l10n.t('The image {0} is not in the list any more: add it again.', imageId),
    );
  }
  return { id: item.id, path: item.id };
}

/** A ready input tensor needs no preprocessing, so a model that takes no pictures can still be explained. */
async function readPreprocessing(document: ModelDocument, image: string): Promise<Preprocessing | null> {
  const preprocessing = document.settings().then((settings) => settings.preprocessing);
  return isInputTensor(image) ? preprocessing.catch(() => null) : preprocessing;
}

function logTimes(log: vscode.LogOutputChannel, what: string, { elapsedMs }: Pick<Explanation, 'elapsedMs'>): void {
  log.info(`${what}: read in ${Math.round(elapsedMs.decode)} ms, run in ${Math.round(elapsedMs.run)} ms`);
}
