import { checkContrast } from './cam/contrastMaps';
import { describeMethod } from './cam/methodNote';
import type { LayerAnswer } from './cam/readLayerMap';
import { readLayerMap } from './cam/readLayerMap';
import { toClassInput } from './cam/readEvidence';
import type { Explainer, LayerChoice, LayerModel } from './explainer';
import { toImageFeed } from './explainer';
import type { ExplainOptions } from './explainImage';
import { prepareInput } from './explainImage';
import type { InferenceClient } from './inference/inferenceClient';
import type { LayerExplanation, LayerMap } from './protocol/explanation';
import type { Tensor } from './tensor/tensor';

export interface LayerOptions extends ExplainOptions, Pick<LayerChoice, 'method' | 'layer'> {
  /** How many of the most likely classes get a map, 0 to 5. */
  readonly topCount: number;
  /** Class whose logit is subtracted from that of each mapped class; null for none. */
  readonly contrast: number | null;
}

/**
 * From an image file to a method's maps at a layer; one run per class. Throws UserError as `explainImage` does, but for
 * `notExact`, and `badArgument`, `notDifferentiable` for a layer or a method that cannot be.
 */
export async function explainLayer(
  explainer: Explainer,
  image: { readonly id: string; readonly path: string },
  options: LayerOptions,
): Promise<LayerExplanation> {
  const { method, layer, contrast, signal } = options;
  const input = await prepareInput(explainer.client, image.path, options.preprocessing, signal);
  const choice = { method, layer, isContrast: contrast !== null };
  const loaded = await explainer.extendAtLayer(input.tensor.shape, choice, signal);
  const { answer, maps, elapsedMs } = await drawMaps(explainer.client, loaded, input.tensor, options);
  const { layer: place, head } = loaded.extension;
  const { layers } = loaded.analysis.report;
  return {
    imageId: image.id,
    image: image.path,
    method: method.id,
    layer: place.tensor,
    channels: place.channels,
    height: place.height,
    width: place.width,
    unit: method.unit,
    note: describeMethod(method, place, head),
    contrast,
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

/** The maps of the most likely classes and of those asked for. */
export async function drawMaps(
  client: InferenceClient,
  { analysis, extension, handle }: LayerModel,
  tensor: Tensor,
  { classes, topCount, contrast, signal }: Pick<LayerOptions, 'classes' | 'topCount' | 'contrast' | 'signal'>,
): Promise<{ readonly answer: LayerAnswer; readonly maps: readonly LayerMap[]; readonly elapsedMs: number }> {
  const { inputs, outputs } = extension;
  const other = contrast === null ? [] : [contrast];
  const fixed = {
    ...toImageFeed(analysis, tensor),
    [inputs.classes]: toInt64(toClassInput(extension, classes)),
    ...(inputs.contrast === null ? {} : { [inputs.contrast]: toInt64(toClassInput(extension, other)) }),
  };
  let elapsedMs = 0;
  const run = async (position: number) => {
    const feeds = { ...fixed, [inputs.position]: toInt64(BigInt64Array.of(BigInt(position))) };
    const result = await client.run(handle, { feeds, fetches: Object.values(outputs), signal });
    elapsedMs += result.elapsedMs;
    return readLayerMap(extension, result.outputs);
  };
  // Maps that do not depend on the class are drawn once.
  const count = Math.min(topCount, extension.topCount);
  const first = count > 0 ? 0 : extension.topCount;
  const answer = await run(classes.length + count === 0 ? 0 : first);
  const wanted = new Set([...answer.top.slice(0, count), ...classes]);
  if (contrast !== null) {
    checkContrast(contrast, [...wanted]);
  }
  const maps: LayerMap[] = [];
  for (const classIndex of wanted) {
    const position = answer.candidates.indexOf(classIndex);
    const isKnown = !extension.method.isClassSpecific || classIndex === answer.candidates[first];
    maps.push({ classIndex, map: isKnown ? answer.map : (await run(position)).map });
  }
  return { answer, maps, elapsedMs };
}

function toInt64(data: BigInt64Array) {
  return { elementType: 'int64', dims: [data.length], data } as const;
}
