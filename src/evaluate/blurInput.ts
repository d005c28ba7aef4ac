import type { Pause } from '../tensor/pause';
import type { InputLayout } from './inputScorer';

/** As in RISE's published code: 11 taps, σ = 5 pixels, whatever the size of the input. */
const RADIUS = 5;
const SIGMA = 5;

const WEIGHTS = ((): Float64Array => {
  const weights = Float64Array.from({ length: 2 * RADIUS + 1 }, (_, tap) =>
    Math.exp(-((tap - RADIUS) ** 2) / (2 * SIGMA ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
})();

/**
 * The input blurred by a Gaussian, rows and columns apart. The picture is mirrored at its edges (d c b a | a b c d), so
 * that they do not darken.
 */
export async function blurInput(input: Float32Array, layout: InputLayout, pause: Pause): Promise<Float32Array> {
  const { height, width, channels, pixelStride, channelStride } = layout;
  const line = new Float64Array(Math.max(height, width));
  const blurred = Float32Array.from(input);
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < height; row++) {
      blurLine(blurred, line, channel * channelStride + row * width * pixelStride, pixelStride, width);
      await pause();
    }
    for (let column = 0; column < width; column++) {
      blurLine(blurred, line, channel * channelStride + column * pixelStride, width * pixelStride, height);
      await pause();
    }
  }
  return blurred;
}

function blurLine(values: Float32Array, line: Float64Array, start: number, stride: number, length: number): void {
  for (let index = 0; index < length; index++) {
    line[index] = values[start + index * stride];
  }
  for (let index = 0; index < length; index++) {
    let sum = 0;
    for (let tap = -RADIUS; tap <= RADIUS; tap++) {
      sum += WEIGHTS[tap + RADIUS] * line[mirror(index + tap, length)];
    }
    values[start + index * stride] = sum;
  }
}

function mirror(index: number, length: number): number {
  const period = 2 * length;
  const within = ((index % period) + period) % period;
  return within < length ? within : period - 1 - within;
}
