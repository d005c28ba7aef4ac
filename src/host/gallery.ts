import { findReceptiveField } from '../analysis/receptiveFields';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { CamMethod } from '../cam/camMethod';
import type { Explainer } from '../explain/explainer';
import type { GalleryCell, GallerySide } from '../protocol/gallery';
import type { HostToWebview, ModelSettings } from '../protocol/messages';
import { UserError } from '../userError';
import type { GallerySubject } from './galleryRun';
import { GalleryRun } from './galleryRun';
import type { Tasks } from './taskProgress';

/** What is explained: a folder, or a pattern below a folder. */
export interface GallerySource {
  readonly path: string;
  /** For display. */
  readonly name: string;
}

/** A model that a series is explained by. */
export interface GalleryModel {
  readonly name: string;
  readonly explainer: Explainer;
  readonly settings: ModelSettings;
  /** Ends what belongs to this series alone. */
  readonly dispose?: () => void;
}

/** Journals that are kept: the longer ago one was used, the sooner it goes. */
const KEPT_JOURNALS = 30;
const THUMBNAIL_PIXELS = 112;
/** A page asks for what it shows; more at once would hold up the model. */
const MOST_CELLS = 64;

/** The gallery of one model: a series of images, and at most one other series on the same images to compare with. */
export class Gallery {
  readonly #runs = new Map<GallerySide, GalleryRun>();
  readonly #stops = new Map<GallerySide, AbortController>();
  readonly #working = new Map<GallerySide, Promise<void>>();
  #lastId = 0;
  #source: GallerySource | null = null;

  constructor(
    private readonly storage: string,
    private readonly tasks: Tasks,
    private readonly send: (event: HostToWebview) => void,
  ) {}

  get source(): GallerySource | null {
    return this.#source;
  }

  get main(): GalleryRun | undefined {
    return this.#runs.get('main');
  }

  run(side: GallerySide): GalleryRun | undefined {
    return this.#runs.get(side);
  }

  /** Everything that a page needs, when it says `ready`. */
  resend(send: (event: HostToWebview) => void): void {
    for (const [side, run] of this.#runs) {
      send({ type: 'galleryChanged', side, series: run.series });
      send({ type: 'galleryAdvanced', side, id: run.series.id, from: 0, rows: run.rows });
    }
  }

  /** Explains the images of a source and resolves when that ended, however it ended; rejects when it cannot begin. */
  async start(side: GallerySide, source: GallerySource, model: GalleryModel, method?: CamMethod): Promise<void> {
    await this.drop('other');
    if (side === 'main') {
      await this.drop('main');
      this.#source = source;
    }
    const subject = await this.#prepare(source, model, method);
    const run: GalleryRun = new GalleryRun(subject, {
      changed: (series) => this.send({ type: 'galleryChanged', side, series }),
      advanced: (rows, done) =>
        this.send({ type: 'galleryAdvanced', side, id: subject.series.id, from: done - rows.length, rows }),
    });
    this.#runs.set(side, run);
    await this.resume(side);
  }

  async resume(side: GallerySide): Promise<void> {
    const run = this.#runs.get(side);
    if (run === undefined || this.#stops.has(side)) {
      return;
    }
    const stop = new AbortController();
    this.#stops.set(side, stop);
    try {
      const { source, model } = run.series;
      const label = vscode.l10n.t('Explaining {0} with {1}', source, model);
      const working = this.tasks.run(label, stop.signal, (signal, report) => run.work(signal, report));
      this.#working.set(side, working);
      await working;
    } finally {
      this.#stops.delete(side);
      await dropOldJournals(this.storage);
    }
  }

  stop(side: GallerySide): void {
    this.#stops.get(side)?.abort();
  }

  async drop(side: GallerySide): Promise<void> {
    this.stop(side);
    const run = this.#runs.get(side);
    this.#runs.delete(side);
    if (run !== undefined) {
      // Its last lines go into the journal before that is closed.
      await this.#working.get(side)?.catch(() => undefined);
      this.send({ type: 'galleryChanged', side, series: null });
      await run.dispose();
    }
  }

  /** The process or the model is another one: what was explained does not belong to it. Journals stay. */
  async forget(): Promise<void> {
    await this.drop('other');
    await this.drop('main');
  }

  /** Small pictures and maps of the images that a page shows. */
  async readCells(ids: readonly string[], signal: AbortSignal): Promise<GalleryCell[]> {
    const main = this.main;
    const images = new Map(main?.subject.images.map((image) => [image.id, image]));
    const cells: GalleryCell[] = [];
    for (const id of ids.slice(0, MOST_CELLS)) {
      const image = images.get(id);
      if (main !== undefined && image !== undefined && !signal.aborted) {
        const { explainer, preprocessing } = main.subject;
        const request = { image: image.path, preprocessing, size: THUMBNAIL_PIXELS };
        const picture = await explainer.client.makeThumbnail(request).catch(() => null);
        const otherMap = (await this.run('other')?.readMap(id)) ?? null;
        cells.push({ id, picture, map: await main.readMap(id), otherMap });
      }
    }
    return cells;
  }

  async #prepare(source: GallerySource, model: GalleryModel, wanted: CamMethod | undefined): Promise<GallerySubject> {
    const [{ listImages }, { findMethod }, { createLayerExtension }, { isInputTensor }] = await Promise.all([
      import('../image/listImages'),
      import('../cam/methods'),
      import('../cam/layerExtension'),
      import('../image/inputTensor'),
    ]);
    const { explainer, settings, name } = model;
    const { images, hasClassFolders } = await listImages([source.path], '/');
    const { heads, model: read, index, inferred } = explainer.analysis;
    const [head] = heads;
    const method = wanted ?? findMethod(head.exact ? 'cam' : 'hirescam');
    const layer =
      method.kind === 'exact'
        ? (head.featureMap?.tensor ?? '')
        : createLayerExtension(read, index, inferred, head, { method, layer: null, isContrast: false, topCount: 1 })
            .layer.tensor;
    const { preprocessing, labels } = settings;
    const needsPreprocessing = images.some(({ path }) => !isInputTensor(path));
    return {
      ...(model.dispose === undefined ? {} : { dispose: model.dispose }),
      ...{ explainer, labels, method, layer, images, storage: this.storage },
      preprocessing: needsPreprocessing ? preprocessing : null,
      series: {
        ...{ id: ++this.#lastId, source: source.name, model: name, method: method.name, layer, hasClassFolders },
        unit: method.unit,
        total: images.length,
        receptiveField: findReceptiveField(explainer.analysis, layer),
        input: needsPreprocessing ? { height: preprocessing.height, width: preprocessing.width } : null,
      },
    };
  }
}

/** The folder, or what a pattern matches, as an absolute path; relative patterns start at the workspace. */
export function toSource(path: string, folder: string, name: string): GallerySource {
  if (path === '') {
    throw new UserError('badArgument', vscode.l10n.t('No folder and no pattern was given.'));
  }
  return {
    path: path.startsWith('/') || /^[a-z]:/i.test(path) ? path : join(folder, path),
    name: name || basename(path),
  };
}

async function dropOldJournals(storage: string): Promise<void> {
  const names = (await readdir(storage).catch(() => [])).filter((name) => name.endsWith('.jsonl'));
  const ages = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(join(storage, name)).catch(() => null))?.mtimeMs ?? 0 })),
  );
  const old = ages.sort((one, other) => other.time - one.time).slice(KEPT_JOURNALS);
  await Promise.all(old.map(({ name }) => rm(join(storage, name), { force: true })));
}
