import type { EvaluateArguments } from './evaluateArguments';
import { parseEvaluate } from './evaluateArguments';
import type { ExplainArguments } from './explainArguments';
import type { HeadArguments } from './headArguments';
import { parseExplain } from './explainArguments';
import { parseHead } from './headArguments';
import type { FeaturesArguments, FitArguments } from './fitArguments';
import { parseFeatures, parseFit } from './fitArguments';
import { parse } from './parseOptions';
import type { TargetArguments } from './targetArguments';
import { chooseTarget, parseSampling } from './targetArguments';
import { readOneModel } from './oneModel';
import { UsageError } from './usageError';

export interface InspectArguments {
  readonly command: 'inspect';
  readonly model: string;
  readonly json: boolean;
  /** Run the model as well: time per layer, shapes that the graph does not tell. */
  readonly measure: boolean;
  /** Input name → dimensions. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
}

export interface CamArguments extends TargetArguments {
  readonly command: 'cam';
  readonly model: string;
  readonly images: readonly string[];
  readonly json: boolean;
  /** As given: name of a row in the table of methods; null: the exact one, or what comes nearest to it. */
  readonly method: string | null;
  readonly layer: string | null;
  readonly preprocess: string | null;
  readonly labels: string | null;
  readonly out: string | null;
  /** Go on with a job that was ended. */
  readonly resume: boolean;
  /** Images run at once; null: as many as memory suggests. */
  readonly batch: number | null;
  /** What is written; null: the usual. */
  readonly formats: readonly SeriesFormat[] | null;
  /** Whether figures of each image are given. */
  readonly metrics: boolean;
}

const SERIES_FORMATS = ['npy', 'png', 'json', 'csv', 'parquet'] as const;
export type SeriesFormat = (typeof SERIES_FORMATS)[number];

export interface CompareArguments {
  readonly command: 'compare';
  readonly model: string;
  readonly other: string;
  readonly json: boolean;
  /** Whether weights are read and compared too. */
  readonly weights: boolean;
}

export interface GradientArguments {
  readonly command: 'gradient';
  readonly model: string;
  readonly json: boolean;
  readonly output: string;
  /** One for the whole batch, or one per item. */
  readonly classes: readonly number[];
  readonly wrt: readonly string[];
  /** The file the extended model is saved to. */
  readonly out: string | null;
  /** As given: `NAME=FILE.npy`. */
  readonly inputs: readonly string[];
  /** The folder that derivatives are written to. */
  readonly values: string | null;
}

export type Arguments =
  | InspectArguments
  | CompareArguments
  | CamArguments
  | GradientArguments
  | ExplainArguments
  | HeadArguments
  | FitArguments
  | FeaturesArguments
  | EvaluateArguments
  /** `of`: the command that help is wanted for; null for all of them. */
  | { readonly command: 'help'; readonly of: string | null }
  | { readonly command: 'version' };

/** The arguments after `headlight`. Throws UsageError. */
export function parseArguments(argv: readonly string[]): Arguments {
  const [command, ...rest] = argv;
  if (command === undefined) {
    throw new UsageError(
      'No command given: inspect, compare, cam, head, fit, features, gradient, explain or evaluate.',
    );
  }
  if (argv.includes('--help') || argv.includes('-h') || command === 'help') {
    return { command: 'help', of: [command, ...rest].find((text) => /^[a-z]+$/.test(text) && text !== 'help') ?? null };
  }
  switch (command) {
    case '--version':
      return { command: 'version' };
    case 'inspect':
      return parseInspect(rest);
    case 'compare':
      return parseCompare(rest);
    case 'cam':
      return parseCam(rest);
    case 'head':
      return parseHead(rest);
    case 'gradient':
      return parseGradient(rest);
    case 'explain':
      return parseExplain(rest);
    case 'evaluate':
      return parseEvaluate(rest);
    case 'fit':
      return parseFit(rest);
    case 'features':
      return parseFeatures(rest);
    default:
      throw new UsageError(
        `Unknown command "${command}": there is inspect, compare, cam, head, fit, features, gradient, explain and evaluate.`,
      );
  }
}

function parseInspect(argv: readonly string[]): InspectArguments {
  const { values, positionals } = parse(argv, {
    json: { type: 'boolean' },
    measure: { type: 'boolean' },
    input: { type: 'string', multiple: true },
  });
  const model = readOneModel('inspect', positionals);
  return {
    command: 'inspect',
    model,
    json: values.json ?? false,
    measure: values.measure ?? false,
    inputShapes: Object.fromEntries((values.input ?? []).map(parseInputShape)),
  };
}

