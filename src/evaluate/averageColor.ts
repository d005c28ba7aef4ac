import type { InputLayout } from './inputScorer';

/** An input of one colour: each channel's mean over the image. */
export function fillWithAverage(input: Float32Array, layout: InputLayout): Float32Array {
  const { height, width, channels, pixelStride, channelStride } = layout;
  const pixels = height * width;
  const filled = new Float32Array(input.length);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let pixel = 0; pixel < pixels; pixel++) {
      sum += input[pixel * pixelStride + channel * channelStride];
    }
    for (let pixel = 0; pixel < pixels; pixel++) {
      filled[pixel * pixelStride + channel * channelStride] = sum / pixels;
    }
  }
  return filled;
}
