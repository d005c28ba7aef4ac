import type { ModelAnalysis } from '../inspectModel';
import type { FailedImage } from '../protocol/imageSeries';
import { UserError } from '../userError';

/** More at once saves little on a CPU, and takes memory. */
const MOST_IMAGES = 16;
/** For the activations of a batch, by the graph's own shapes. */
const ACTIVATION_BYTES = 512e6;
/** Largest difference of an answer alone and in a batch, relative to its largest number: sums in another order. */
const BATCH_TOLERANCE = 1e-3;

export interface BatchItem<Image> {
  readonly image: Image;
  /** null for an image that was answered for. */
  readonly failure: FailedImage | null;
}

/** What is done with several images at once. */
export interface BatchWork<Image, Item extends BatchItem<Image>> {
  /** One item per image of the batch. `next`: images of the batch after it, read while this one runs. */
  run(batch: readonly Image[], next: readonly Image[]): Promise<readonly Item[]>;
  fail(image: Image, failure: FailedImage): Item;
  /** Numbers that are the same in a batch as alone; null for an image without. */
  readAnswer(item: Item): Float32Array | null;
  release(): Promise<void>;
}

export interface BatchOptions {
  /** Images at once where the model leaves that open; null: as many as memory suggests. */
  readonly batch: number | null;
  /** Told what else the user should know, in sentences. */
  readonly tell?: ((sentence: string) => void) | undefined;
}

/** Runs a model on several images at once as long as it answers then as it does for each alone. */
export class BatchRunner<Image, Item extends BatchItem<Image>> {
  readonly #work: BatchWork<Image, Item>;
  readonly #options: BatchOptions;
  /** Images that the model takes at once where that cannot be chosen. */
  readonly #fixed: number | null;
  #size: number;
  /** Whether an image is known to be answered for in a batch as it is alone. */
  #isChecked: boolean;

  constructor(work: BatchWork<Image, Item>, analysis: ModelAnalysis, options: BatchOptions) {
    this.#work = work;
    this.#options = options;
    this.#fixed = findFixedBatch(analysis);
    this.#size = this.#fixed ?? options.batch ?? chooseBatch(analysis);
    this.#isChecked = this.#fixed !== null;
    if (this.#fixed !== null && options.batch !== null && options.batch !== this.#fixed) {
      options.tell?.(`The model takes exactly ${this.#fixed} at once: a batch of ${options.batch} is not possible.`);
    }
  }

  /** Images that the next batch should have. */
  get size(): number {
    return this.#size;
  }

  /** As `BatchWork.run`, but an image that the model refuses is an item too. */
  async run(batch: readonly Image[], next: readonly Image[]): Promise<readonly Item[]> {
    let items: readonly Item[];
    try {
      items = await this.#work.run(batch, next);
    } catch (error) {
      return this.#findRefused(batch, error);
    }
    if (await this.#isAnsweredAlike(batch, items)) {
      return items;
    }
    this.#goOnAlone('The model answers otherwise for an image in a batch than for the image alone.');
    return this.#runAlone(batch);
  }

  release(): Promise<void> {
    return this.#work.release();
  }

  /** A batch failed as a whole: which images are to blame, or is it the batch itself? */
  async #findRefused(batch: readonly Image[], error: unknown): Promise<readonly Item[]> {
    if (!(error instanceof UserError) || !['inferenceFailed', 'inferenceStopped'].includes(error.code)) {
      throw error;
    }
    if (batch.length === 1) {
      return [this.#toFailedItem(batch[0], error)];
    }
    const items = await this.#runAlone(batch);
    if (this.#fixed === null && items.every(({ failure }) => failure?.code !== error.code)) {
      this.#goOnAlone(`The model does not run on ${batch.length} images at once (${error.message})`);
    }
    return items;
  }

