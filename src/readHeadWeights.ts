import { isOneMatrix, listLinearLayers } from './cam/weightMatrix';
import {
  createIterationExtension,
  createRowExtension,
  createStatisticsExtension,
  STEPS_PER_RUN,
  type WeightsExtension,
} from './cam/weightsExtension';
import type { HeadDescription } from './analysis/heads/headDescription';
import type { InferenceClient } from './inference/inferenceClient';
import type { TensorValue } from './inference/messages';
import type { ModelAnalysis } from './inspectModel';
import { createThinSource } from './measure/measureLayers';
import { createRandomFeeds } from './measure/randomFeeds';
import type { HeadWeights, SingularValue, WeightRow } from './protocol/headWeights';
import { UserError } from './userError';

/** Which weights of a model: of which head, and of one layer of it or (null) of the whole. */
export interface WeightChoice {
  readonly head: number;
  readonly layer: number | null;
}

export interface WeightOptions {
  /** A matrix of more bytes than this stays out of the answer. */
  readonly limitBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly report?: (fraction: number) => void;
}

/** More runs change nothing that four digits show. */
const MOST_RUNS = 40;
/** Relative change of the singular value in one run below which it counts as settled. */
const SETTLED = 1e-6;

/**
 * Norms, use and spectrum of a head's weights. They are measured in the inference process by nodes beside the user's
 * own: weights of any size stay there, and what comes back grows with classes and channels alone. Costs two runs of the
 * model and a few passes over the weights for the norms, and 2·STEPS_PER_RUN passes for each run of the iteration.
 * @throws UserError `noHead` when there are no linear weights to read, `badArgument` for a head or layer that is not
 * there, and as running the model does.
 */
export async function readHeadWeights(
  analysis: ModelAnalysis,
  client: InferenceClient,
  choice: WeightChoice,
  { limitBytes, signal, report = () => undefined }: WeightOptions,
): Promise<HeadWeights> {
  const { head, layer, layers } = findWeights(analysis, choice);
  const statistics = createStatisticsExtension(analysis.model, head, layer, limitBytes);
  const run = await loadWeights(analysis, client, statistics, signal);
  const values = await run({}).finally(run.release);
  report(0.3);
  const iteration = createIterationExtension(analysis.model, head, layer);
  const { shape } = statistics;
  const cells = shape.height * shape.width;
  const { whole, summed } = await iterate(analysis, client, iteration, signal, (done) => report(0.3 + 0.7 * done));
  const { matrix, summedNorms, ...norms } = values;
  const shares = computeUniformShares(summedNorms, norms.rowNorms, cells);
  const { of, rows, rowKind, columns, columnKind, height, width, reading } = shape;
  return {
    provenance: 'derived',
    ...{ of, rows, rowKind, columns, columnKind, height, width, reading },
    layers: layers.map(({ inputs, outputs }) => ({ inputs, outputs })),
    layer,
    matrix: matrix.length === 0 ? null : matrix,
    ...norms,
    uniformShares: cells === 1 ? null : shares.each,
    uniformShare: shares.whole,
    singularValue: whole,
    summedSingularValue: cells === 1 ? null : summed,
  };
}

/** One row of those weights and its cosine to every other. Costs one run of the model and a pass over the weights. */
export async function readWeightRow(
  analysis: ModelAnalysis,
  client: InferenceClient,
  { row, ...choice }: WeightChoice & { readonly row: number },
  signal?: AbortSignal,
): Promise<WeightRow> {
  const { head, layer } = findWeights(analysis, choice);
  const extension = createRowExtension(analysis.model, head, layer);
  const { rows } = extension.shape;
  if (!Number.isInteger(row) || row < 0 || row >= rows) {
    throw new UserError('badArgument', `There is no row ${row} of the weights: they have ${rows}, numbered from 0.`);
  }
  const run = await loadWeights(analysis, client, extension, signal);
  const index: TensorValue = { elementType: 'int64', dims: [1], data: BigInt64Array.of(BigInt(row)) };
  const { row: weights, products, norms } = await run({ [extension.inputs['row']]: index }).finally(run.release);
  return { weights, cosines: products.map((product, other) => product / (norms[other] * norms[row])) };
}

