import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { RequestHandlers } from '../protocol/channel';
import type { RequestResult } from '../protocol/messages';
import { createGalleryHandlers } from './galleryRequests';
import { isImage, toLocalFile } from './imageList';
import { createFitHandlers } from './fitRequests';
import { createGraphHandlers } from './graphRequests';
import { createHeadHandlers } from './headRequests';
import { createMapHandlers } from './mapRequests';
import { createMeasureHandlers } from './measureRequests';
import type { ModelDocument } from './modelDocument';
import { pickImages } from './pickImages';
import { asking } from './questions';
import { saveBytes } from './saveBytes';
import { openSettingsFile } from './settingsFile';
import { createSwapHandlers } from './swapRequests';
import { createTensorHandlers } from './tensorRequests';

/** Answers to what a page of this model may ask. */
export function createRequestHandlers(document: ModelDocument, log: vscode.LogOutputChannel): RequestHandlers {
  return {
    pickImages: async () => {
      const images = await asking((questions) => pickImages(questions, document.uri));
      return { added: document.addImages(images) };
    },
    addImages: ({ uris }) => Promise.resolve(addDropped(document, uris)),
    ...createGraphHandlers(document),
    ...createHeadHandlers(document),
    ...createSwapHandlers(document),
    ...createFitHandlers(document),
    ...createMapHandlers(document, log),
    ...createMeasureHandlers(document),
    ...createTensorHandlers(document),
    ...createGalleryHandlers(document, log),
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