  /** For good: what went wrong once would again. */
  #goOnAlone(why: string): void {
    this.#size = 1;
    this.#isChecked = true;
    this.#options.tell?.(`${why} Images are run one by one.`);
  }

  async #runAlone(batch: readonly Image[]): Promise<Item[]> {
    const items: Item[] = [];
    for (const image of batch) {
      const run = this.#work.run([image], []);
      items.push(...(await run.catch((error: unknown) => [this.#toFailedItem(image, error)])));
    }
    return items;
  }

  /** Compared once: a graph may mix the images of a batch although it declares their number free. */
  async #isAnsweredAlike(batch: readonly Image[], items: readonly Item[]): Promise<boolean> {
    const first = items.findIndex(({ failure }) => failure === null);
    if (this.#isChecked || first < 0 || items.length === 1) {
      return true;
    }
    this.#isChecked = true;
    const [alone] = await this.#work.run([batch[first]], []);
    return isSameAnswer(this.#work.readAnswer(items[first]), this.#work.readAnswer(alone));
  }

  #toFailedItem(image: Image, error: unknown): Item {
    if (!(error instanceof UserError) || error.code === 'cancelled') {
      throw error;
    }
    return this.#work.fail(image, { code: error.code, message: error.message });
  }
}

/**
 * All images batch by batch, in order: the next one is read and run while the caller deals with the last, and no more
 * than these two are in memory, however many images there are and however slow the caller is.
 */
export async function* runInBatches<Image, Item extends BatchItem<Image>>(
  runner: BatchRunner<Image, Item>,
  images: Iterable<Image> | AsyncIterable<Image>,
): AsyncGenerator<readonly Item[], void, undefined> {
  const queue = createQueue(images);
  const begin = async (): Promise<{ readonly run: Promise<readonly Item[]> } | null> => {
    const batch = await queue.take(runner.size);
    if (batch.length === 0) {
      return null;
    }
    const run = runner.run(batch, await queue.look(runner.size));
    // Awaited later: until then its failure is nobody's yet.
    run.catch(() => undefined);
    return { run };
  };
  try {
    // The first batch may change the size of those after it.
    const first = await begin();
    const items = await first?.run;
    let ahead = await begin();
    yield items ?? [];
    while (ahead !== null) {
      const current = ahead;
      ahead = await begin();
      yield await current.run;
    }
  } finally {
    await runner.release();
  }
}

function createQueue<Image>(images: Iterable<Image> | AsyncIterable<Image>) {
  const source = Symbol.asyncIterator in images ? images[Symbol.asyncIterator]() : images[Symbol.iterator]();
  const waiting: Image[] = [];
  const look = async (count: number): Promise<readonly Image[]> => {
    while (waiting.length < count) {
      const result = await source.next();
      if (result.done === true) {
        break;
      }
      waiting.push(result.value);
    }
    return waiting.slice(0, count);
  };
  const take = async (count: number): Promise<readonly Image[]> => {
    await look(count);
    return waiting.splice(0, count);
  };
  return { look, take };
}

/** Images that the model's input takes at once; null where that is open. */
export function findFixedBatch({ model }: ModelAnalysis): number | null {
  const batch = model.graph.inputs[0]?.shape?.[0];
  return typeof batch === 'number' && batch > 0 ? batch : null;
}

function chooseBatch({ report, details }: ModelAnalysis): number {
  const bytes = details().peakActivation?.bytes ?? 0;
  const bound = report.inputs[0]?.shape?.[0];
  const perImage = bytes / (typeof bound === 'number' && bound > 0 ? bound : 1);
  return Math.max(1, Math.min(MOST_IMAGES, Math.floor(ACTIVATION_BYTES / Math.max(1, perImage))));
}

function isSameAnswer(one: Float32Array | null, other: Float32Array | null): boolean {
  if (one === null || other === null) {
    return false;
  }
  const largest = other.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return one.every((value, index) => Math.abs(value - other[index]) <= BATCH_TOLERANCE * largest);
}
