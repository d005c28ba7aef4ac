import type { HeadExtension, HeadExtensionOptions } from '../cam/headExtension';
import { createHeadExtension } from '../cam/headExtension';
import type { LayerExtension } from '../cam/layerExtension';
import { listFetches, toClassInput } from '../cam/readEvidence';
import type { InferenceClient, ModelHandle } from '../inference/inferenceClient';
import type { RunResult } from '../inference/messages';
import type { ModelAnalysis } from '../inspectModel';
import { emitThinModel } from '../onnx/emitModel';
import type { EmittedTensor, GraphExtension } from '../onnx/graphExtension';
import { createExternalDataError, listExternalFiles } from '../onnx/externalData';
import type { Tensor } from '../tensor/tensor';
import { bindToInput, toImageFeed } from './imageFeed';

/** The user's model plus the nodes that draw maps, ready to run. */
export interface LoadedExtension<Extension> {
  readonly analysis: ModelAnalysis;
  readonly extension: Extension;
  readonly handle: ModelHandle;
}
export type ExtendedModel = LoadedExtension<HeadExtension>;
export type LayerModel = LoadedExtension<LayerExtension>;

export function extendModel(
  analysis: ModelAnalysis,
  client: InferenceClient,
  options: HeadExtensionOptions,
  signal: AbortSignal | undefined,
): Promise<ExtendedModel> {
  return loadExtended(analysis, client, ({ model, heads }) => createHeadExtension(model, heads[0], options), signal);
}

/** The model with maps of the most likely classes and no more, its free dimensions bound to images of this shape. */
export async function extendForBatches(
  { analysis, client }: { readonly analysis: ModelAnalysis; readonly client: InferenceClient },
  imageShape: readonly number[],
  topCount: number,
  signal: AbortSignal | undefined,
): Promise<ExtendedModel> {
  return extendModel(await bindToInput(analysis, imageShape), client, { topCount, mapsOnly: true }, signal);
}

export async function loadExtended<Extension extends { readonly extension: GraphExtension }>(
  analysis: ModelAnalysis,
  client: InferenceClient,
  create: (analysis: ModelAnalysis) => Extension,
  signal: AbortSignal | undefined,
  replaced: readonly EmittedTensor[] = [],
): Promise<LoadedExtension<Extension>> {
  const { model, missingData } = analysis;
  if (missingData.length > 0) {
    throw createExternalDataError(model, missingData);
  }
  const extension = create(analysis);
  const { path, sizeBytes, modifiedMs } = model;
  const bytes = await emitThinModel(model, extension.extension, { replaced });
  const source = { path, bytes, stamp: { sizeBytes, modifiedMs }, externalFiles: listExternalFiles(model) };
  return { analysis, extension, handle: await client.loadModel(source, { signal }) };
}

export function runExtended(
  client: InferenceClient,
  { analysis, extension, handle }: ExtendedModel,
  tensor: Tensor,
  classes: readonly number[],
  signal: AbortSignal | undefined,
): Promise<RunResult> {
  const wanted = { elementType: 'int64', dims: [classes.length], data: toClassInput(extension, classes) } as const;
  const feeds = {
    ...toImageFeed(analysis, tensor),
    ...(extension.inputs.classes === null ? {} : { [extension.inputs.classes]: wanted }),
  };
  return client.run(handle, { feeds, fetches: listFetches(extension), signal });
}
