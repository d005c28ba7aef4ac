import type { LinearHead } from './linearHead';

/** Feature map of one image, [C, H·W]. */
export interface Features {
  readonly data: Float32Array;
  readonly channels: number;
}

/** Mean over positions, [C]. */
export function computeChannelMeans({ data, channels }: Features): Float64Array {
  const cells = data.length / channels;
  return Float64Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let cell = channel * cells; cell < (channel + 1) * cells; cell++) {
      sum += data[cell];
    }
    return sum / cells;
  });
}

/** Logits [K] of a head over what it reads: channel means for gap, the whole map for fc. K·(elements read) MAC. */
export function computeLogits({ weights, bias }: LinearHead, read: ArrayLike<number>): Float32Array {
  return Float32Array.from(bias, (offset, index) => {
    let sum = offset;
    const start = index * read.length;
    for (let element = 0; element < read.length; element++) {
      sum += weights[start + element] * read[element];
    }
    return sum;
  });
}

/**
 * Class activation map [H·W] of one class in logit units, whose mean plus the bias is the logit for either kind: maps of
 * a fully connected head, which add up to it, are scaled by H·W.
 */
export function computeClassMap(
  { kind, weights }: LinearHead,
  { data, channels }: Features,
  index: number,
): Float32Array {
  const cells = data.length / channels;
  const map = new Float64Array(cells);
  for (let channel = 0; channel < channels; channel++) {
    const row = index * channels + channel;
    for (let cell = 0; cell < cells; cell++) {
      const weight = kind === 'gap' ? weights[row] : weights[row * cells + cell] * cells;
      map[cell] += weight * data[channel * cells + cell];
    }
  }
  return Float32Array.from(map);
}
