import type { Preprocessing, PreprocessingPreset } from '../protocol/preprocessing';

/** What a preset fixes: all but the size and layout, which the model's input decides. Three channels, in model order. */
export type PresetFields = Omit<Preprocessing, 'height' | 'width' | 'layout'>;

const base: PresetFields = {
  fit: 'stretch',
  cropFraction: 0.875,
  padValue: 114,
  interpolation: 'pil-bilinear',
  channelOrder: 'RGB',
  scale: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  applyOrientation: true,
};

export const PRESETS: Readonly<Record<PreprocessingPreset, PresetFields>> = {
  /** torchvision's classification transforms. */
  'imagenet-torch': {
    ...base,
    fit: 'shorterSide',
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
  /** −1…1, the central 87.5 % resized without antialiasing (TF-slim's Inception preprocessing for evaluation). */
  tensorflow: { ...base, fit: 'centerCrop', interpolation: 'opencv-bilinear', scale: 1 / 127.5, mean: [1, 1, 1] },
  'zero-to-one': { ...base, scale: 1 / 255 },
  'zero-to-255': base,
  /** Caffe's reference networks: blue first, minus the mean pixel of ImageNet. */
  'caffe-bgr': {
    ...base,
    fit: 'shorterSide',
    interpolation: 'opencv-bilinear',
    channelOrder: 'BGR',
    mean: [103.939, 116.779, 123.68],
  },
};

export function isPreset(value: unknown): value is PreprocessingPreset {
  return typeof value === 'string' && Object.hasOwn(PRESETS, value);
}
