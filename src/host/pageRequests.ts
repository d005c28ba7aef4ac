import * as vscode from 'vscode';
import type { RequestHandlers } from '../protocol/channel';
import type { Explanation } from '../protocol/explanation';
import { UserError } from '../userError';
import { toLocalFile } from './imageList';
import type { ModelDocument } from './modelDocument';
import { pickImages } from './pickImages';
import { saveBytes } from './saveBytes';
import { readSettings } from './settings';
import { openSettingsFile } from './settingsFile';
import { createTaskQueue } from './taskQueue';

/** Answers to what a page of this model may ask. */
export function createRequestHandlers(document: ModelDocument, log: vscode.LogOutputChannel): RequestHandlers {
  const enqueue = createTaskQueue();
  return {
    pickImages: async () => ({ added: document.addImages(await pickImages(document.uri)) }),
    addImages: ({ uris }) =>
      Promise.resolve({ added: document.addImages(uris.map(toLocalFile).filter((uri) => uri !== null)) }),
    explain: ({ imageId, classes }, signal) =>
      document.tasks.run(vscode.l10n.t('Running {0}', document.name), signal, (cancelled) =>
        enqueue(() => explain(document, imageId, classes, cancelled), cancelled),
      ),
    classifierWeights: (_, signal) =>
      document.tasks.run(vscode.l10n.t('Reading the classifier'), signal, (cancelled) =>
        enqueue(async () => {
          const { readClassifierWeights } = await import('../explainImage');
          const limitBytes = readSettings(document.uri).classifierWeightsLimitBytes;
          return readClassifierWeights(await document.analysis(), limitBytes, await document.client(), cancelled);
        }, cancelled),
      ),
    tensorStatistics: ({ name }, signal) =>
      document.tasks.run(vscode.l10n.t('Reading {0}', name), signal, async (cancelled) => {
        const { readTensorStatistics } = await import('../analysis/tensorStatistics');
        return readTensorStatistics((await document.analysis()).model, name, cancelled);
      }),
    saveFile: async ({ name, bytes }) => ({ path: await saveBytes(document.uri, name, bytes) }),
    copyText: async ({ text }) => {
      await vscode.env.clipboard.writeText(text);
      return {};
    },
    editSettings: async () => {
      await openSettingsFile(await document.settings());
      return {};
    },
    reload: async () => {
      await document.reload();
      return {};
    },
    bindShapes: async ({ shapes }) => {
      await document.bindShapes(shapes);
      return {};
    },
    showLog: () => {
      log.show();
      return Promise.resolve({});
    },
  };
}

async function explain(
  document: ModelDocument,
  imageId: string,
  classes: readonly number[],
  signal: AbortSignal,
): Promise<Explanation> {
  const item = document.images.items.find(({ id }) => id === imageId);
  if (item === undefined) {
    throw new UserError(
      'fileNotFound',
      vscode.l10n.t('The image {0} is not in the list any more: add it again.', imageId),
    );
  }
  const client = await document.client();
  const [{ explainImage }, analysis, settings] = await Promise.all([
    import('../explainImage'),
    document.analysis(),
    document.settings(),
  ]);
  return explainImage(
    { analysis, client, preprocessing: settings.preprocessing },
    { id: item.id, path: item.id },
    { classes, signal },
  );
}
