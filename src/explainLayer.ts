import { checkContrast } from './cam/contrastMaps';
import { describeMethod } from './cam/methodNote';
import type { SampledMethod } from './cam/camMethod';
import type { LayerAnswer } from './cam/readLayerMap';
import { readLayerMap } from './cam/readLayerMap';
import { toClassInput } from './cam/readEvidence';
import type { SamplingOptions } from './cam/sampling';
import { DEFAULT_SAMPLING } from './cam/sampling';
import { CLASS_TARGET, describeTarget } from './cam/target';
import type { Explainer, LayerChoice, LayerModel } from './explainer';
import { toImageFeed } from './explainer';
import type { ExplainOptions } from './explainImage';
import { prepareInput } from './explainImage';
import type { InferenceClient } from './inference/inferenceClient';
import type { LayerExplanation, LayerMap } from './protocol/explanation';
import { NO_CLASS } from './protocol/explanation';
import { createSampledRuns, toInt64 } from './sampleModel';
import type { Tensor } from './tensor/tensor';

export interface LayerOptions extends ExplainOptions, Pick<LayerChoice, 'method' | 'layer' | 'target'> {
  /** How many of the most likely classes get a map, 0 to 5. */
  readonly topCount: number;
  /** Class whose logit is subtracted from that of each mapped class; null for none. */
  readonly contrast: number | null;
  /** For methods of many runs; what is left out is the method's own choice. */
  readonly sampling?: Partial<SamplingOptions>;
  /** Told after each batch of a method of many runs: share of the runs that are done. */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * From an image file to a method's maps. Methods of one run take one run per class; the others say what they take
 * (their files), in batches, and can be stopped between and during them. Throws UserError as `explainImage` does, but
 * for `notExact`, and `badArgument`, `notDifferentiable` for a layer, a target or a method that cannot be.
 */
export async function explainLayer(
  explainer: Explainer,
  image: { readonly id: string; readonly path: string },
  options: LayerOptions,
): Promise<LayerExplanation> {
  const { method, layer, contrast, signal, target = CLASS_TARGET } = options;
  const input = await prepareInput(explainer.client, image.path, options.preprocessing, signal);
  const choice = { method, layer, isContrast: contrast !== null, target };
  const loaded = await explainer.extendAtLayer(input.tensor.shape, choice, signal);
  const { answer, maps, runs, elapsedMs } = await drawMaps(explainer.client, loaded, input.tensor, options);
  const { layer: place, head, method: used } = loaded.extension;
  const { layers } = loaded.analysis.report;
  return {
    imageId: image.id,
    image: image.path,
    method: used.id,
    layer: place.tensor,
    channels: place.channels,
    height: place.height,
    width: place.width,
    unit: used.unit,
    note: describeMethod(used, place, head, target),
    contrast,
    target: { kind: target.kind, text: describeTarget(target) },
    runs,
    source: used.kind === 'sampled' && used.isEstimated ? 'estimated' : 'measured',
    logits: answer.logits,
    probabilities: answer.probabilities,
    probabilitySource: answer.probabilitySource,
    top: answer.top,
    maps,
    receptiveField: layers.find(({ outputs }) => outputs[0]?.name === place.tensor)?.receptiveField ?? null,
    placement: input.placement,
    inputPicture: input.picture,
    elapsedMs: { decode: input.elapsedMs, run: elapsedMs },
  };
}

type DrawOptions = Pick<LayerOptions, 'classes' | 'topCount' | 'contrast' | 'sampling' | 'onProgress' | 'signal'>;

interface DrawnMaps {
  readonly answer: LayerAnswer;
  readonly maps: readonly LayerMap[];
  readonly runs: number;
  readonly elapsedMs: number;
}

/** The maps of the most likely classes and of those asked for, or the one of another target. */
export async function drawMaps(
  client: InferenceClient,
  loaded: LayerModel,
  tensor: Tensor,
  options: DrawOptions,
): Promise<DrawnMaps> {
  const { analysis, extension, handle } = loaded;
  const { inputs, outputs, method, topCount: candidateCount } = extension;
  const { classes, topCount, contrast, signal } = options;
  const isClass = inputs.classes !== null;
  const fixed = {
    ...Object.fromEntries([...inputs.own].map(([name, values]) => [name, toInt64(values)])),
    ...toImageFeed(analysis, tensor),
    ...(inputs.classes === null ? {} : { [inputs.classes]: toInt64(toIndices(extension, classes)) }),
    ...(inputs.contrast === null ? {} : { [inputs.contrast]: toInt64(toIndices(extension, [contrast ?? 0])) }),
  };
  const fetches = [outputs.logits, outputs.classes, outputs.value, ...Object.values(outputs.values)].filter(
    (name) => name !== null,
  );
  let [runs, elapsedMs] = [0, 0];
  const run = async (position: number) => {
    const feeds = { ...fixed, ...(inputs.position === null ? {} : { [inputs.position]: toInt64([position]) }) };
    const result = await client.run(handle, { feeds, fetches, signal });
    runs++;
    elapsedMs += result.elapsedMs;
    return readLayerMap(extension, result.outputs);
  };
  const count = isClass ? Math.min(topCount, candidateCount) : 0;
  const first = count > 0 ? 0 : candidateCount;
  const answer = await run(classes.length + count === 0 ? 0 : first);
  const wanted = isClass ? [...new Set([...answer.top.slice(0, count), ...classes])] : [];
  if (contrast !== null) {
    checkContrast(contrast, wanted);
  }
  if (method.kind === 'sampled') {
    const drawn = await drawSampled(client, loaded, tensor, method, answer, wanted, options);
    return { answer, maps: drawn.maps, runs: runs + drawn.runs, elapsedMs: elapsedMs + drawn.elapsedMs };
  }
  if (!isClass) {
    return { answer, maps: [{ classIndex: NO_CLASS, map: answer.values.map, value: answer.value }], runs, elapsedMs };
  }
  // Maps that do not depend on the class are drawn once.
  const maps: LayerMap[] = [];
  for (const classIndex of wanted) {
    const isKnown = !method.isClassSpecific || classIndex === answer.candidates[first];
    const { values } = isKnown ? answer : await run(answer.candidates.indexOf(classIndex));
    maps.push({ classIndex, map: values.map, value: readValue(answer, classIndex, contrast) });
  }
  return { answer, maps, runs, elapsedMs };
}

async function drawSampled(
  client: InferenceClient,
  loaded: LayerModel,
  tensor: Tensor,
  method: SampledMethod,
  answer: LayerAnswer,
  classes: readonly number[],
  { contrast, sampling, onProgress, signal }: DrawOptions,
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
