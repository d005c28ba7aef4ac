import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import { bindToInput, findInput } from './explainer';
import { prepareInput } from './explainImage';
import { hashFiles, hashText } from './fit/contentHash';
import type { FeatureExtension } from './fit/featureExtension';
import { createFeatureExtension } from './fit/featureExtension';
import type { FeatureJournal, ImageHash } from './fit/featureJournal';
import { openJournal } from './fit/featureJournal';
import { lockFolder } from './fit/lockFolder';
import { isInputTensor } from './image/inputTensor';
import type { InferenceClient, ModelHandle } from './inference/inferenceClient';
import type { ModelAnalysis } from './inspectModel';
import { emitThinModel } from './onnx/emitModel';
import { createExternalDataError, listExternalFiles } from './onnx/externalData';
import type { Preprocessing } from './protocol/preprocessing';
import type { Tensor } from './tensor/tensor';
import { UserError } from './userError';

export interface FeatureOptions {
  /** How pictures are read; null when all images are ready input tensors (`.npy`). */
  readonly preprocessing: Preprocessing | null;
  /** Folder that features are kept in between runs. */
  readonly cache: string;
  /** Whether the whole map is wanted too, as a flatten + FC head needs it; channel means always are. */
  readonly withMaps: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: FeatureProgress) => void;
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

/** Features of images, on disk. */
export interface FeatureSet {
  /** Bound to the size of the input. */
  readonly analysis: ModelAnalysis;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Those that could be read, in the order given. */
  readonly paths: readonly string[];
  /** Position of each of them in the list given. */
  readonly positions: readonly number[];
  readonly skipped: readonly SkippedImage[];
  /** Where they are kept; the caller's until `close`. */
  readonly folder: string;
  /** Images that went through the model in this run, and those known before. */
  readonly computed: number;
  readonly reused: number;
  /** Means over positions, [C]. */
  readPooled(index: number): Promise<Float32Array>;
  /** [C, H, W]; only when maps were asked for. */
  readMap(index: number): Promise<Float32Array>;
  /** Lets others use the cache. */
  close(): Promise<void>;
}

/**
 * Images through the trunk, once: means over positions of the last feature map before the head, and the map itself. They
 * are appended to journals in the cache, keyed by the model's content, the feature map, the preprocessing and each
 * image's content, so a run that was stopped, even by kill -9, goes on where it was and computes nothing twice.
 *
 * Costs one forward pass an image that is not known (in batches of 8 where the model allows), a hash of each file, and
 * on disk 4·C bytes an image, 4·C·H·W more for maps. Memory does not grow with the number of images but for their names.
 *
 * Throws UserError `noHead`, `badPreprocessing`, `badArgument` (a cache that cannot be used or is in use), `cancelled`,
 * those of running, and `unreadableImage` when no image at all can be read.
 */
