import type { ExplainedExtension } from '../cam/explainedExtension';
import { toClassInput, readEvidence } from '../cam/readEvidence';
import { createExplainer } from './explainer';
import { extendModel, runExtended } from './extendedModel';
import { toImageFeed } from './imageFeed';
import { drawLayerMaps } from './drawLayerMaps';
import type { InferenceClient, ModelHandle } from '../inference/inferenceClient';
import type { RunResult, TensorValue } from '../inference/messages';
import type { ModelAnalysis } from '../inspectModel';
import { computeMedian } from '../measure/repeatRuns';
import type { LayerMap } from '../protocol/explanation';
import type { Tensor } from '../tensor/tensor';

/** The largest difference between values that should be equal, and the largest of the values. */
interface Difference {
  readonly maximum: number;
  readonly largest: number;
}

/** What running both models on the same input came to. All of it is measured. */
export interface Verification {
  /** The file that both were run on, or `random`. */
  readonly input: string;
  /** The user's own outputs, original against exported. */
  readonly outputs: Difference & { readonly names: readonly string[] };
  /** Headlight's own maps of these classes against the exported model's. */
  readonly maps: Difference & { readonly classes: readonly number[] };
  /** Largest |aggregate(map) + bias − logit| / max(1, |logit|) in what the exported model gives; null without bias. */
  readonly residual: number | null;
  /** Medians of runs taken in turn. */
  readonly elapsedMs: { readonly original: number; readonly exported: number };
  /** Whether the differences are within rounding. */
  readonly holds: boolean;
}

interface VerifyOptions {
  readonly file: string;
  readonly explained: ExplainedExtension;
  readonly input: { readonly name: string; readonly tensor: Tensor };
  readonly signal: AbortSignal | undefined;
}

/** Of the largest value: ONNX Runtime may fuse other nodes when there are more outputs. */
const TOLERANCE = 1e-4;
/** For models that compute in 16-bit floats. */
const HALF_TOLERANCE = 2e-2;
const WARM_UP_RUNS = 3;
const ROUNDS = 11;
/** Classes whose maps are compared. */
const CLASSES = 5;

export async function verifyExplainedModel(
  analysis: ModelAnalysis,
  client: InferenceClient,
  { file, explained, input, signal }: VerifyOptions,
): Promise<Verification> {
  const wanted = await drawOwnMaps(analysis, client, explained, input.tensor, signal);
  const original = await client.loadModel({ path: analysis.model.path }, { signal });
  const exported = await client.loadModel({ path: file }, { signal });
  try {
    const names = analysis.model.graph.outputs
      .filter(({ elementType }) => elementType !== null)
      .map(({ name }) => name);
    const image = toImageFeed(analysis, input.tensor);
    const fetches = [...new Set([...names, ...explained.extension.outputs.map(({ name }) => name)])];
    const run = (model: ModelHandle, feeds: Readonly<Record<string, TensorValue>>, outputs: readonly string[]) =>
      client.run(model, { feeds, fetches: outputs, signal });
    const bare = () => run(original, image, names);
    const own = await bare();
    const results = await runForClasses(explained, wanted, (classes) =>
      run(exported, { ...image, ...classes }, fetches),
    );
    const first = results[0].feed;
    const elapsedMs = await timeInTurn(bare, () => run(exported, { ...image, ...first }, fetches));
    const outputs = { ...merge(names.map((name) => compare(own.outputs[name], results[0].outputs[name]))), names };
    const maps = compareMaps(explained, wanted, results);
    const tolerance = chooseTolerance(analysis);
    return {
      input: input.name,
      outputs,
      maps,
      residual: computeResidual(explained, results),
      elapsedMs,
      holds: [outputs, maps].every(({ maximum, largest }) => maximum <= tolerance * Math.max(largest, 1e-3)),
    };
  } finally {
    await client.releaseModel(original);
    await client.releaseModel(exported);
  }
}

/** The maps as Headlight draws them, from the original model. */
async function drawOwnMaps(
  analysis: ModelAnalysis,
  client: InferenceClient,
  { method, layer }: ExplainedExtension,
  tensor: Tensor,
  signal: AbortSignal | undefined,
): Promise<readonly LayerMap[]> {
  if (method.kind === 'exact') {
    const extended = await extendModel(analysis, client, { topCount: CLASSES }, signal);
    const { outputs } = await runExtended(client, extended, tensor, [], signal);
    await client.releaseModel(extended.handle);
    return readEvidence(extended.extension, outputs)[0].maps;
  }
  const choice = { method, layer, isContrast: false };
  const loaded = await createExplainer(analysis, client).extendAtLayer(tensor.shape, choice, signal);
  const topCount = method.isClassSpecific ? CLASSES : 1;
  const asked = { classes: [], topCount, contrast: null, ...(signal && { signal }) };
  const { maps } = await drawLayerMaps(client, loaded, tensor, asked);
  await client.releaseModel(loaded.handle);
  return maps;
}

type ClassResult = Pick<RunResult, 'outputs'> & {
  readonly feed: Readonly<Record<string, TensorValue>>;
  /** Class of each map; null: map k is that of class k, or of all. */
  readonly classes: readonly number[] | null;
};

