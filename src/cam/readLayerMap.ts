import type { ImageAnswer } from '../protocol/explanation';
import type { LayerExtension } from './layerExtension';
import { computeProbabilities } from './probabilities';
import type { RunOutput, RunOutputs } from './readEvidence';

/** What every run of a layer extension tells about the first image of the batch. */
export interface LayerAnswer extends Pick<ImageAnswer, 'logits' | 'probabilities' | 'probabilitySource' | 'top'> {
  /** The most likely classes, best first, then those asked for: what positions refer to. */
  readonly candidates: readonly number[];
  /** [height, width]. */
  readonly map: Float32Array;
}

export function readLayerMap({ outputs: names, head, topCount }: LayerExtension, outputs: RunOutputs): LayerAnswer {
  const logits = readFirst(outputs[names.logits]);
  const candidates = [...readFirst(outputs[names.classes])];
  return {
    logits,
    ...computeProbabilities(logits, head.activation, head.kind === 'density-sum'),
    top: candidates.slice(0, topCount),
    candidates,
    map: readFirst(outputs[names.map]),
  };
}

/** The first batch item's elements in a buffer of their own. */
function readFirst({ dims, data }: RunOutput): Float32Array {
  const size = data.length / (dims[0] ?? 1);
  return Float32Array.from({ length: size }, (_, index) => Number(data[index]));
}
