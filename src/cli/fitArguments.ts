import type { LinearHeadKind } from '../head/linearHead';
import { parse } from './parseOptions';
import { readOneModel } from './oneModel';
import { UsageError } from './usageError';

/** What `fit` and `features` have in common. */
interface DataArguments {
  readonly model: string;
  readonly json: boolean;
  /** A folder of folders, or a CSV file. */
  readonly data: string;
  readonly preprocess: string | null;
  /** Folder that features are kept in; null: the user's own. */
  readonly cache: string | null;
}

export interface FitArguments extends DataArguments {
  readonly command: 'fit';
  readonly kinds: readonly LinearHeadKind[];
  readonly penalty: number | 'cv' | null;
  readonly seed: number | null;
  readonly validationShare: number | null;
  readonly tolerance: number | null;
  readonly out: string | null;
}

export interface FeaturesArguments extends DataArguments {
  readonly command: 'features';
  /** Whole maps instead of means over positions. */
  readonly maps: boolean;
  readonly out: string;
}

const SHARED = {
  json: { type: 'boolean' },
  data: { type: 'string' },
  preprocess: { type: 'string' },
  cache: { type: 'string' },
} as const;

export function parseFit(argv: readonly string[]): FitArguments {
  const { values, positionals } = parse(argv, {
    ...SHARED,
    head: { type: 'string' },
    l2: { type: 'string' },
    seed: { type: 'string' },
    validation: { type: 'string' },
    tolerance: { type: 'string' },
    out: { type: 'string' },
  });
  const { l2, seed, validation, tolerance } = values;
  return {
    command: 'fit',
    ...toDataArguments('fit', positionals, values),
    kinds: toKinds(values.head ?? 'gap'),
    penalty:
      l2 === undefined ? null : l2 === 'cv' ? 'cv' : toNumber('--l2', l2, (value) => value >= 0, 'from 0, or cv'),
    seed:
      seed === undefined ? null : toNumber('--seed', seed, (value) => Number.isSafeInteger(value), 'a whole number'),
    validationShare:
      validation === undefined
        ? null
        : toNumber('--validation', validation, (value) => value > 0 && value < 1, 'a share between 0 and 1'),
    tolerance:
      tolerance === undefined ? null : toNumber('--tolerance', tolerance, (value) => value > 0, 'larger than 0'),
    out: values.out ?? null,
  };
}

export function parseFeatures(argv: readonly string[]): FeaturesArguments {
  const { values, positionals } = parse(argv, {
    ...SHARED,
    maps: { type: 'boolean' },
    out: { type: 'string' },
  });
  const { out, maps = false } = values;
  if (out === undefined || !/\.npy$/i.test(out)) {
    throw new UsageError('features needs --out FEATURES.npy.');
  }
  return { command: 'features', ...toDataArguments('features', positionals, values), maps, out };
}

interface DataValues {
  readonly json?: boolean | undefined;
  readonly data?: string | undefined;
  readonly preprocess?: string | undefined;
  readonly cache?: string | undefined;
}

function toDataArguments(
  command: string,
  positionals: readonly string[],
  { json = false, data, preprocess, cache }: DataValues,
): DataArguments {
  const model = readOneModel(command, positionals);
  if (data === undefined) {
    throw new UsageError(
      `${command} needs --data: a folder of folders named as the classes, or a CSV file (path,label).`,
    );
  }
  return { model, json, data, preprocess: preprocess ?? null, cache: cache ?? null };
}

function toKinds(text: string): readonly LinearHeadKind[] {
  switch (text) {
    case 'gap':
    case 'fc':
      return [text];
    case 'both':
      return ['gap', 'fc'];
    default:
      throw new UsageError(`--head is "${text}"; it is gap, fc or both.`);
  }
}

function toNumber(option: string, text: string, isFit: (value: number) => boolean, wanted: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || !isFit(value)) {
    throw new UsageError(`${option} is "${text}"; it is ${wanted}.`);
  }
  return value;
}
