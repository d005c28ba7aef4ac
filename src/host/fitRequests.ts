import { basename, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { RequestHandlers } from '../protocol/channel';
import type { FitRequest } from '../protocol/headWork';
import { UserError } from '../userError';
import type { FittedData } from './fitData';
import { fitToData } from './fitData';
import { nameWithHead, pickHeadData } from './headData';
import type { ModelDocument } from './modelDocument';
import { askTarget } from './saveBytes';

type FitHandlers = Pick<RequestHandlers, 'chooseHeadData' | 'fitHead' | 'saveFittedHead'>;

/** Fitting heads to labelled images; the latest fit is kept until the model is closed, so that it can be saved. */
export function createFitHandlers(document: ModelDocument): FitHandlers {
  const { tasks, name } = document;
  let latest: { readonly data: FittedData; readonly request: FitRequest } | null = null;
  return {
    chooseHeadData: async ({ kind }) => ({ data: await pickHeadData(document.uri, kind) }),
    fitHead: (request, signal) =>
      tasks.run(vscode.l10n.t('Fitting a head for {0}', name), signal, async (cancelled, report) => {
        const data = await fitToData(document, request, {
          signal: cancelled,
          tell: (progress) => {
            document.pages.send({ type: 'headAdvanced', work: 'fit', progress });
            report(progress.fraction ?? 1);
          },
        });
        latest = { data, request };
        return data.fitted.report;
      }),
    saveFittedHead: async ({ kind }, signal) => {
      if (latest === null) {
        throw new UserError('badArgument', vscode.l10n.t('There is no fitted head to save: fit one first.'));
      }
      const { data, request } = latest;
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
  const [{ client }, { saveFittedHead }] = await Promise.all([document.runner(), import('../saveFittedHead')]);
  const chosen = fitted.heads.find(({ fit }) => fit.kind === kind);
  if (chosen === undefined) {
    throw new UserError('badArgument', vscode.l10n.t('No {0} head was fitted: fit one first.', kind));
  }
  const { classes, images, split } = fitted.report;
  const { penalty, train, validation, iterations } = chosen.fit;
  const scores = { trainAccuracy: train.accuracy, validationAccuracy: validation.accuracy };
  const counts = { train: images.train, validation: images.validation };
  const record = { method: 'fit', kind, data: resolve(data), images: counts, ...split, penalty, iterations, ...scores };
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
