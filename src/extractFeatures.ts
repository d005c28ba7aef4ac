import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { ComputeOptions, SkippedImage } from './fit/computeFeatures';
import { computeFeatures } from './fit/computeFeatures';
import { bindToInput, findInput } from './explain/imageFeed';
import { hashFiles, hashText } from './fit/contentHash';
import type { FeatureExtension } from './fit/featureExtension';
import { createFeatureExtension } from './fit/featureExtension';
import { ABOUT_FILE } from './fit/featureFolder';
import type { FeatureJournal, ImageHash } from './fit/featureJournal';
import { openJournal } from './fit/featureJournal';
import { lockFolder } from './fit/lockFolder';
import { pruneFeatures } from './fit/pruneFeatures';
import type { InferenceClient } from './inference/inferenceClient';
import type { ModelAnalysis } from './inspectModel';
import { listExternalFiles } from './onnx/externalData';
import { toMessage } from './protocol/errorMessage';
import type { Preprocessing } from './protocol/preprocessing';

export interface FeatureOptions extends ComputeOptions {
  /** Folder that features are kept in between runs. */
  readonly cache: string;
  /** Whether the folder is the program's own: then features used long ago make room for others (see pruneFeatures). */
  readonly isPruned: boolean;
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
  /** Lets others use the cache, and keeps it from growing. */
  close(): Promise<void>;
}

/**
 * Images through the trunk, once: means over positions of the last feature map before the head, and the map itself. They
 * are appended to journals in the cache, keyed by the model's content, the feature map, the preprocessing and each
 * image's content, so a run that was stopped, even by kill -9, goes on where it was and computes nothing twice.
 *
 * Costs one forward pass an image that is not known (in batches where the model allows, the next one being read and
 * decoded meanwhile), a hash of each file, and on disk 4·C bytes an image, 4·C·H·W more for maps. Memory does not grow
 * with the number of images but for their names.
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
    if (options.isPruned) {
      await pruneFeatures(options.cache, folder).catch((error: unknown) => {
        options.tell?.(`Features that were used long ago could not be removed: ${toMessage(error)}.`);
      });
    }
  };
  try {
    await describeFolder(folder, bound, options.preprocessing);
    opened.push(await openJournal(path.join(folder, 'pooled.bin'), channels));
    if (options.withMaps) {
      opened.push(await openJournal(path.join(folder, 'maps.bin'), channels * height * width));
    }
    const [pooled, maps = null] = opened;
    const run = await computeFeatures({ analysis: bound, client, features, pooled, maps, options }, images);
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

async function describeFolder(
  folder: string,
  { model, heads }: ModelAnalysis,
  preprocessing: Preprocessing | null,
): Promise<void> {
  const about = { model: model.path, featureMap: heads[0].featureMap?.tensor ?? null, preprocessing };
  await writeFile(path.join(folder, ABOUT_FILE), `${JSON.stringify(about, null, 2)}\n`);
}