/** One run, or as many as it takes to have every class mapped that is to be compared. */
async function runForClasses(
  { inputs, outputs, mapCount }: ExplainedExtension,
  wanted: readonly LayerMap[],
  run: (classes: Readonly<Record<string, TensorValue>>) => Promise<RunResult>,
): Promise<readonly ClassResult[]> {
  const classes = wanted.map(({ classIndex }) => classIndex);
  const rows = inputs.classes === null ? [[]] : mapCount === null ? [classes] : classes.map((each) => [each]);
  const results: ClassResult[] = [];
  for (const row of rows) {
    const data = toClassInput({ classes: Infinity }, row);
    const feed =
      inputs.classes === null
        ? {}
        : { [inputs.classes]: { elementType: 'int64', dims: [1, row.length], data } as const };
    const { outputs: values } = await run(feed);
    const mapped = outputs.classes === null ? null : values[outputs.classes];
    const count = mapped?.dims[1] ?? 0;
    results.push({
      outputs: values,
      feed,
      classes: mapped && Array.from<unknown, number>(mapped.data, Number).slice(0, count),
    });
  }
  return results;
}

/** Those of the wanted maps that the exported model draws: with top1 only the first. */
function compareMaps(
  { outputs, selection }: ExplainedExtension,
  wanted: readonly LayerMap[],
  results: readonly ClassResult[],
): Verification['maps'] {
  const compared = results.flatMap((result) => {
    const { dims, data } = result.outputs[outputs.maps];
    const [cells, values] = [dims[2] * dims[3], toNumbers(data)];
    return wanted.flatMap(({ classIndex, map }) => {
      const position = result.classes?.indexOf(classIndex) ?? (selection === null ? 0 : classIndex);
      const found = values.subarray(position * cells, (position + 1) * cells);
      return position < 0 ? [] : [{ classIndex, difference: compare({ data: map }, { data: found }) }];
    });
  });
  if (compared.length === 0) {
    throw new Error('The exported model drew none of the maps that it was to be compared by.');
  }
  return {
    ...merge(compared.map(({ difference }) => difference)),
    classes: compared.map(({ classIndex }) => classIndex),
  };
}

function toNumbers(data: ArrayLike<unknown>): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from<unknown>(data, Number);
}

/** Over all maps of the first image, as certificates count. */
function computeResidual(
  { outputs: names, aggregate }: ExplainedExtension,
  results: readonly ClassResult[],
): number | null {
  if (names.bias === null || names.logits === null || aggregate === null) {
    return null;
  }
  const [{ outputs, classes }] = results;
  const [maps, bias, logits] = [names.maps, names.bias, names.logits].map((name) => outputs[name]);
  const cells = maps.dims[2] * maps.dims[3];
  const numbers = toNumbers(maps.data);
  return Math.max(
    ...Array.from({ length: maps.dims[1] }, (_, row) => {
      const sum = numbers.subarray(row * cells, (row + 1) * cells).reduce((total, value) => total + value, 0);
      const found = (aggregate === 'mean' ? sum / cells : sum) + Number(bias.data[row]);
      const logit = Number(logits.data[classes?.[row] ?? row]);
      return Math.abs(found - logit) / Math.max(1, Math.abs(logit));
    }),
  );
}

async function timeInTurn(
  original: () => Promise<RunResult>,
  exported: () => Promise<RunResult>,
): Promise<Verification['elapsedMs']> {
  const [bare, extended]: [number[], number[]] = [[], []];
  for (let round = 0; round < WARM_UP_RUNS + ROUNDS; round++) {
    bare.push((await original()).elapsedMs);
    extended.push((await exported()).elapsedMs);
  }
  return {
    original: computeMedian(bare.slice(WARM_UP_RUNS)),
    exported: computeMedian(extended.slice(WARM_UP_RUNS)),
  };
}

function chooseTolerance({ heads: [head] }: ModelAnalysis): number {
  const types = [head.featureMap?.elementType, head.logitsElementType];
  return types.some((type) => type === 'float16' || type === 'bfloat16') ? HALF_TOLERANCE : TOLERANCE;
}

interface Elements {
  readonly data: ArrayLike<unknown>;
}

/** A value that is no number in both is equal; other lengths are not. */
function compare(one: Elements, other: Elements): Difference {
  let [maximum, largest] = [one.data.length === other.data.length ? 0 : Infinity, 0];
  for (let index = 0; index < Math.min(one.data.length, other.data.length); index++) {
    const [a, b] = [Number(one.data[index]), Number(other.data[index])];
    if (!Object.is(a, b) && a !== b) {
      const difference = Math.abs(a - b);
      maximum = Number.isNaN(difference) ? Infinity : Math.max(maximum, difference);
    }
    largest = Number.isFinite(a) ? Math.max(largest, Math.abs(a)) : largest;
  }
  return { maximum, largest };
}

function merge(differences: readonly Difference[]): Difference {
  return {
    maximum: Math.max(0, ...differences.map(({ maximum }) => maximum)),
    largest: Math.max(0, ...differences.map(({ largest }) => largest)),
  };
}