export async function extractFeatures(
  analysis: ModelAnalysis,
  client: InferenceClient,
  images: readonly string[],
  options: FeatureOptions,
): Promise<FeatureSet> {
  const bound = await bindToImages(analysis, options.preprocessing);
  const features = createFeatureExtension(bound.model, bound.heads[0]);
  const { channels, height, width } = features.featureMap;
  const folder = path.join(options.cache, await identify(bound, features, options.preprocessing));
  const unlock = await lockFolder(folder);
  const opened: FeatureJournal[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((journal) => journal.close()));
    await unlock();
  };
  try {
    await describeFolder(folder, bound, options.preprocessing);
    opened.push(await openJournal(path.join(folder, 'pooled.bin'), channels));
    if (options.withMaps) {
      opened.push(await openJournal(path.join(folder, 'maps.bin'), channels * height * width));
    }
    const [pooled, maps = null] = opened;
    const run = await compute({ analysis: bound, client, features, pooled, maps, options }, images);
    const positions = [...images.keys()].filter((position) => run.hashes[position] !== null);
    const hashOf = (index: number): ImageHash => run.hashes[positions[index]] ?? '';
    return {
      analysis: bound,
      ...{ channels, height, width, positions, folder },
      paths: positions.map((position) => images[position]),
      skipped: run.skipped,
      computed: run.computed,
      reused: positions.length - run.computed,
      readPooled: (index) => pooled.read(hashOf(index)),
      readMap: (index) => (maps ?? pooled).read(hashOf(index)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Images are as large as the preprocessing says; free dimensions follow. */
async function bindToImages(analysis: ModelAnalysis, preprocessing: Preprocessing | null): Promise<ModelAnalysis> {
  findInput(analysis);
  if (preprocessing === null) {
    return analysis;
  }
  const { height, width, layout, mean } = preprocessing;
  return bindToInput(analysis, layout === 'NCHW' ? [1, mean.length, height, width] : [1, height, width, mean.length]);
}

/** Name of the folder: whatever changes a feature changes it. */
async function identify(
  { model, inferred }: ModelAnalysis,
  { featureMap }: FeatureExtension,
  preprocessing: Preprocessing | null,
): Promise<string> {
  const content = await hashFiles([model.path, ...listExternalFiles(model)]);
  const inputs = [...inferred.boundInputs].map(([name, shape]) => [name, shape.slice(1)]);
  return hashText(JSON.stringify({ version: 1, content, featureMap, inputs, preprocessing })).slice(0, 24);
}

/** For people who look into the cache. */
async function describeFolder(
  folder: string,
  { model, heads }: ModelAnalysis,
  preprocessing: Preprocessing | null,
): Promise<void> {
  const about = { model: model.path, featureMap: heads[0].featureMap?.tensor ?? null, preprocessing };
  await writeFile(path.join(folder, 'about.json'), `${JSON.stringify(about, null, 2)}\n`);
}

interface Extraction {
  readonly analysis: ModelAnalysis;
  readonly client: InferenceClient;
  readonly features: FeatureExtension;
  readonly pooled: FeatureJournal;
  readonly maps: FeatureJournal | null;
  readonly options: FeatureOptions;
}

interface Prepared {
  readonly hash: ImageHash;
  readonly tensor: Tensor;
}

/** Images that go through a model with a free batch together. */
const BATCH = 8;

async function compute(extraction: Extraction, images: readonly string[]) {
  const { analysis, client, pooled, maps, options } = extraction;
  const hashes: (ImageHash | null)[] = images.map(() => null);
  const skipped: SkippedImage[] = [];
  const batch = findBatch(analysis);
  let handle: ModelHandle | null = null;
  let waiting: Prepared[] = [];
  let [computed, reused] = [0, 0];
  const flush = async (): Promise<void> => {
    if (waiting.length > 0) {
      handle ??= await loadTrunk(extraction);
      await runBatch(extraction, handle, waiting, batch.isFixed ? batch.size : waiting.length);
      computed += waiting.length;
      waiting = [];
    }
  };
  try {
    for (const [position, image] of images.entries()) {
      throwIfCancelled(options.signal);
      try {
        const hash = await hashImage(image);
        const isKnown = pooled.has(hash) && maps?.has(hash) !== false;
        if (isKnown) {
          reused++;
        } else if (!waiting.some((other) => other.hash === hash)) {
          waiting.push({ hash, tensor: await prepare(extraction, image) });
        }
        hashes[position] = hash;
      } catch (error) {
        skipped.push(toSkipped(image, error));
      }
      if (waiting.length >= batch.size) {
        await flush();
      }
      options.onProgress?.({ done: position + 1, total: images.length, reused });
    }
    await flush();
  } finally {
    if (handle !== null) {
      await client.releaseModel(handle);
    }
  }
  if (skipped.length === images.length) {
    const [first] = skipped;
    throw new UserError('unreadableImage', `None of the ${images.length} images can be read. ${first?.message ?? ''}`);
  }
  return { hashes, skipped, computed };
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new UserError('cancelled', 'Computing features was stopped; those that are done are kept.');
  }
}

/** A fixed batch is filled whatever there is to fill it with. */
function findBatch({ model }: ModelAnalysis): { readonly size: number; readonly isFixed: boolean } {
  const size = model.graph.inputs[0].shape?.[0];
  return typeof size === 'number' && size > 0 ? { size, isFixed: true } : { size: BATCH, isFixed: false };
}

async function hashImage(image: string): Promise<ImageHash> {
  try {
    return await hashFiles([image]);
  } catch (error) {
    throw new UserError('fileNotFound', `${image} cannot be read. Does it exist?`, { cause: error });
  }
}

/** What is wrong with one image leaves it out; anything else ends the run. */
function toSkipped(image: string, error: unknown): SkippedImage {
  const isOfImage =
    error instanceof UserError &&
    ['fileNotFound', 'unreadableImage', 'tooLarge', 'badInputTensor'].includes(error.code);
  if (!isOfImage) {
    throw error;
  }
  return { path: image, code: error.code, message: error.message };
}

async function prepare({ analysis, client, options }: Extraction, image: string): Promise<Tensor> {
  const { tensor } = await prepareInput(client, image, options.preprocessing, options.signal);
  const wanted = analysis.inferred.boundInputs.get(findInput(analysis));
  if (isInputTensor(image) && wanted?.slice(1).join() !== tensor.shape.slice(1).join()) {
    const shape = `[${tensor.shape.join(', ')}]`;
    throw new UserError(
      'badInputTensor',
      `${image} has the shape ${shape}; wanted [1, ${wanted?.slice(1).join(', ')}].`,
    );
  }
  return tensor;
}

async function loadTrunk({ analysis, client, features, options }: Extraction): Promise<ModelHandle> {
  const { model, missingData } = analysis;
  if (missingData.length > 0) {
    throw createExternalDataError(model, missingData);
  }
  const { path: file, sizeBytes, modifiedMs } = model;
  const bytes = await emitThinModel(model, features.extension);
  const source = { path: file, bytes, stamp: { sizeBytes, modifiedMs }, externalFiles: listExternalFiles(model) };
  return client.loadModel(source, { signal: options.signal });
}

async function runBatch(
  { analysis, client, features, pooled, maps, options }: Extraction,
  handle: ModelHandle,
  items: readonly Prepared[],
  batch: number,
): Promise<void> {
  const size = items[0].tensor.data.length;
  const data = new Float32Array(batch * size);
  items.forEach(({ tensor }, item) => data.set(tensor.data, item * size));
  const dims = [batch, ...items[0].tensor.shape.slice(1)];
  const feeds = { [findInput(analysis)]: { elementType: 'float32', dims, data } as const };
  const fetches = maps === null ? [features.pooled] : [features.pooled, features.map];
  const { outputs } = await client.run(handle, { feeds, fetches, signal: options.signal });
  for (const [journal, name] of [
    [maps, features.map],
    [pooled, features.pooled],
  ] as const) {
    if (journal !== null) {
      const values = outputs[name].data as Float32Array;
      const perItem = values.length / batch;
      const records = items.map(({ hash }, item) => ({
        hash,
        values: values.slice(item * perItem, (item + 1) * perItem),
      }));
      await journal.append(records.filter(({ hash }) => !journal.has(hash)));
    }
  }
}
