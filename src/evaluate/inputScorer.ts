import type { Tensor } from '../tensor/tensor';

/** How pixels lie in the input tensor: value (pixel, channel) is at pixel·pixelStride + channel·channelStride. */
export interface InputLayout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixelStride: number;
  readonly channelStride: number;
}

/** Asks the model about one class on changed copies of one image. */
export interface InputScorer {
  /** As the model is fed, [1, …]. */
  readonly input: Float32Array;
  readonly layout: InputLayout;
  /** Of the class on the image as it is: its probability, or its logit where the model gives no probabilities. */
  readonly score: number;
  /** Scores of `count` inputs, which `fill` writes one after the other, in order; they are run in batches. */
  scoreAll(count: number, fill: (index: number, target: Float32Array) => void): Promise<Float64Array>;
}

/** `shape` is [1, channels, height, width] or [1, height, width, channels]. */
export function describeLayout({ shape }: Tensor, layout: 'NCHW' | 'NHWC'): InputLayout {
  const [, first, second, third] = shape;
  return layout === 'NCHW'
    ? { channels: first, height: second, width: third, pixelStride: 1, channelStride: second * third }
    : { channels: third, height: first, width: second, pixelStride: third, channelStride: 1 };
}

/** Writes one pixel of `source` to `target`, all channels. */
export function copyPixel(target: Float32Array, source: Float32Array, pixel: number, layout: InputLayout): void {
  for (let channel = 0; channel < layout.channels; channel++) {
    const index = pixel * layout.pixelStride + channel * layout.channelStride;
    target[index] = source[index];
  }
}