function parseCompare(argv: readonly string[]): CompareArguments {
  const { values, positionals } = parse(argv, { json: { type: 'boolean' }, weights: { type: 'boolean' } });
  const [model, other, ...more] = positionals;
  if (model === undefined || other === undefined || more.length > 0) {
    throw new UsageError(`compare takes two models, MODEL and OTHER, not ${positionals.length}.`);
  }
  return { command: 'compare', model, other, json: values.json ?? false, weights: values.weights ?? false };
}

function parseCam(argv: readonly string[]): CamArguments {
  const { values, positionals } = parse(argv, {
    json: { type: 'boolean' },
    class: { type: 'string', multiple: true },
    method: { type: 'string' },
    layer: { type: 'string' },
    contrast: { type: 'string' },
    target: { type: 'string' },
    samples: { type: 'string' },
    seed: { type: 'string' },
    channels: { type: 'string' },
    window: { type: 'string' },
    stride: { type: 'string' },
    preprocess: { type: 'string' },
    labels: { type: 'string' },
    out: { type: 'string' },
    resume: { type: 'boolean' },
    batch: { type: 'string' },
    format: { type: 'string', multiple: true },
    metrics: { type: 'boolean' },
  });
  const [model, ...images] = positionals;
  if (model === undefined || images.length === 0) {
    throw new UsageError('cam takes a MODEL and at least one IMAGE.');
  }
  if (values.out === undefined && (values.resume === true || values.format !== undefined)) {
    throw new UsageError('--resume and --format go with --out DIR, the folder that is written to.');
  }
  return {
    command: 'cam',
    model,
    images,
    json: values.json ?? false,
    ...chooseTarget(values.target, values.class, values.contrast),
    method: values.method ?? null,
    layer: values.layer ?? null,
    sampling: parseSampling(values),
    preprocess: values.preprocess ?? null,
    labels: values.labels ?? null,
    out: values.out ?? null,
    resume: values.resume ?? false,
    batch: values.batch === undefined ? null : parseBatch(values.batch),
    formats: values.format === undefined ? null : splitList(values.format).map(parseFormat),
    metrics: values.metrics ?? false,
  };
}

function parseBatch(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) {
    throw new UsageError(`--batch is "${text}", but it is a number of images from 1 to 99999.`);
  }
  return Number(text);
}

function parseFormat(text: string): SeriesFormat {
  const format = SERIES_FORMATS.find((known) => known === text.trim().toLowerCase());
  if (format === undefined) {
    throw new UsageError(`--format is "${text}", but there is ${SERIES_FORMATS.join(', ')}.`);
  }
  return format;
}

function parseGradient(argv: readonly string[]): GradientArguments {
  const { values, positionals } = parse(argv, {
    json: { type: 'boolean' },
    output: { type: 'string' },
    class: { type: 'string', multiple: true },
    wrt: { type: 'string', multiple: true },
    out: { type: 'string' },
    input: { type: 'string', multiple: true },
    values: { type: 'string' },
  });
  const model = readOneModel('gradient', positionals);
  const { output, class: classes, wrt, input: inputs = [], values: folder } = values;
  if (output === undefined || classes === undefined || wrt === undefined) {
    throw new UsageError('gradient needs --output NAME, --class INDEX and --wrt TENSOR.');
  }
  if ((folder === undefined) !== (inputs.length === 0)) {
    throw new UsageError('--values DIR and --input NAME=FILE.npy go together: values need inputs to run on.');
  }
  return {
    command: 'gradient',
    model,
    json: values.json ?? false,
    output,
    classes: splitList(classes).map(parseClassIndex),
    wrt: splitList(wrt),
    out: values.out ?? null,
    inputs,
    values: folder ?? null,
  };
}

/** Lists may be separated by commas, given by repeated options, or both. */
function splitList(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(',')).filter((part) => part !== '');
}

function parseClassIndex(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new UsageError(`--class is "${text}", but it is an index from 0, or one per item: 3,7,1.`);
  }
  return Number(text);
}

/** `NAME=1,3,224,224`; names may hold "=" and ":", dimensions may not. */
function parseInputShape(text: string): [string, number[]] {
  const match = /^(.+)=(\d+(?:,\d+)*)$/.exec(text);
  if (match === null) {
    throw new UsageError(`--input is "${text}", but it looks like NAME=1,3,224,224.`);
  }
  const dimensions = match[2].split(',').map(Number);
  if (dimensions.some((size) => size < 1 || !Number.isSafeInteger(size))) {
    throw new UsageError(`--input is "${text}", but dimensions are whole numbers from 1.`);
  }
  return [match[1], dimensions];
}
