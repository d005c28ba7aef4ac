import type { Preprocessing, PreprocessingPreset } from '../protocol/preprocessing';
import { UserError } from '../userError';
import { isPreset, PRESETS } from './presets';

/** Part of a preprocessing, as written by a person: a preset to start from, and fields that differ from it. */
export type PreprocessingFields = Partial<Preprocessing> & { readonly preset?: PreprocessingPreset };

type Check = (value: unknown) => boolean;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const oneOf = (...values: readonly string[]): { wanted: string; check: Check } => ({
  wanted: `one of ${values.map((value) => `"${value}"`).join(', ')}`,
  check: (value) => values.includes(value as string),
});
const size = { wanted: 'a whole number of pixels from 1 to 16384', check: isSize };

/** For each field what is wanted, in words, and the test of it. */
const FIELDS: Readonly<Record<keyof Preprocessing | 'preset', { readonly wanted: string; readonly check: Check }>> = {
  preset: { wanted: oneOf(...Object.keys(PRESETS)).wanted, check: isPreset },
  height: size,
  width: size,
  fit: oneOf('stretch', 'shorterSide', 'centerCrop', 'letterbox'),
  cropFraction: { wanted: 'a number above 0, at most 1', check: (value) => isNumber(value) && value > 0 && value <= 1 },
  padValue: { wanted: 'a grey level from 0 to 255', check: (value) => isNumber(value) && value >= 0 && value <= 255 },
  interpolation: oneOf(
    ...['pil-nearest', 'pil-bilinear', 'pil-bicubic', 'pil-lanczos'],
    ...['opencv-nearest', 'opencv-bilinear', 'opencv-bicubic', 'opencv-area'],
  ),
  layout: oneOf('NCHW', 'NHWC'),
  channelOrder: oneOf('RGB', 'BGR', 'grey'),
  scale: { wanted: 'a number other than 0', check: (value) => isNumber(value) && value !== 0 },
  mean: { wanted: 'a number, or a list of one number per channel', check: (value) => isPerChannel(value, isNumber) },
  std: {
    wanted: 'a number other than 0, or a list of one such number per channel',
    check: (value) => isPerChannel(value, (entry) => isNumber(entry) && entry !== 0),
  },
  applyOrientation: { wanted: 'true or false', check: (value) => typeof value === 'boolean' },
};

function isSize(value: unknown): boolean {
  return isNumber(value) && Number.isInteger(value) && value >= 1 && value <= 16384;
}

function isPerChannel(value: unknown, check: Check): boolean {
  return Array.isArray(value) ? (value.length === 1 || value.length === 3) && value.every(check) : check(value);
}

/**
 * Checks what a person wrote. `where` names file and place, such as "a.headlight.json, preprocessing".
 * Throws UserError `badPreprocessing` naming the key, what was found and what was wanted.
 */
export function checkPreprocessingFields(value: unknown, where: string): PreprocessingFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(
      'badPreprocessing',
      `${where}: found ${show(value)}; wanted an object such as {"preset": "imagenet-torch"}.`,
    );
  }
  for (const [key, found] of Object.entries(value)) {
    if (!isField(key)) {
      throw new UserError(
        'badPreprocessing',
        `${where}: there is no "${key}". Known are ${Object.keys(FIELDS).join(', ')}.`,
      );
    }
    if (!FIELDS[key].check(found)) {
      throw new UserError('badPreprocessing', `${where}: "${key}" is ${show(found)}; wanted ${FIELDS[key].wanted}.`);
    }
  }
  const { mean, std, ...others } = value as PreprocessingFields & { mean?: number | number[]; std?: number | number[] };
  return {
    ...others,
    ...(mean === undefined ? {} : { mean: [mean].flat() }),
    ...(std === undefined ? {} : { std: [std].flat() }),
  };
}

function isField(key: string): key is keyof typeof FIELDS {
  return Object.hasOwn(FIELDS, key);
}

/** A value as JSON, cut to a readable length. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
