import type { SpatialLayer } from './spatialLayer';

/**
 * Σ over the channels of a function of an image-shaped value, [rows·columns]. `value` and whatever `of` reads are laid
 * out as the model takes its image: [C, H, W], [H, W, C] or [W, H, C].
 */
export function sumChannels(layer: SpatialLayer, of: (element: number) => number): Float32Array {
  const { channels, height, width } = layer;
  const strides = findStrides(layer);
  const map = new Float32Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const start = row * strides.row + column * strides.column;
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) {
        sum += of(start + channel * strides.channel);
      }
      map[row * width + column] = sum;
    }
  }
  return map;
}

/** Distance of neighbours along each axis of one item. */
function findStrides({ axes, channels, height, width }: SpatialLayer) {
  if (axes.kind === 'tokens') {
    throw new Error('An image has rows and columns.');
  }
  const sizes = [0, 0, 0, 0];
  const channel = 6 - axes.row - axes.column;
  [sizes[channel], sizes[axes.row], sizes[axes.column]] = [channels, height, width];
  const stride = (axis: number) => sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
  return { row: stride(axes.row), column: stride(axes.column), channel: stride(channel) };
}
