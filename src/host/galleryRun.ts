import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CamMethod } from '../cam/camMethod';
import type { Explainer } from '../explain/explainer';
import type { AverageMap, GalleryRow, GallerySeries, GalleryState, MapValues } from '../protocol/gallery';
import type { ListedImage, SeriesRecord } from '../protocol/imageSeries';
import type { Preprocessing } from '../protocol/preprocessing';
import type { AverageBy } from '../series/averageMaps';
import type { Journal, JournalHeader } from '../series/journal';
import { toMessage } from '../protocol/errorMessage';

/** What is explained, and how. */
export interface GallerySubject {
  readonly explainer: Explainer;
  readonly preprocessing: Preprocessing | null;
  readonly labels: readonly string[] | null;
  readonly method: CamMethod;
  /** Tensor name. */
  readonly layer: string;
  readonly images: readonly ListedImage[];
  /** How the series is shown at first. */
  readonly series: Omit<GallerySeries, 'state' | 'notes'>;
  /** Ends what belongs to this series alone. */
  readonly dispose?: () => void;
  /** Folder for journals. */
  readonly storage: string;
}

export interface GalleryListener {
  changed(series: GallerySeries): void;
  advanced(rows: readonly GalleryRow[], done: number): void;
}

/** Rows told of at once when a journal is taken up again. */
const ROWS_AT_ONCE = 500;

/** One series of the gallery: works through its images and answers for those that are done, from the journal. */
export class GalleryRun {
  readonly subject: GallerySubject;
  readonly #listener: GalleryListener;
  readonly #rows: GalleryRow[] = [];
  readonly #notes: string[] = [];
  #state: GalleryState = 'running';
  #journal: Journal | null = null;

  constructor(subject: GallerySubject, listener: GalleryListener) {
    this.subject = subject;
    this.#listener = listener;
  }

  get series(): GallerySeries {
    return { ...this.subject.series, state: this.#state, notes: [...this.#notes] };
  }

  get rows(): readonly GalleryRow[] {
    return this.#rows;
  }

  /** Goes on where an earlier run of the same ended. Rejects as `explainImages` does; `cancelled` leaves it to be resumed. */
  async work(signal: AbortSignal, report: (fraction: number) => void): Promise<void> {
    this.#setState('running');
    try {
      const journal = await this.#open();
      await this.#explainRest(journal, signal, report);
      this.#setState('finished');
    } catch (error) {
      this.#setState(signal.aborted ? 'stopped' : 'failed', toMessage(error));
      throw error;
    }
  }

  async readMap(id: string): Promise<MapValues | null> {
    const { readMapValues } = await import('../series/toRecord');
    const record = (await this.#journal?.read(id)) ?? null;
    const map = record?.status === 'explained' ? record.maps[0] : undefined;
    const values = map === undefined ? null : readMapValues(map);
    return map === undefined || values === null ? null : { height: map.height, width: map.width, values };
  }

  async averageMaps(by: AverageBy): Promise<readonly AverageMap[]> {
    const [{ averageMaps }, { readJournal }] = await Promise.all([
      import('../series/averageMaps'),
      import('../series/journal'),
    ]);
    return this.#journal === null ? [] : averageMaps(readJournal(this.#journal.path), by);
  }

  async dispose(): Promise<void> {
    const journal = this.#journal;
    this.#journal = null;
    await journal?.close();
    this.subject.dispose?.();
  }

  /** The journal's name is what it answers to: the same question finds the same journal. */
  async #open(): Promise<Journal> {
    if (this.#journal !== null) {
      return this.#journal;
    }
    const [{ identifyModel, openJournal, readJournal }, { listExternalFiles }] = await Promise.all([
      import('../series/journal'),
      import('../onnx/externalData'),
    ]);
    const { explainer, preprocessing, labels, method, layer, images, series, storage } = this.subject;
    const { model } = explainer.analysis;
    const header: JournalHeader = {
      schema: 1,
      journal: 'headlight',
      model: await identifyModel(model, listExternalFiles(model)),
      preprocessing,
      subject: { method: method.id, layer, classes: [], topCount: 1, contrast: null },
      options: { labels: labels ?? [], source: series.source, folder: images[0]?.path ?? '' },
    };
    const name = createHash('sha256').update(JSON.stringify({ ...header, model: header.model.sha256 }));
    const journal = await openJournal(join(storage, `${name.digest('hex').slice(0, 24)}.jsonl`), header, true);
    this.#journal = journal;
    const wanted = new Set(images.map(({ id }) => id));
    let known: GalleryRow[] = [];
    for await (const record of readJournal(journal.path)) {
      if (wanted.has(record.image)) {
        known.push(toRow(record));
      }
      if (known.length === ROWS_AT_ONCE) {
        this.#add(known);
        known = [];
      }
    }
    this.#add(known);
    return journal;
  }

  async #explainRest(journal: Journal, signal: AbortSignal, report: (fraction: number) => void): Promise<void> {
    const [{ explainImages }, { toRecord }, { createTrueClasses }] = await Promise.all([
      import('../explainImages'),
      import('../series/toRecord'),
      import('../series/trueClasses'),
    ]);
    const { explainer, preprocessing, labels, method, layer, images } = this.subject;
    const classes = explainer.analysis.heads[0].classes ?? 0;
    const toTrueClass = createTrueClasses(labels === null ? null : { labels, names: null }, classes);
    const waiting = images.filter(({ id }) => !journal.done.has(id));
    const batches = explainImages(explainer, waiting, {
      ...{ method, layer, preprocessing, signal },
      ...{ topCount: 1, classes: [], contrast: null, batch: null, wantsPictures: false },
      tell: (sentence) => this.#notes.push(sentence),
    });
    for await (const items of batches) {
      const records = items.map((item) =>
        toRecord(item, {
          ...{ labels, keepsValues: true, files: new Map() },
          trueClass: toTrueClass(item.image.folder),
        }),
      );
      await journal.append(records);
      this.#add(records.map(toRow));
      report(this.#rows.length / images.length);
    }
  }

  #add(rows: readonly GalleryRow[]): void {
    if (rows.length > 0) {
      this.#rows.push(...rows);
      this.#listener.advanced(rows, this.#rows.length);
    }
  }

  #setState(state: GalleryState, note: string | null = null): void {
    this.#state = state;
    this.#notes.splice(0, this.#notes.length, ...(note === null ? this.#notes.slice() : [note]));
    this.#listener.changed(this.series);
  }
}

function toRow(record: SeriesRecord): GalleryRow {
  const isExplained = record.status === 'explained';
  const first = isExplained ? record.top[0] : undefined;
  const metrics = isExplained ? record.metrics : null;
  return {
    id: record.image,
    trueLabel: record.trueLabel,
    correct: metrics?.correct ?? null,
    classIndex: first?.class ?? null,
    label: first?.label ?? null,
    probability: first?.probability ?? null,
    error: metrics?.error ?? null,
    entropy: metrics?.entropy ?? null,
    residual: metrics?.residual ?? null,
    holds: metrics?.holds ?? null,
    borderEnergy: metrics?.borderEnergy ?? null,
    minimum: metrics?.minimum ?? null,
    maximum: metrics?.maximum ?? null,
    message: record.status === 'failed' ? record.message : null,
  };
}
