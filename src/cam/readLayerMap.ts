import type { ImageAnswer } from '../protocol/explanation';
import type { LayerExtension } from './layerExtension';
import { computeProbabilities } from './probabilities';
import type { RunOutput, RunOutputs } from './readEvidence';

/** What a run of a layer extension tells about the first image of the batch. */
export interface LayerAnswer extends Pick<ImageAnswer, 'logits' | 'probabilities' | 'probabilitySource' | 'top'> {
  /** The most likely classes, best first, then those asked for: what positions refer to. Empty without classes. */
  readonly candidates: readonly number[];
  /** y. */
  readonly value: number;
  /** What the method's nodes compute, without batch axis: `map` [height, width] of a method of one run. */
  readonly values: Readonly<Record<string, Float32Array>>;
}

export function readLayerMap(extension: LayerExtension, outputs: RunOutputs): LayerAnswer {
  const { outputs: names, head, topCount } = extension;
  const logits = names.logits === null ? new Float32Array() : readItem(outputs[names.logits], 0);
  const candidates = names.classes === null ? [] : [...readItem(outputs[names.classes], 0)];
  const probabilities =
    names.logits === null
      ? { probabilities: null, probabilitySource: null }
      : computeProbabilities(logits, head.activation, head.kind === 'density-sum');
  return {
    logits,
    ...probabilities,
    top: candidates.slice(0, topCount),
    candidates,
    ...readSample(extension, outputs, 0),
  };
}

/** y and the method's own values for one item of the batch. */
export function readSample(
  { outputs: names }: LayerExtension,
  outputs: RunOutputs,
  item: number,
): Pick<LayerAnswer, 'value' | 'values'> {
  return {
    value: readItem(outputs[names.value], item)[0],
    values: Object.fromEntries(
      Object.entries(names.values).map(([label, name]) => [label, readItem(outputs[name], item)]),
    ),
  };
}

/** One batch item's elements in a buffer of their own; an axis of 1 stands for every item. */
export function readItem({ dims, data }: RunOutput, item: number): Float32Array {
  const batch = dims[0] ?? 1;
  const size = data.length / batch;
  const start = batch === 1 ? 0 : item * size;
  if (data instanceof Float32Array) {
    return data.slice(start, start + size);
  }
  return Float32Array.from({ length: size }, (_, index) => Number(data[start + index]));
}
