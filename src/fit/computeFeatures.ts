import { stat } from 'node:fs/promises';
import { BatchRunner, runInBatches } from '../explain/batchRunner';
import type { FeatureItem, FeatureSource, UnknownImage } from './featureWork';
import { createFeatureWork } from './featureWork';
import { hashFiles } from './contentHash';
import type { FeatureJournal, ImageHash } from './featureJournal';
import type { FailedImage } from '../protocol/imageSeries';
import type { Preprocessing } from '../protocol/preprocessing';
import { UserError } from '../userError';

export interface ComputeOptions {
  /** How pictures are read; null when all images are ready input tensors (`.npy`). */
  readonly preprocessing: Preprocessing | null;
  /** Whether the whole map is wanted too, as a flatten + FC head needs it; channel means always are. */
  readonly withMaps: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: FeatureProgress) => void;
  /** Told what else the user should know, in sentences. */
  readonly tell?: (sentence: string) => void;
}

export interface FeatureProgress {
  readonly done: number;
  readonly total: number;
  /** Of those done: how many were known from an earlier run. */
  readonly reused: number;
}

/** An image that could not be read. */
export interface SkippedImage {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface Extraction extends FeatureSource {
  readonly pooled: FeatureJournal;
  readonly maps: FeatureJournal | null;
  readonly options: ComputeOptions;
}

export interface ComputedFeatures {
  /** By position in the list of images; null for those that were skipped. */
  readonly hashes: readonly (ImageHash | null)[];
  /** In the order of the list. */
  readonly skipped: readonly SkippedImage[];
  readonly computed: number;
}

/**
 * Appends features of the images that the journals do not have, each content once. Files are hashed one batch ahead of
 * being decoded, and decoded one batch ahead of being run. An image that cannot be read is left out; a model that cannot
 * be run ends it.
 */
export async function computeFeatures(extraction: Extraction, images: readonly string[]): Promise<ComputedFeatures> {
  const { analysis, options } = extraction;
  const account = createAccount(images, options);
  const runner = new BatchRunner<UnknownImage, FeatureItem>(createFeatureWork(extraction), analysis, {
    batch: null,
    tell: options.tell,
  });
  for await (const answers of runInBatches(runner, listUnknown(extraction, images, account))) {
    const items = await Promise.all(answers.map(checkUnchanged));
    await append(extraction, items);
    items.forEach(({ image, failure }) => account.settle(image.hash, failure));
  }
  return account.finish();
}

/** Hashes the images in turn and gives those that are to be computed. */
async function* listUnknown(
  { pooled, maps, options }: Extraction,
  images: readonly string[],
  account: Account,
): AsyncGenerator<UnknownImage, void> {
  for (const [position, path] of images.entries()) {
    if (options.signal?.aborted === true) {
      throw new UserError('cancelled', 'Computing features was stopped; those that are done are kept.');
    }
    const stamp = await stampFile(path);
    const hash = await hashFiles([path]).catch(() => null);
    if (hash === null) {
      account.skip(position, { code: 'fileNotFound', message: `${path} cannot be read. Does it exist?` });
    } else if (pooled.has(hash) && maps?.has(hash) !== false) {
      account.reuse(position, hash);
    } else if (account.expect(position, hash)) {
      yield { hash, path, stamp };
    }
  }
}

async function stampFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  return found === null ? '' : `${found.size} ${found.mtimeMs}`;
}

/** Features of another content must never be kept under this one's hash. */
async function checkUnchanged(item: FeatureItem): Promise<FeatureItem> {
  const { image, failure } = item;
  if (failure !== null || (await stampFile(image.path)) === image.stamp) {
    return item;
  }
  const message = `${image.path} changed while it was read. Run again once it is complete.`;
  return { image, features: null, failure: { code: 'fileChanged', message } };
}

async function append({ pooled, maps }: Extraction, items: readonly FeatureItem[]): Promise<void> {
  for (const [journal, which] of [
    [maps, 'map'],
    [pooled, 'pooled'],
  ] as const) {
    const records = items.flatMap(({ image: { hash }, features }) => {
      const values = features?.[which] ?? null;
      return values === null || journal?.has(hash) !== false ? [] : [{ hash, values }];
    });
    await journal?.append(records);
  }
}

type Account = ReturnType<typeof createAccount>;

/** What has become of each image. */
function createAccount(images: readonly string[], { onProgress }: ComputeOptions) {
  const hashes: (ImageHash | null)[] = images.map(() => null);
  const skipped: (SkippedImage | null)[] = images.map(() => null);
  /** Positions of what is being computed. */
  const expected = new Map<ImageHash, number[]>();
  let [done, computed, reused] = [0, 0, 0];
  const report = (count: number): void => {
    done += count;
    onProgress?.({ done, total: images.length, reused });
  };
  const skip = (position: number, { code, message }: FailedImage): void => {
    skipped[position] = { path: images[position], code, message };
    report(1);
  };
  return {
    skip,
    reuse(position: number, hash: ImageHash): void {
      hashes[position] = hash;
      reused++;
      report(1);
    },
    /** Whether it is the first image of this content. */
    expect(position: number, hash: ImageHash): boolean {
      const same = expected.get(hash);
      same?.push(position);
      if (same === undefined) {
        expected.set(hash, [position]);
      }
      return same === undefined;
    },
    settle(hash: ImageHash, failure: FailedImage | null): void {
      const positions = expected.get(hash) ?? [];
      expected.delete(hash);
      if (failure !== null) {
        checkImageFailure(failure);
        positions.forEach((position) => skip(position, failure));
        return;
      }
      positions.forEach((position) => (hashes[position] = hash));
      computed++;
      report(positions.length);
    },
    finish(): ComputedFeatures {
      const left = skipped.filter((image) => image !== null);
      if (left.length === images.length) {
        const why = `None of the ${images.length} images can be read. ${left[0]?.message ?? ''}`;
        throw new UserError('unreadableImage', why);
      }
      return { hashes, skipped: left, computed };
    },
  };
}

/** What is wrong with one image leaves it out; anything else ends the run. */
function checkImageFailure({ code, message }: FailedImage): void {
  if (!['fileNotFound', 'fileChanged', 'unreadableImage', 'tooLarge', 'badInputTensor'].includes(code)) {
    throw new UserError(code, message);
  }
}
