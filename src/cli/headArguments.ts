import { parse } from './parseOptions';
import { readOneModel } from './oneModel';
import { UsageError } from './usageError';

export interface HeadArguments {
  readonly command: 'head';
  readonly model: string;
  readonly json: boolean;
  readonly to: 'gap' | 'fc';
  /** null: the one that goes with the head. */
  readonly method: 'project' | 'distill' | 'fit' | null;
  /** A folder or a CSV file. */
  readonly images: string | null;
  /** Which of several heads. */
  readonly headIndex: number;
  readonly preprocess: string | null;
  readonly labels: string | null;
  /** The file the new model is saved to. */
  readonly out: string | null;
}

export function parseHead(argv: readonly string[]): HeadArguments {
  const { values, positionals } = parse(argv, {
    json: { type: 'boolean' },
    to: { type: 'string' },
    method: { type: 'string' },
    images: { type: 'string' },
    'head-index': { type: 'string' },
    preprocess: { type: 'string' },
    labels: { type: 'string' },
    out: { type: 'string' },
  });
  const model = readOneModel('head', positionals);
  const { to, method = null, 'head-index': headIndex = '0' } = values;
  if (to !== 'gap' && to !== 'fc') {
    throw new UsageError(`head needs --to gap or --to fc${to === undefined ? '' : `, not "${to}"`}.`);
  }
  if (method !== null && method !== 'project' && method !== 'distill' && method !== 'fit') {
    throw new UsageError(`--method is "${method}": there is project, distill and fit.`);
  }
  if (!/^\d+$/.test(headIndex)) {
    throw new UsageError(`--head-index is "${headIndex}", but it is a number from 0.`);
  }
  return {
    command: 'head',
    model,
    json: values.json ?? false,
    to,
    method,
    images: values.images ?? null,
    headIndex: Number(headIndex),
    preprocess: values.preprocess ?? null,
    labels: values.labels ?? null,
    out: values.out ?? null,
  };
}
