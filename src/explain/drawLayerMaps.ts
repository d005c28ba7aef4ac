import type { SampledMethod } from '../cam/camMethod';
import { checkContrast } from '../cam/contrastMaps';
import { toClassInput } from '../cam/readEvidence';
import type { LayerAnswer } from '../cam/readLayerMap';
import { readLayerMap } from '../cam/readLayerMap';
import type { SamplingOptions } from '../cam/sampling';
import { DEFAULT_SAMPLING } from '../cam/sampling';
import type { InferenceClient, ModelHandle } from '../inference/inferenceClient';
import type { RunResult } from '../inference/messages';
import type { LayerMap } from '../protocol/explanation';
import { NO_CLASS } from '../protocol/explanation';
import type { Tensor } from '../tensor/tensor';
import type { LayerModel } from './extendedModel';
import { toImageFeed } from './imageFeed';
import { createSampledRuns, toInt64 } from './sampledRuns';

/** Which maps are drawn at a layer. */
export interface LayerDrawing {
  /** Classes to map beside the most likely ones. */
  readonly classes: readonly number[];
  /** How many of the most likely classes get a map, 0 to 5. */
  readonly topCount: number;
  /** Class whose logit is subtracted from that of each mapped class; null for none. */
  readonly contrast: number | null;
  /** For methods of many runs; what is left out is the method's own choice. */
  readonly sampling?: Partial<SamplingOptions>;
  /** Told after each batch of a method of many runs: share of the runs that are done. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

interface DrawnMaps {
  readonly answer: LayerAnswer;
  readonly maps: readonly LayerMap[];
  /** Images that went through the model. */
  readonly runs: number;
  readonly elapsedMs: number;
}

/**
 * The maps of the most likely classes and of those asked for, or the one of another target, [height, width] of the layer
 * each. Throws UserError `badArgument` for a class that the model does not have, and those of running it.
 */
export async function drawLayerMaps(
  client: InferenceClient,
  loaded: LayerModel,
  tensor: Tensor,
  options: LayerDrawing,
): Promise<DrawnMaps> {
  const { inputs, method, topCount: candidateCount } = loaded.extension;
  const { classes, topCount, contrast } = options;
  const isClass = inputs.classes !== null;
  const { run, spent } = createRun(client, loaded, tensor, options);
  const count = isClass ? Math.min(topCount, candidateCount) : 0;
  const first = count > 0 ? 0 : candidateCount;
  const answer = await run(classes.length + count === 0 ? 0 : first);
  const wanted = isClass ? [...new Set([...answer.top.slice(0, count), ...classes])] : [];
  if (contrast !== null) {
    checkContrast(contrast, wanted);
  }
  if (method.kind === 'sampled') {
    const { maps, runs, elapsedMs } = await drawSampled(client, loaded, tensor, method, answer, wanted, options);
    return { answer, maps, runs: spent.runs + runs, elapsedMs: spent.elapsedMs + elapsedMs };
  }
  if (!isClass) {
    return { answer, maps: [{ classIndex: NO_CLASS, map: answer.values.map, value: answer.value }], ...spent };
  }
  // Maps that do not depend on the class are drawn once.
  const maps: LayerMap[] = [];
  for (const classIndex of wanted) {
    const isKnown = !method.isClassSpecific || classIndex === answer.candidates[first];
    const { values } = isKnown ? answer : await run(answer.candidates.indexOf(classIndex));
    maps.push({ classIndex, map: values.map, value: readValue(answer, classIndex, contrast) });
  }
  return { answer, maps, ...spent };
}

/** One run for the candidate at a position: the most likely classes come first, then those asked for. */
function createRun(
  client: InferenceClient,
  { analysis, extension, handle }: LayerModel,
  tensor: Tensor,
  { classes, contrast, signal }: LayerDrawing,
) {
  const { inputs, outputs } = extension;
  const fixed = {
    ...Object.fromEntries([...inputs.own].map(([name, values]) => [name, toInt64(values)])),
    ...toImageFeed(analysis, tensor),
    ...(inputs.classes === null ? {} : { [inputs.classes]: toInt64(toIndices(extension, classes)) }),
    ...(inputs.contrast === null ? {} : { [inputs.contrast]: toInt64(toIndices(extension, [contrast ?? 0])) }),
  };
  const named = [outputs.logits, outputs.classes, outputs.value, ...extension.drawn];
  const fetches = named.filter((name) => name !== null);
  const spent = { runs: 0, elapsedMs: 0 };
  const run = async (position: number): Promise<LayerAnswer> => {
    const feeds = { ...fixed, ...(inputs.position === null ? {} : { [inputs.position]: toInt64([position]) }) };
    const question = JSON.stringify([position, classes, contrast]);
    const result = findLastRun(handle, question, tensor) ?? (await client.run(handle, { feeds, fetches, signal }));
    if (extension.drawn.length > Object.keys(outputs.values).length) {
      lastRuns.set(handle, { question, tensor, result });
    }
    spent.runs++;
    spent.elapsedMs += result.elapsedMs;
    return readLayerMap(extension, result.outputs);
  };
  return { run, spent };
}

interface LastRun {
  readonly question: string;
  readonly tensor: Tensor;
  readonly result: RunResult;
}

/** Of models that draw at several layers: their maps are asked for one after the other and come from one run. */
const lastRuns = new WeakMap<ModelHandle, LastRun>();

function findLastRun(handle: ModelHandle, question: string, { data, shape }: Tensor): RunResult | null {
  const last = lastRuns.get(handle);
  const isSame =
    last?.question === question &&
    last.tensor.shape.join() === shape.join() &&
    last.tensor.data.every((value, element) => Object.is(value, data[element]));
  return isSame ? last.result : null;
}

async function drawSampled(
  client: InferenceClient,
  loaded: LayerModel,
  tensor: Tensor,
  method: SampledMethod,
  answer: LayerAnswer,
  classes: readonly number[],
  { contrast, sampling, onProgress, signal }: LayerDrawing,
): Promise<Omit<DrawnMaps, 'answer'>> {
  const isClass = loaded.extension.inputs.classes !== null;
  const base = isClass
    ? classes.map((index) => ({ value: readValue(answer, index, contrast), outputs: answer.values }))
    : [{ value: answer.value, outputs: answer.values }];
  if (base.length === 0) {
    return { maps: [], runs: 0, elapsedMs: 0 };
  }
  const options = { ...DEFAULT_SAMPLING, ...sampling };
  const runs = createSampledRuns({ client, loaded, tensor, classes, contrast, base, options, onProgress, signal });
  try {
    const drawn = await method.draw(runs.sampling);
    const maps = drawn.map(({ map, figures }, position) => ({
      classIndex: isClass ? classes[position] : NO_CLASS,
      map,
      value: base[position].value,
      figures,
    }));
    return { maps, runs: runs.count(), elapsedMs: runs.elapsedMs() };
  } finally {
    await runs.release();
  }
}

function readValue({ logits }: LayerAnswer, classIndex: number, contrast: number | null): number {
  return logits[classIndex] - (contrast === null ? 0 : logits[contrast]);
}

/** @throws UserError `badArgument` for a class that the model does not have. */
function toIndices(extension: LayerModel['extension'], classes: readonly number[]): number[] {
  return Array.from(toClassInput(extension, classes), Number);
}
