import * as vscode from 'vscode';
import type { RequestHandlers } from '../protocol/channel';
import { UserError } from '../userError';
import { toFailure } from './failure';
import type { GallerySource } from './gallery';
import { pickRivalMethod, pickRivalModel } from './galleryComparison';
import type { ModelDocument } from './modelDocument';
import { pickSource } from './pickSeries';
import { asking } from './questions';

type GalleryHandlers = Pick<
  RequestHandlers,
  | 'chooseGallery'
  | 'resumeGallery'
  | 'stopGallery'
  | 'galleryCells'
  | 'galleryAverages'
  | 'openGalleryImage'
  | 'compareGallery'
>;

/** What a page may ask about many images. */
export function createGalleryHandlers(document: ModelDocument, log: vscode.LogOutputChannel): GalleryHandlers {
  const { gallery } = document;
  return {
    chooseGallery: async () => {
      const source = await asking((questions) => pickSource(questions, document.uri));
      if (source !== null) {
        startGallery(document, source, log);
      }
      return { started: source !== null };
    },
    resumeGallery: ({ side }) => {
      inBackground(gallery.resume(side), log);
      return Promise.resolve({});
    },
    stopGallery: ({ side }) => {
      gallery.stop(side);
      return Promise.resolve({});
    },
    galleryCells: async ({ ids }, signal) => ({ cells: await gallery.readCells(ids, signal) }),
    galleryAverages: async ({ side, by }) => ({ averages: (await gallery.run(side)?.averageMaps(by)) ?? [] }),
    compareGallery: async ({ by }) => {
      const { source } = gallery;
      const rival =
        source === null ? null : await (by === 'method' ? pickRivalMethod(document) : pickRivalModel(document));
      if (source !== null && rival !== null) {
        inBackground(gallery.start('other', source, rival.model, rival.method), log);
      }
      return { started: rival !== null };
    },
    openGalleryImage: ({ id }) => {
      const image = gallery.main?.subject.images.find((one) => one.id === id);
      if (image !== undefined) {
        document.pages.requestView('cam');
        document.addImages([vscode.Uri.file(image.path)]);
      }
      return Promise.resolve({});
    },
  };
}

/** Shows the gallery and begins; what goes wrong is told of there and in a message. */
export function startGallery(document: ModelDocument, source: GallerySource, log: vscode.LogOutputChannel): void {
  document.pages.requestView('images');
  const start = async (): Promise<void> => {
    const [explainer, settings] = await Promise.all([document.explainer(), document.settings()]);
    await document.gallery.start('main', source, { name: document.name, explainer, settings });
  };
  inBackground(start(), log);
}

function inBackground(work: Promise<void>, log: vscode.LogOutputChannel): void {
  work.catch((error: unknown) => {
    if (!(error instanceof UserError && error.code === 'cancelled')) {
      void vscode.window.showErrorMessage(toFailure(error, log, vscode.l10n.t).message);
    }
  });
}
