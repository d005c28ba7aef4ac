import type { InputPlacement, Picture } from '../protocol/explanation';
import type { Preprocessing } from '../protocol/preprocessing';
import type { Tensor } from '../tensor/tensor';
import { fitImage, planFit, toPlacement } from './fitImage';
import type { PixelImage } from './pixelImage';
import { toGrey } from './toGrey';

export interface PreparedImage {
  /** [1, channels, height, width] or [1, height, width, channels], as the preprocessing's layout says. */
  readonly tensor: Tensor;
  /** What the network was fed, before normalisation. */
  readonly picture: Picture;
  readonly placement: InputPlacement;
}

/** Turns a decoded RGB image into the input tensor. Pure; an 8-bit image all the way until the last step. */
export function preprocessImage(image: PixelImage, preprocessing: Preprocessing): PreparedImage {
  const colored = preprocessing.channelOrder === 'grey' ? toGrey(image, preprocessing.interpolation) : image;
  const fed = fitImage(colored, preprocessing);
  return {
    tensor: normalize(fed, preprocessing),
    picture: toPicture(fed),
    placement: toPlacement(image, planFit(image, preprocessing)),
  };
}

/** value = (pixel·scale − mean[c]) / std[c], computed once per grey level and channel and rounded once to float32. */
function normalize(image: PixelImage, preprocessing: Preprocessing): Tensor {
  const { width, height, channels, data: pixels } = image;
  const area = width * height;
  const isPlanar = preprocessing.layout === 'NCHW';
  const data = new Float32Array(area * channels);
  for (let channel = 0; channel < channels; channel++) {
    const levels = computeLevels(preprocessing, channel);
    const source = preprocessing.channelOrder === 'BGR' ? channels - 1 - channel : channel;
    const start = isPlanar ? channel * area : channel;
    const step = isPlanar ? 1 : channels;
    for (let index = 0; index < area; index++) {
      data[start + index * step] = levels[pixels[index * channels + source]];
    }
  }
  return { data, shape: isPlanar ? [1, channels, height, width] : [1, height, width, channels] };
}

function computeLevels({ scale, mean, std }: Preprocessing, channel: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, pixel) => (pixel * scale - mean[channel]) / std[channel]);
}

function toPicture({ width, height, channels, data }: PixelImage): Picture {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let index = 0; index < width * height; index++) {
    for (let channel = 0; channel < 3; channel++) {
      rgba[index * 4 + channel] = data[index * channels + (channels === 3 ? channel : 0)];
    }
  }
  return { width, height, rgba };
}
