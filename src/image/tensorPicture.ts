import type { Picture } from '../protocol/explanation';
import type { Preprocessing } from '../protocol/preprocessing';
import type { Tensor } from '../tensor/tensor';
import { UserError } from '../userError';

/**
 * The picture that a ready input tensor shows, undoing the normalisation: pixel = (value·std[c] + mean[c]) / scale,
 * clamped to 0…255. Only the first item of a batch; [1, C, H, W] or [1, H, W, C] as the preprocessing's layout says.
 */
export function tensorToPicture(tensor: Tensor, preprocessing: Preprocessing, name: string): Picture {
  const [, ...sizes] = tensor.shape;
  const isPlanar = preprocessing.layout === 'NCHW';
  const [channels, height, width] = isPlanar ? sizes : [sizes[2], sizes[0], sizes[1]];
  if (sizes.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw new UserError(
      'badInputTensor',
      `${name} has the shape [${tensor.shape.join(', ')}]; the model's input is ` +
        `${isPlanar ? '[1, channels, height, width]' : '[1, height, width, channels]'} with 1 or 3 channels.`,
    );
  }
  const { scale, mean, std, channelOrder } = preprocessing;
  const area = width * height;
  const rgba = new Uint8ClampedArray(area * 4).fill(255);
  for (let color = 0; color < 3; color++) {
    const channel = channels === 1 ? 0 : channelOrder === 'BGR' ? 2 - color : color;
    const level = mean[channel] ?? mean[0];
    const spread = std[channel] ?? std[0];
    for (let index = 0; index < area; index++) {
      const value = tensor.data[isPlanar ? channel * area + index : index * channels + channel];
      rgba[index * 4 + color] = (value * spread + level) / scale;
    }
  }
  return { width, height, rgba };
}
