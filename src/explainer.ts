import { basename } from 'node:path';
import type { HeadExtension, HeadExtensionOptions } from './cam/headExtension';
import { createHeadExtension } from './cam/headExtension';
import type { LayerExtension, LayerExtensionOptions } from './cam/layerExtension';
import { createLayerExtension } from './cam/layerExtension';
import { listFetches, toClassInput } from './cam/readEvidence';
import type { InferenceClient, ModelHandle, RunOptions } from './inference/inferenceClient';
import type { RunResult } from './inference/messages';
import type { ModelAnalysis } from './inspectModel';
import { bindAnalysis } from './inspectModel';
import { emitThinModel } from './onnx/emitModel';
import type { EmittedTensor, GraphExtension } from './onnx/graphExtension';
import { createExternalDataError, listExternalFiles } from './onnx/externalData';
import type { Tensor } from './tensor/tensor';
import { UserError } from './userError';

/** Classes that get a map without being asked for. */
const TOP_COUNT = 5;

/** A model together with the process that runs it; keeps the extended model loaded from one image to the next. */
export interface Explainer {
  readonly analysis: ModelAnalysis;
  readonly client: InferenceClient;
  /** The model with exact maps as further outputs, its free dimensions bound to inputs of this shape. */
  extend(inputShape: readonly number[], signal: AbortSignal | undefined): Promise<ExtendedModel>;
  /** The same with the map of another method at a layer. */
  extendAtLayer(
    inputShape: readonly number[],
    choice: LayerChoice,
    signal: AbortSignal | undefined,
  ): Promise<LayerModel>;
  /** Lets the loaded models go. */
  release(): Promise<void>;
}

export type LayerChoice = Omit<LayerExtensionOptions, 'topCount'>;

/** The user's model plus the nodes that draw maps, ready to run. */
export interface LoadedExtension<Extension> {
  readonly analysis: ModelAnalysis;
  readonly extension: Extension;
  readonly handle: ModelHandle;
}
export type ExtendedModel = LoadedExtension<HeadExtension>;
export type LayerModel = LoadedExtension<LayerExtension>;

/** `replaced`: tensors that take the place of the model's own, to explain what it would be with other weights. */
export function createExplainer(
  analysis: ModelAnalysis,
  client: InferenceClient,
  replaced: readonly EmittedTensor[] = [],
): Explainer {
  const exact = createSlot(analysis, client, replaced, ({ model, heads }, options: HeadExtensionOptions) =>
    createHeadExtension(model, heads[0], options),
  );
  const atLayer = createSlot(analysis, client, replaced, ({ model, index, inferred, heads }, choice: LayerChoice) =>
    createLayerExtension(model, index, inferred, heads[0], { ...choice, topCount: TOP_COUNT }),
  );
  return {
    analysis,
    client,
    release: async () => {
      await exact.release();
      await atLayer.release();
    },
    extend: (inputShape, signal) => exact.extend(inputShape, { topCount: TOP_COUNT }, 'exact', signal),
    extendAtLayer: (inputShape, choice, signal) => atLayer.extend(inputShape, choice, toKey(choice), signal),
  };
}

/** Stored vectors and masks are part of it. */
function toKey({ method, layer, isContrast, target }: LayerChoice): string {
  const plain = (_: string, value: unknown) => (value instanceof Float32Array ? [...value] : value);
  return JSON.stringify([method.id, layer, isContrast, target], plain);
}

/** Keeps the last extended model loaded for as long as what is asked for stays the same. */
function createSlot<Choice, Extension extends { readonly extension: GraphExtension }>(
  analysis: ModelAnalysis,
  client: InferenceClient,
  replaced: readonly EmittedTensor[],
  create: (analysis: ModelAnalysis, choice: Choice) => Extension,
) {
  let current: (LoadedExtension<Extension> & { readonly key: string }) | null = null;
  let previous: Promise<unknown> = Promise.resolve();
  const release = async () => {
    const held = current;
    current = null;
    if (held !== null) {
      await client.releaseModel(held.handle);
    }
  };
  const extend = async (shape: readonly number[], choice: Choice, key: string, signal: AbortSignal | undefined) => {
    const bound = await bindToInput(current?.analysis ?? analysis, shape);
    if (current === null || bound !== current.analysis || key !== current.key) {
      await release();
      current = { ...(await loadExtended(bound, client, (each) => create(each, choice), signal, replaced)), key };
    }
    return current;
  };
  // One after the other: two images that arrive together share one loaded model.
  const inTurn = <Result>(task: () => Promise<Result>): Promise<Result> => {
    const result = previous.then(task);
    previous = result.catch(() => undefined);
    return result;
  };
  return {
    extend: (...request: Parameters<typeof extend>) => inTurn(() => extend(...request)),
    release: () => inTurn(release),
  };
}

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
  { analysis, client }: Explainer,
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

/** The image under the name of the model's input. */
export function toImageFeed(analysis: ModelAnalysis, tensor: Tensor): RunOptions['feeds'] {
  const batched = fillBatch(tensor, analysis);
  return { [findInput(analysis)]: { elementType: 'float32', dims: batched.shape, data: batched.data } };
}

/** The one input of the model; there is nothing to feed a second one with. */
export function findInput({ model }: ModelAnalysis): string {
  const [input, ...others] = model.graph.inputs;
  if (input === undefined || others.length > 0) {
    throw new UserError(
      'badInputTensor',
      `${basename(model.path)} has ${model.graph.inputs.length} inputs (${model.graph.inputs.map(({ name }) => name).join(', ')}); ` +
        'images can be explained for models with one.',
    );
  }
  return input.name;
}

/**
 * The same analysis when nothing but the batch differs, else one with the free dimensions bound to this input.
 * Throws UserError `badInputTensor` when the input does not fit what the model declares.
 */
export async function bindToInput(analysis: ModelAnalysis, shape: readonly number[]): Promise<ModelAnalysis> {
  const name = findInput(analysis);
  const bound = analysis.inferred.boundInputs.get(name);
  if (bound?.length === shape.length && bound.every((size, axis) => axis === 0 || size === shape[axis])) {
    return analysis;
  }
  try {
    return await bindAnalysis(analysis, { [name]: [bound?.[0] ?? 1, ...shape.slice(1)] });
  } catch (error) {
    const isMisfit = error instanceof UserError && error.code === 'badArgument';
    throw isMisfit ? new UserError('badInputTensor', error.message, { cause: error }) : error;
  }
}

/** Models exported with a fixed batch get the image in every place; the first answer is read. */
function fillBatch(tensor: Tensor, { model }: ModelAnalysis): Tensor {
  const batch = model.graph.inputs[0].shape?.[0];
  if (typeof batch !== 'number' || batch <= 1 || batch === tensor.shape[0]) {
    return tensor;
  }
  const data = new Float32Array(batch * tensor.data.length);
  for (let item = 0; item < batch; item++) {
    data.set(tensor.data, item * tensor.data.length);
  }
  return { data, shape: [batch, ...tensor.shape.slice(1)] };
}
