import { computeProbabilities } from '../cam/probabilities';
import { selectAllClasses } from '../cam/selectClasses';
import type { Explainer } from '../explain/explainer';
import type { LoadedExtension } from '../explain/extendedModel';
import { findInput } from '../explain/imageFeed';
import { loadExtended } from '../explain/extendedModel';
import type { InferenceClient } from '../inference/inferenceClient';
import type { GraphExtension } from '../onnx/graphExtension';
import { NodeBuilder } from '../onnx/nodeBuilder';
import type { Pause } from '../tensor/pause';
import { createPause } from '../tensor/pause';
import type { Tensor } from '../tensor/tensor';
import { UserError } from '../userError';
import type { InputScorer } from './inputScorer';
import { describeLayout } from './inputScorer';

/** Inputs that are run at once, unless the model fixes their number or they are large. */
const BATCH = 16;
const BATCH_BYTES = 64e6;

interface ScoreExtension {
  readonly extension: GraphExtension;
  /** Name of the output [N, K]. */
  readonly logits: string;
}

/** The model with its logits as a further output. `layout`: of its input. */
export async function loadScoreModel(
  { analysis, client }: Explainer,
  layout: 'NCHW' | 'NHWC',
  signal: AbortSignal | undefined,
): Promise<ScoreModel> {
  const create = ({ model, heads }: typeof analysis): ScoreExtension => {
    const builder = new NodeBuilder(model.opsets.get('') ?? 1);
    const logits = builder.output(selectAllClasses(builder, heads[0]).logits, 'float32');
    return { extension: builder.finish(), logits };
  };
  return new ScoreModel(client, await loadExtended(analysis, client, create, signal), layout);
}

/** One forward pass per input, in batches where the model takes them. */
export class ScoreModel {
  /** What the model fixes; null: any batch. */
  readonly #fixed: number | null;
  #most: number;

  constructor(
    private readonly client: InferenceClient,
    private readonly loaded: LoadedExtension<ScoreExtension>,
    private readonly layout: 'NCHW' | 'NHWC',
  ) {
    const declared = loaded.analysis.model.graph.inputs[0]?.shape?.[0];
    this.#fixed = typeof declared === 'number' && declared > 0 ? declared : null;
    this.#most = BATCH;
  }

  /** What asks about a class on changed copies of this input. */
  async scoreClass(input: Tensor, classIndex: number, signal: AbortSignal | undefined): Promise<InputScorer> {
    const pause = createPause(signal);
    const scoreAll: InputScorer['scoreAll'] = async (count, fill) => {
      const scores = new Float64Array(count);
      for (let start = 0; start < count;) {
        const items = Math.min(count - start, this.#chooseBatch(input.data.length));
        const batch = await this.#fillBatch(input, items, pause, (item, target) => fill(start + item, target));
        scores.set((await this.#runBatch(batch, classIndex, signal)).slice(0, items), start);
        start += items;
      }
      return scores;
    };
    const [score] = await scoreAll(1, (_, target) => target.set(input.data));
    return { input: input.data, layout: describeLayout(input, this.layout), score, scoreAll };
  }

  release(): Promise<void> {
    return this.client.releaseModel(this.loaded.handle);
  }

  #chooseBatch(elements: number): number {
    return this.#fixed ?? Math.min(this.#most, Math.max(1, Math.floor(BATCH_BYTES / (4 * elements))));
  }

  /** A fixed batch is filled up with zeros that nobody looks at. */
  async #fillBatch(
    { data, shape }: Tensor,
    items: number,
    pause: Pause,
    fill: (item: number, target: Float32Array) => void,
  ): Promise<Tensor> {
    const batch = new Float32Array((this.#fixed ?? items) * data.length);
    for (let item = 0; item < items; item++) {
      fill(item, batch.subarray(item * data.length, (item + 1) * data.length));
      await pause();
    }
    return { data: batch, shape: [this.#fixed ?? items, ...shape.slice(1)] };
  }

  /** A model may declare any batch and yet be written for one: then it is run one by one. */
  async #runBatch(batch: Tensor, classIndex: number, signal: AbortSignal | undefined): Promise<number[]> {
    const [count, ...rest] = batch.shape;
    try {
      return await this.#run(batch, classIndex, signal);
    } catch (error) {
      if (!(error instanceof UserError && error.code === 'inferenceFailed') || count === 1 || this.#fixed !== null) {
        throw error;
      }
      this.#most = 1;
      const scores: number[] = [];
      const size = batch.data.length / count;
      for (let item = 0; item < count; item++) {
        const data = batch.data.slice(item * size, (item + 1) * size);
        scores.push(...(await this.#run({ data, shape: [1, ...rest] }, classIndex, signal)));
      }
      return scores;
    }
  }

  async #run({ data, shape }: Tensor, classIndex: number, signal: AbortSignal | undefined): Promise<number[]> {
    const { analysis, extension, handle } = this.loaded;
    const [head] = analysis.heads;
    const feeds = { [findInput(analysis)]: { elementType: 'float32', dims: shape, data } as const };
    const { outputs } = await this.client.run(handle, { feeds, fetches: [extension.logits], signal });
    const logits = outputs[extension.logits].data as Float32Array;
    const classes = logits.length / shape[0];
    return Array.from({ length: shape[0] }, (_, item) => {
      const own = logits.slice(item * classes, (item + 1) * classes);
      const { probabilities } = computeProbabilities(own, head.activation, head.kind === 'density-sum');
      return probabilities?.[classIndex] ?? own[classIndex];
    });
  }
}
