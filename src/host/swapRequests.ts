import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ModelAnalysis } from '../inspectModel';
import type { HeadSwap } from '../swapHead';
import type { RequestHandlers } from '../protocol/channel';
import type { HeadData, SwapPair, SwapPreview, SwapRequest } from '../protocol/headWork';
import { UserError } from '../userError';
import type { FittedData, FitDataOptions } from './fitData';
import { fitToData, tellOf } from './fitData';
import type { HeadSettings } from './headData';
import { nameWithHead, readHeadSettings } from './headData';
import { LatestWork } from './latestWork';
import type { ModelDocument } from './modelDocument';
import { askTarget } from './saveBytes';

type SwapHandlers = Pick<RequestHandlers, 'swapChoices' | 'proposeSwap' | 'latestSwap' | 'saveSwap'>;

/** A swap that was worked out and may be saved. */
interface Proposed {
  readonly swap: HeadSwap;
  readonly settings: HeadSettings;
  /** Of a head that was fitted to labels. */
  readonly labels: readonly string[] | null;
}

interface Previewed {
  readonly proposed: Proposed;
  readonly preview: SwapPreview;
  /** The reading of the model that was asked about. */
  readonly model: ModelAnalysis;
}

/** Swapping a head: what can be done, what it would change, and saving it; the latest preview is kept for that. */
export function createSwapHandlers(document: ModelDocument): SwapHandlers {
  const { tasks, name } = document;
  const latest = new LatestWork<Previewed>();
  let count = 0;
  return {
    swapChoices: async ({ head }) => {
      const [{ heads }, { listSwapMethods }] = await Promise.all([document.analysis(), import('../head/swapMethods')]);
      return listSwapMethods(heads[head] ?? heads[0]);
    },
    proposeSwap: async (request, signal) => {
      const label = vscode.l10n.t('Working out another head for {0}', name);
      const { preview } = await tasks.run(label, signal, (cancelled, report) =>
        latest.run(cancelled, async (ended) => {
          const model = await document.analysis();
          const proposed = await propose(document, request, { signal: ended, tell: tellOf(document, 'swap', report) });
          return {
            proposed,
            model,
            preview: { id: ++count, request, ...(await toPreview(document, proposed, ended)) },
          };
        }),
      );
      return preview;
    },
    latestSwap: async (_, signal) => {
      const found = await latest.wait(signal);
      return { preview: found === null || found.model !== (await document.analysis()) ? null : found.preview };
    },
    saveSwap: async ({ id }, signal) => {
      if (latest.result?.preview.id !== id) {
        throw new UserError(
          'badArgument',
          vscode.l10n.t('This preview is no longer the latest: preview the swap again.'),
        );
      }
      const { swap, settings, labels } = latest.result.proposed;
      const target = await askTarget(document.uri, nameWithHead(document.uri, swap.proposal.target));
      if (target === null) {
        return { path: null };
      }
      await tasks.run(vscode.l10n.t('Saving {0}', basename(target.fsPath)), signal, async (cancelled) => {
        const [runner, { saveSwap }] = await Promise.all([document.runner(), import('../swapHead')]);
        const metadata = { labels: labels ?? settings.ownLabels, preprocessing: settings.sure };
        await saveSwap(runner, swap, target.fsPath, { ...metadata, signal: cancelled });
      });
      const opened = await document.services.show(target);
      opened.pages.requestView('head');
      opened.addImages(document.images.items.map((image) => vscode.Uri.file(image.id)));
      return { path: target.fsPath };
    },
  };
}

/** Of the worst images, so many get maps. */
const MAPS = 6;

async function propose(
  document: ModelDocument,
  { head, target, method, data }: SwapRequest,
  options: FitDataOptions,
): Promise<Proposed> {
  const [explainer, { proposeSwap }] = await Promise.all([document.explainer(), import('../swapHead')]);
  const listed = await listImages(document, data);
  const settings = await readHeadSettings(document, listed);
  const fitted = method === 'fit' ? await fitFor(document, { head, target, data }, options) : null;
  const labels = fitted?.dataset.classes ?? null;
  const swap = await proposeSwap(explainer, {
    ...{ target, method, headIndex: head, mapCount: MAPS, signal: options.signal },
    fitted: fitted?.fitted.heads[0].head ?? null,
    // Logits of other classes are not to be compared.
    images: labels !== null && labels.join('\n') !== settings.labels?.join('\n') ? [] : listed,
    preprocessing: settings.preprocessing,
    onProgress: (done, total) =>
      options.tell({ text: `Both heads: ${done} of ${total} images`, fraction: total === 0 ? null : done / total }),
  });
  return { swap, settings, labels };
}

async function listImages(document: ModelDocument, data: HeadData | null): Promise<readonly string[]> {
  if (data === null) {
    // The id of an image is its path.
    return document.images.items.map(({ id }) => id);
  }
  const { readImageList } = await import('../fit/readDataset');
  return (await readImageList(data.path)).map(({ path }) => path);
}

function fitFor(
  document: ModelDocument,
  { head, target, data }: Pick<SwapRequest, 'head' | 'target' | 'data'>,
  options: FitDataOptions,
): Promise<FittedData> {
  if (head !== 0 || data === null) {
    throw new UserError(
      'badArgument',
      head === 0
        ? vscode.l10n.t(
            'Fitting needs labels: choose a folder of folders named as the classes, or a CSV file (path,label).',
          )
        : vscode.l10n.t('Fitting works on the main head only: choose it at the top of the view.'),
    );
  }
  return fitToData(document, { data, kinds: [target], penalty: 1, seed: 0 }, options);
}

async function toPreview(
  document: ModelDocument,
  { swap, settings, labels }: Proposed,
  signal: AbortSignal,
): Promise<Omit<SwapPreview, 'id' | 'request'>> {
  const { client } = await document.runner();
  const { preprocessing } = settings;
  const pairs: SwapPair[] = [];
  for (const maps of swap.maps) {
    const request = { image: maps.image, preprocessing, size: THUMBNAIL_PIXELS, signal };
    pairs.push({ ...maps, picture: await client.makeThumbnail(request).catch(() => null) });
  }
  const input = preprocessing && { height: preprocessing.height, width: preprocessing.width };
  return { proposal: swap.proposal, labels, pairs, input };
}

const THUMBNAIL_PIXELS = 160;
