import { createMaskModel } from '../cam/maskModel';
import type { MaskModel } from '../cam/maskModel';
import type { Masks, MaskSeries, Matrices } from '../cam/masks';
import { readItem, readSample } from '../cam/readLayerMap';
import type { RunOutputs } from '../cam/readEvidence';
import type { SampleResult, Sampling, SamplingOptions } from '../cam/sampling';
import type { LayerModel } from './extendedModel';
import { findInput, toImageFeed } from './imageFeed';
import type { InferenceClient, ModelHandle, RunOptions } from '../inference/inferenceClient';
import type { TensorValue } from '../inference/messages';
import { RESERVED_PREFIX } from '../onnx/graphExtension';
import type { Tensor } from '../tensor/tensor';
import { UserError } from '../userError';

/** More images at once are hardly faster, and larger ones take more memory. */
const MOST_IMAGES = 16;
const MOST_ELEMENTS = 16 * 3 * 512 * 512;
/** Copies of a layer at once, of which each is far smaller than an image with all that comes from it. */
const MOST_COPIES = 64;

export interface SampleRequest {
  readonly client: InferenceClient;
  readonly loaded: LayerModel;
  /** One image, as the model is fed it. */
  readonly tensor: Tensor;
  /** Classes that are the targets; empty when the target is none. */
  readonly classes: readonly number[];
  readonly contrast: number | null;
  readonly base: readonly SampleResult[];
  readonly options: SamplingOptions;
  readonly onProgress: ((fraction: number) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** What a method of many runs is given, with what the runs took. */
export interface SampledRuns {
  readonly sampling: Sampling;
  /** Images run so far. */
  readonly count: () => number;
  /** Time in ONNX Runtime. */
  readonly elapsedMs: () => number;
  /** Frees what was loaded beside the model. */
  release(): Promise<void>;
}

/**
 * The model for methods of many runs. Images go in batches of as many as the model declares, or of up to 16 where it
 * leaves that open; memory grows with one batch and not with the number of images.
 */
export function createSampledRuns(request: SampleRequest): SampledRuns {
  const runs = new BatchedRuns(request);
  return {
    sampling: runs,
    count: () => runs.runCount,
    elapsedMs: () => runs.elapsedMs,
    release: () => runs.release(),
  };
}

class BatchedRuns implements Sampling {
  readonly #request: SampleRequest;
  readonly #batch: number;
  readonly #loaded: ModelHandle[] = [];
  #expected = 0;
  runCount = 0;
  elapsedMs = 0;

  constructor(request: SampleRequest) {
    this.#request = request;
    this.#batch = chooseBatch(request);
  }

  get options() {
    return this.#request.options;
  }

  get image() {
    return this.#request.tensor.data;
  }

  get imageLayer() {
    const { analysis, extension } = this.#request.loaded;
    const { image, method } = extension;
    if (image === null) {
      const type = analysis.model.graph.inputs[0]?.elementType ?? 'unknown';
      throw new UserError(
        'badArgument',
        `${method.name} masks the image, so the model has to take floating-point numbers with rows and columns; it takes ` +
          `numbers of type ${type}. Choose another method, such as hirescam.`,
      );
    }
    return image;
  }

  get layer() {
    return this.#request.loaded.extension.layer;
  }

  get base() {
    return this.#request.base;
  }

  expect(images: number): void {
    this.#expected += images;
  }

  async scoreMasked(series: MaskSeries): Promise<readonly Float32Array[]> {
    const { tensor, loaded } = this.#request;
    const model = createMaskModel(this.imageLayer, series.finish);
    const handle = await this.#load(model);
    const image = { elementType: 'float32', dims: tensor.shape, data: tensor.data } as const;
    const scores = this.base.map(() => new Float32Array(series.count));
    for (let first = 0; first < series.count; first += this.#batch) {
      const count = Math.min(this.#batch, series.count - first);
      const masks = padMasks(series.make(first, count), this.#size(count));
      const prepare = {
        handle,
        feeds: { [model.inputs.image]: image, ...toMaskFeeds(model, masks) },
        output: model.images,
        input: findInput(loaded.analysis),
      };
      const outputs = await this.#run({}, 0, { prepare, fetches: [this.#scoreOutput()] }, count);
      scores.forEach((each, target) => {
        for (let item = 0; item < count; item++) {
          each[first + item] = this.#readScore(outputs, item, target);
        }
      });
    }
    return scores;
  }

  async runImages(
    count: number,
    make: (position: number) => Float32Array,
    target: number,
    read: (result: SampleResult, position: number) => void,
  ): Promise<void> {
    const { extension, analysis } = this.#request.loaded;
    const { value, values } = extension.outputs;
    for (let first = 0; first < count; first += this.#batch) {
      const length = Math.min(this.#batch, count - first);
      const images = this.#stack(Array.from({ length }, (_, item) => make(first + item)));
      const feeds = { [findInput(analysis)]: images };
      const outputs = await this.#run(feeds, target, { fetches: [value, ...Object.values(values)] }, length);
      for (let item = 0; item < length; item++) {
        const sample = readSample(extension, outputs, item);
        read({ value: sample.value, outputs: sample.values }, first + item);
      }
    }
  }

  async scoreIndexed(count: number, input: string, output: string): Promise<readonly Float32Array[]> {
    const { tensor, loaded } = this.#request;
    const { layer, outputs: names } = loaded.extension;
    const size = layer.channels * layer.height * layer.width;
    const batch = isFixed(this.#request) ? 1 : Math.max(1, Math.min(MOST_COPIES, Math.floor(MOST_ELEMENTS / size)));
    const image = toImageFeed(loaded.analysis, tensor);
    const scores = this.base.map(() => new Float32Array(count));
    for (let first = 0; first < count; first += batch) {
      const numbers = Array.from({ length: Math.min(batch, count - first) }, (_, item) => first + item);
      const feeds = { ...image, [`${RESERVED_PREFIX}${input}`]: toInt64(numbers) };
      const outputs = await this.#run(feeds, 0, { fetches: [names.values[output]] }, numbers.length);
      scores.forEach((each, target) => {
        numbers.forEach(
          (number, item) => (each[number] = this.#pickScore(readItem(outputs[names.values[output]], item), target)),
        );
      });
    }
    return scores;
  }

  async release(): Promise<void> {
    for (const handle of this.#loaded.splice(0)) {
      await this.#request.client.releaseModel(handle);
    }
  }

  async #load({ bytes }: MaskModel): Promise<ModelHandle> {
    const { client, loaded, signal } = this.#request;
    const handle = await client.loadModel({ path: loaded.analysis.model.path, bytes }, { signal });
    this.#loaded.push(handle);
    return handle;
  }

  /** One batch; `feeds` besides what chooses the target. */
  async #run(
    feeds: RunOptions['feeds'],
    target: number,
    options: Pick<RunOptions, 'fetches' | 'prepare'>,
    images: number,
  ): Promise<RunOutputs> {
    const { client, loaded, signal, onProgress } = this.#request;
    const own = [...loaded.extension.inputs.own].map(([name, values]) => [name, toInt64(values)] as const);
    const all = { ...Object.fromEntries(own), ...feeds, ...this.#chooseTarget(target) };
    const result = await client.run(loaded.handle, { ...options, feeds: all, signal });
    this.runCount += images;
    this.elapsedMs += result.elapsedMs;
    onProgress?.(Math.min(1, this.runCount / Math.max(1, this.#expected)));
    return result.outputs;
  }

  #chooseTarget(target: number): RunOptions['feeds'] {
    const { loaded, classes, contrast } = this.#request;
    const { inputs, topCount } = loaded.extension;
    const feed = (name: string | null, values: readonly number[]) => (name === null ? {} : { [name]: toInt64(values) });
    return {
      ...feed(inputs.classes, classes),
      ...feed(inputs.position, [topCount + target]),
      ...feed(inputs.contrast, [contrast ?? 0]),
    };
  }

  #scoreOutput(): string {
    const { outputs } = this.#request.loaded.extension;
    return outputs.logits ?? outputs.value;
  }

  #readScore(outputs: RunOutputs, item: number, target: number): number {
    return this.#pickScore(readItem(outputs[this.#scoreOutput()], item), target);
  }

  /** All classes come from the same run. */
  #pickScore(scores: Float32Array, target: number): number {
    const { classes, contrast } = this.#request;
    if (classes.length === 0) {
      return scores[0];
    }
    return scores[classes[target]] - (contrast === null ? 0 : scores[contrast]);
  }

  /** The last batch of a model that takes a fixed number is filled up. */
  #size(count: number): number {
    return isFixed(this.#request) ? this.#batch : count;
  }

  #stack(images: readonly Float32Array[]): TensorValue {
    const { tensor } = this.#request;
    const size = this.#size(images.length);
    const data = new Float32Array(size * tensor.data.length);
    for (let item = 0; item < size; item++) {
      data.set(images[Math.min(item, images.length - 1)], item * tensor.data.length);
    }
    return { elementType: 'float32', dims: [size, ...tensor.shape.slice(1)], data };
  }
}

function isFixed({ loaded }: SampleRequest): boolean {
  return typeof loaded.analysis.model.graph.inputs[0]?.shape?.[0] === 'number';
}

function chooseBatch({ loaded, tensor }: SampleRequest): number {
  const declared = loaded.analysis.model.graph.inputs[0]?.shape?.[0];
  if (typeof declared === 'number' && declared > 0) {
    return declared;
  }
  return Math.max(1, Math.min(MOST_IMAGES, Math.floor(MOST_ELEMENTS / tensor.data.length)));
}

/** Factors of one matrix hold for all masks, unless there is but one mask. */
function padMasks(masks: Masks, size: number): Masks {
  const isSingle = [masks.down, masks.grid, masks.across].every(({ count }) => count === 1);
  const pad = (matrices: Matrices): Matrices => {
    if (matrices.count === size || (matrices.count === 1 && !(isSingle && matrices === masks.grid))) {
      return matrices;
    }
    const data = new Float32Array((matrices.data.length / matrices.count) * size);
    data.set(matrices.data);
    return { ...matrices, data, count: size };
  };
  return { down: pad(masks.down), grid: pad(masks.grid), across: pad(masks.across) };
}

function toMaskFeeds({ inputs }: MaskModel, masks: Masks): RunOptions['feeds'] {
  const feed = ({ data, count, rows, columns }: Matrices) =>
    ({ elementType: 'float32', dims: [count, rows, columns], data }) as const;
  return { [inputs.down]: feed(masks.down), [inputs.grid]: feed(masks.grid), [inputs.across]: feed(masks.across) };
}

export function toInt64(values: readonly number[]): TensorValue {
  return { elementType: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) };
}