function findWeights({ heads, model }: ModelAnalysis, choice: WeightChoice) {
  const head: HeadDescription | undefined = heads[choice.head];
  if (head === undefined) {
    throw new UserError('badArgument', `There is no head ${choice.head}: this model has ${heads.length}, from 0.`);
  }
  const layers = isOneMatrix(head) ? [] : listLinearLayers(head);
  if (layers.length === 0 && !isOneMatrix(head)) {
    throw new UserError('noHead', head.reason ?? 'This head has no linear layer whose weights could be read.');
  }
  const OLDEST_OPSET = 7;
  if ((model.opsets.get('') ?? 1) < OLDEST_OPSET) {
    throw new UserError(
      'noHead',
      `Weights are read from models of operator set ${OLDEST_OPSET} and later. Convert this one with onnx.version_converter.`,
    );
  }
  const layer = layers.length === 0 ? null : (choice.layer ?? layers.length - 1);
  if (layer !== null && layers[layer] === undefined) {
    throw new UserError('badArgument', `There is no layer ${layer}: this head has ${layers.length}.`);
  }
  return { head, layers, layer };
}

/** Runs the model on random input for what the extension says about the weights, which no input changes. */
async function loadWeights<Name extends string>(
  analysis: ModelAnalysis,
  client: InferenceClient,
  { extension, outputs }: WeightsExtension<Name>,
  signal: AbortSignal | undefined,
) {
  // Optimised, all of it would be computed while loading, by one thread.
  const source = { ...(await createThinSource(analysis, extension)), optimization: 'disabled' } as const;
  const handle = await client.loadModel(source, { signal });
  const input = createRandomFeeds(analysis);
  const names = Object.entries<string>(outputs) as [Name, string][];
  const fetches = names.flatMap(([, name]) => (name === '' ? [] : [name]));
  const run = async (feeds: Readonly<Record<string, TensorValue>>): Promise<Record<Name, Float32Array>> => {
    const result = await client.run(handle, { feeds: { ...input, ...feeds }, fetches, signal });
    const read = (name: string) => (name === '' ? new Float32Array() : toFloats(result.outputs[name]));
    return Object.fromEntries(names.map(([what, name]) => [what, read(name)])) as Record<Name, Float32Array>;
  };
  return Object.assign(run, { release: () => client.releaseModel(handle) });
}

function toFloats({ data }: TensorValue): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number);
}

/** Power iteration until neither value changes any more. */
async function iterate(
  analysis: ModelAnalysis,
  client: InferenceClient,
  iteration: ReturnType<typeof createIterationExtension>,
  signal: AbortSignal | undefined,
  report: (fraction: number) => void,
): Promise<{ readonly whole: SingularValue; readonly summed: SingularValue }> {
  const { inputs, shape } = iteration;
  const run = await loadWeights(analysis, client, iteration, signal);
  const toFeed = (data: Float32Array): TensorValue => ({ elementType: 'float32', dims: [1, shape.rows], data });
  let vectors = { whole: createStart(shape.rows), summed: createStart(shape.rows) };
  let known = { whole: 0, summed: 0 };
  let isSettled = { whole: false, summed: false };
  let runs = 0;
  try {
    while (runs < MOST_RUNS && !(isSettled.whole && isSettled.summed)) {
      const feeds = { [inputs['start']]: toFeed(vectors.whole), [inputs['summedStart']]: toFeed(vectors.summed) };
      const { vector, value, summedVector, summedValue } = await run(feeds);
      const found = { whole: value[0], summed: summedValue[0] };
      isSettled = {
        whole: Math.abs(found.whole - known.whole) <= SETTLED * found.whole,
        summed: Math.abs(found.summed - known.summed) <= SETTLED * found.summed,
      };
      known = found;
      vectors = { whole: vector, summed: summedVector };
      runs += 1;
      report(runs / MOST_RUNS);
    }
  } finally {
    await run.release();
  }
  const iterations = runs * STEPS_PER_RUN;
  return {
    whole: { value: known.whole, iterations, isSettled: isSettled.whole },
    summed: { value: known.summed, iterations, isSettled: isSettled.summed },
  };
}

/** A unit vector that is orthogonal to nothing in particular: the same pseudo-random one each time. */
function createStart(count: number): Float32Array {
  const vector = Float32Array.from({ length: count }, (_, index) => Math.sin(12.9898 * (index + 1)) + 0.1);
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value ** 2, 0));
  return vector.map((value) => value / norm);
}

/** Energy of a row that is left when its weights are averaged over `cells` positions: (Σ_ij W)²/(HW) over ΣW². */
function computeUniformShares(summed: Float32Array, norms: Float32Array, cells: number) {
  let [left, total] = [0, 0];
  const each = summed.map((sum, row) => {
    left += sum ** 2 / cells;
    total += norms[row] ** 2;
    return sum ** 2 / cells / norms[row] ** 2;
  });
  return { each, whole: left / total };
}
