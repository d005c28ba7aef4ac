import type { HeadExtensionOptions } from '../cam/headExtension';
import { createHeadExtension } from '../cam/headExtension';
import type { LayerExtensionOptions } from '../cam/layerExtension';
import { createLayerExtension } from '../cam/layerExtension';
import type { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import type { EmittedTensor, GraphExtension } from '../onnx/graphExtension';
import type { ExtendedModel, LayerModel, LoadedExtension } from './extendedModel';
import { loadExtended } from './extendedModel';
import { bindToInput } from './imageFeed';

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
