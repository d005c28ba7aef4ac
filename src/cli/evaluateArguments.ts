import type { MapPlacement } from '../protocol/evaluation';
import { parse } from './parseOptions';
import { readOneModel } from './oneModel';
import { UsageError } from './usageError';

export interface EvaluateArguments {
  readonly command: 'evaluate';
  readonly model: string;
  readonly json: boolean;
  /** A folder, or one image. */
  readonly images: string;
  /** A folder of annotations, or a COCO file; null: there are none. */
  readonly masks: string | null;
  /** A file that lists `image,class`. */
  readonly truth: string | null;
  /** As given: names of rows in the table of methods. */
  readonly methods: readonly string[];
  readonly layer: string | null;
  /** As given: `predicted`, `true`, a class index or label. */
  readonly classes: string;
  /** As given: names of rows in the table of metrics, or `all`; empty: the usual ones. */
  readonly metrics: readonly string[];
  readonly placement: MapPlacement;
  readonly steps: number;
  readonly tolerance: number;
  readonly seed: number;
  readonly preprocess: string | null;
  readonly labels: string | null;
  readonly out: string | null;
}

const DEFAULT_STEPS = 50;

export function parseEvaluate(argv: readonly string[]): EvaluateArguments {
  const { values, positionals } = parse(argv, {
    json: { type: 'boolean' },
    images: { type: 'string' },
    masks: { type: 'string' },
    truth: { type: 'string' },
    methods: { type: 'string', multiple: true },
    layer: { type: 'string' },
    classes: { type: 'string' },
    metrics: { type: 'string', multiple: true },
    placement: { type: 'string' },
    steps: { type: 'string' },
    tolerance: { type: 'string' },
    seed: { type: 'string' },
    preprocess: { type: 'string' },
    labels: { type: 'string' },
    out: { type: 'string' },
  });
  const model = readOneModel('evaluate', positionals);
  if (values.images === undefined) {
    throw new UsageError('evaluate needs --images DIR, a folder of images.');
  }
  return {
    command: 'evaluate',
    model,
    json: values.json ?? false,
    images: values.images,
    masks: values.masks ?? null,
    truth: values.truth ?? null,
    methods: splitList(values.methods ?? ['cam']),
    layer: values.layer ?? null,
    classes: values.classes ?? 'predicted',
    metrics: splitList(values.metrics ?? []),
    placement: parsePlacement(values.placement ?? 'stretch'),
    steps: parseNumber('--steps', values.steps, { fallback: DEFAULT_STEPS, least: 1 }),
    tolerance: parseNumber('--tolerance', values.tolerance, { fallback: 0, least: 0 }),
    seed: parseNumber('--seed', values.seed, { fallback: 0, least: 0 }),
    preprocess: values.preprocess ?? null,
    labels: values.labels ?? null,
    out: values.out ?? null,
  };
}

/** Each once, in the order given. */
function splitList(texts: readonly string[]): string[] {
  const parts = texts.flatMap((text) => text.split(',')).map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ''))];
}

function parsePlacement(text: string): MapPlacement {
  if (text !== 'stretch' && text !== 'receptive-field') {
    throw new UsageError(`--placement is "${text}", but it is one of stretch, receptive-field.`);
  }
  return text;
}

function parseNumber(
  option: string,
  text: string | undefined,
  { fallback, least }: { readonly fallback: number; readonly least: number },
): number {
  const value = text === undefined ? fallback : Number(text);
  if (text?.trim() === '' || !Number.isSafeInteger(value) || value < least || value > 1e6) {
    throw new UsageError(`${option} is "${text ?? ''}", but it is a whole number from ${least}.`);
  }
  return value;
}
