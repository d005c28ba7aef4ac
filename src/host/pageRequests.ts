import { basename } from 'node:path';
import * as vscode from 'vscode';
import { isInputTensor } from '../image/inputTensor';
import type { RequestHandlers } from '../protocol/channel';
import type { Explanation } from '../protocol/explanation';
import type { RequestResult } from '../protocol/messages';
import { UserError } from '../userError';
import { isImage, toLocalFile } from './imageList';
import { createMeasureHandlers } from './measureRequests';
import type { ModelDocument } from './modelDocument';
import { pickImages } from './pickImages';
import { saveBytes } from './saveBytes';
import { readSettings } from './settings';
import { openSettingsFile } from './settingsFile';
import { createTensorHandlers } from './tensorRequests';

/** Answers to what a page of this model may ask. */
export function createRequestHandlers(document: ModelDocument, log: vscode.LogOutputChannel): RequestHandlers {
  return {
    pickImages: async () => ({ added: document.addImages(await pickImages(document.uri)) }),
    addImages: ({ uris }) => Promise.resolve(addDropped(document, uris)),
    explain: ({ imageId, classes }, signal) =>
      document.tasks.run(vscode.l10n.t('Running {0}', document.name), signal, (cancelled) =>
        explain(document, log, imageId, classes, cancelled),
      ),
    classifierWeights: (_, signal) =>
      document.tasks.run(vscode.l10n.t('Reading the classifier'), signal, async (cancelled) => {
        const { readClassifierWeights } = await import('../explainImage');
        const limitBytes = readSettings(document.uri).classifierWeightsLimitBytes;
        return readClassifierWeights(await document.explainer(), limitBytes, cancelled);
      }),
    ...createMeasureHandlers(document),
    ...createTensorHandlers(document),
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

function addDropped(document: ModelDocument, addresses: readonly string[]): RequestResult<'addImages'> {
  const dropped = addresses.map((address) => ({ address, uri: toLocalFile(address) }));
  const images = dropped.flatMap(({ uri }) => (uri !== null && isImage(uri) ? [uri] : []));
  const refused = dropped.filter(({ uri }) => uri === null || !isImage(uri));
  return {
    added: document.addImages(images),
    refused: refused.map(({ address, uri }) => (uri === null ? address : basename(uri.path))),
  };
}

async function explain(
  document: ModelDocument,
  log: vscode.LogOutputChannel,
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
  const [explainer, { explainImage }] = await Promise.all([document.explainer(), import('../explainImage')]);
  // A ready input tensor needs no preprocessing, so a model that takes no pictures can still be explained.
  const settings = document.settings();
  const preprocessing = isInputTensor(item.id)
    ? await settings.then(
        ({ preprocessing }) => preprocessing,
        () => null,
      )
    : (await settings).preprocessing;
  const image = { id: item.id, path: item.id };
  const explanation = await explainImage(explainer, image, { classes, preprocessing, signal });
  const { decode, run } = explanation.elapsedMs;
  log.info(`Explained ${item.id} by ${document.name}: read in ${Math.round(decode)} ms, run in ${Math.round(run)} ms`);
  return explanation;
}
