import { basename, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { RequestHandlers } from '../protocol/channel';
import type { FitAnswer, FitRequest } from '../protocol/headWork';
import { UserError } from '../userError';
import type { FittedData } from './fitData';
import { fitToData, tellOf } from './fitData';
import { nameWithHead, pickHeadData } from './headData';
import { LatestWork } from './latestWork';
import type { ModelDocument } from './modelDocument';
import { askTarget } from './saveBytes';

type FitHandlers = Pick<RequestHandlers, 'chooseHeadData' | 'fitHead' | 'latestFit' | 'saveFittedHead'>;

/** Fitting heads to labelled images; the latest fit is kept until the model is closed, so that it can be saved. */
export function createFitHandlers(document: ModelDocument): FitHandlers {
  const { tasks, name } = document;
  const latest = new LatestWork<Fit>();
  return {
    chooseHeadData: async ({ kind }) => ({ data: await pickHeadData(document.uri, kind) }),
    fitHead: async (request, signal) => {
      const fit = await tasks.run(vscode.l10n.t('Fitting a head for {0}', name), signal, (cancelled, report) =>
        latest.run(cancelled, async (ended) => {
          const data = await fitToData(document, request, { signal: ended, tell: tellOf(document, 'fit', report) });
          return { data, request };
        }),
      );
      return toAnswer(fit);
    },
    latestFit: async (_, signal) => {
      const fit = await latest.wait(signal);
      return { fit: fit === null || fit.data.model !== (await document.analysis()) ? null : toAnswer(fit) };
    },
    saveFittedHead: async ({ kind }, signal) => {
      if (latest.result === null) {
        throw new UserError('badArgument', vscode.l10n.t('There is no fitted head to save: fit one first.'));
      }
      const { data, request } = latest.result;
      const target = await askTarget(document.uri, nameWithHead(document.uri, kind));
      if (target === null) {
        return { path: null };
      }
      const label = vscode.l10n.t('Saving {0}', basename(target.fsPath));
      await tasks.run(label, signal, (cancelled) => save(document, data, request, { kind, target, signal: cancelled }));
      await openFitted(document, target, data.examples);
      return { path: target.fsPath };
    },
  };
}

interface Fit {
  readonly data: FittedData;
  readonly request: FitRequest;
}

function toAnswer({ data, request }: Fit): FitAnswer {
  return { request, report: data.fitted.report };
}

interface SaveChoice {
  readonly kind: 'gap' | 'fc';
  readonly target: vscode.Uri;
  readonly signal: AbortSignal;
}

/** The record in the file's metadata is that of `headlight fit`. */
async function save(
  document: ModelDocument,
  { fitted, analysis, preprocessing }: FittedData,
  { data }: FitRequest,
  { kind, target, signal }: SaveChoice,
): Promise<void> {
  const [{ client }, { saveFittedHead }] = await Promise.all([document.runner(), import('../head/saveFittedHead')]);
  const chosen = fitted.heads.find(({ fit }) => fit.kind === kind);
  if (chosen === undefined) {
    throw new UserError('badArgument', vscode.l10n.t('No {0} head was fitted: fit one first.', kind));
  }
  const { classes, images, split } = fitted.report;
  const { penalty, train, validation, iterations } = chosen.fit;
  const scores = { trainAccuracy: train.accuracy, validationAccuracy: validation.accuracy };
  const counts = { train: images.train, validation: images.validation };
  const record = {
    method: 'fit',
    kind,
    data: resolve(data.path),
    images: counts,
    ...split,
    penalty,
    iterations,
    ...scores,
  };
  await saveFittedHead(analysis, chosen.head, target.fsPath, {
    client,
    labels: classes,
    preprocessing,
    record,
    signal,
  });
}

/** With an image of each class that no head was fitted to: maps of the new classes are there at once. */
async function openFitted(document: ModelDocument, model: vscode.Uri, examples: readonly string[]): Promise<void> {
  const opened = await document.services.show(model);
  opened.pages.requestView('cam');
  opened.addImages(examples.map((path) => vscode.Uri.file(path)));
}
