import type { PreprocessingPreset } from '../protocol/preprocessing';

/** The user's preferences, checked; defaults stand in package.json and, for values that are not usable, here. */
export interface Settings {
  /** null: find out from the model. */
  readonly preprocessingPreset: PreprocessingPreset | null;
  /** As written; '' when not set. */
  readonly labelsFile: string;
  readonly colorMap: string;
  /** 0…1. */
  readonly opacity: number;
  /** 0: chosen by the inference process. */
  readonly threads: number;
  readonly classifierWeightsLimitBytes: number;
  readonly imageSearchLimit: number;
}

const PRESETS: readonly PreprocessingPreset[] = [
  'imagenet-torch',
  'tensorflow',
  'zero-to-one',
  'zero-to-255',
  'caffe-bgr',
];

/** Settings files are edited by hand: a value of the wrong type or out of range counts as its default. */
export function parseSettings(get: (key: string) => unknown): Settings {
  const preset = get('preprocessingPreset');
  return {
    preprocessingPreset: PRESETS.find((name) => name === preset) ?? null,
    labelsFile: toText(get('labelsFile'), '').trim(),
    colorMap: toText(get('colorMap'), 'blue-orange'),
    opacity: toNumberWithin(get('opacity'), 0, 1, 0.8),
    threads: Math.floor(toNumberWithin(get('threads'), 0, 256, 0)),
    classifierWeightsLimitBytes: toNumberWithin(get('classifierWeightsLimit'), 0, 512, 32) * 1e6,
    imageSearchLimit: Math.floor(toNumberWithin(get('imageSearchLimit'), 10, 100_000, 5000)),
  };
}

function toText(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

function toNumberWithin(value: unknown, minimum: number, maximum: number, otherwise: number): number {
  return typeof value === 'number' && value >= minimum && value <= maximum ? value : otherwise;
}
