import type { HeadExtensionOptions } from '../cam/headExtension';
import { createHeadExtension } from '../cam/headExtension';
import type { LayerExtensionOptions } from '../cam/layerExtension';
import { createLayerExtension } from '../cam/layerExtension';
import type { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import type { EmittedTensor, GraphExtension } from '../onnx/graphExtension';
import { UserError } from '../userError';
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
  /** The same with the map of another method at a layer, and at those beside it, which may be asked for next. */
  extendAtLayer(
    inputShape: readonly number[],
    choice: LayerChoice,
    signal: AbortSignal | undefined,
  ): Promise<LayerModel>;
  /** Lets the model go that draws at layers: what is asked for next is loaded anew. */
  releaseLayers(): Promise<void>;
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
  const exact = createSlot(analysis, client, replaced, {
    create: ({ model, heads }, options: HeadExtensionOptions) => createHeadExtension(model, heads[0], options),
    serves: () => true,
  });
  const atLayer = createSlot(analysis, client, replaced, {
    create: ({ model, index, inferred, heads }, choice: LayerChoice) =>
      createLayerExtension(model, index, inferred, heads[0], { ...choice, topCount: TOP_COUNT }),
    serves: ({ choice, extension }, wanted) =>
      toKey(choice) === toKey(wanted) && (choice.layer === wanted.layer || extension.beside.has(wanted.layer ?? '')),
  });
  return {
    analysis,
    client,
    releaseLayers: () => atLayer.release(),
    release: async () => {
      await exact.release();
      await atLayer.release();
    },
    extend: (inputShape, signal) => exact.extend(inputShape, { topCount: TOP_COUNT }, signal),
    async extendAtLayer(inputShape, choice, signal) {
      const loaded = await atLayer.extend(inputShape, choice, signal);
      const extension = loaded.choice.layer === choice.layer ? null : loaded.extension.beside.get(choice.layer ?? '');
      if (extension instanceof UserError) {
        throw extension;
      }
      return extension ? { ...loaded, extension } : loaded;
    },
  };
}

/** All but the layer; stored vectors and masks are part of it. */
function toKey({ method, isContrast, target }: LayerChoice): string {
  const plain = (_: string, value: unknown) => (value instanceof Float32Array ? [...value] : value);
  return JSON.stringify([method.id, isContrast, target], plain);
}

/** A loaded model with what it was made for. */
interface Held<Choice, Extension> extends LoadedExtension<Extension> {
  readonly choice: Choice;
}

/** Keeps the last extended model loaded for as long as it serves what is asked for. */
function createSlot<Choice, Extension extends { readonly extension: GraphExtension }>(
  analysis: ModelAnalysis,
  client: InferenceClient,
  replaced: readonly EmittedTensor[],
  {
    create,
    serves,
  }: {
    readonly create: (analysis: ModelAnalysis, choice: Choice) => Extension;
    readonly serves: (held: Held<Choice, Extension>, wanted: Choice) => boolean;
  },
) {
  let current: Held<Choice, Extension> | null = null;
  let previous: Promise<unknown> = Promise.resolve();
  const release = async () => {
    const held = current;
    current = null;
    if (held !== null) {
      await client.releaseModel(held.handle);
    }
  };
  const extend = async (shape: readonly number[], choice: Choice, signal: AbortSignal | undefined) => {
    const bound = await bindToInput(current?.analysis ?? analysis, shape);
    if (current === null || bound !== current.analysis || !serves(current, choice)) {
      await release();
      current = { ...(await loadExtended(bound, client, (each) => create(each, choice), signal, replaced)), choice };
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
