import type { ClassSelection } from '../cam/explainedExtension';
import { CLASS_SELECTIONS } from '../cam/explainedExtension';
import { parse } from './parseOptions';
import { readOneModel } from './oneModel';
import { UsageError } from './usageError';

export interface ExplainArguments {
  readonly command: 'explain';
  readonly model: string;
  readonly json: boolean;
  /** As given: name of a row in the table of methods. */
  readonly method: string;
  readonly layer: string | null;
  /** null: what the method is best at. */
  readonly classes: ClassSelection | null;
  readonly weights: 'embed' | 'external';
  /** What the saved model is compared with the original on; null: random numbers. */
  readonly image: string | null;
  readonly preprocess: string | null;
  readonly labels: string | null;
  readonly out: string;
}

const WEIGHTS = ['embed', 'external'] as const;

export function parseExplain(argv: readonly string[]): ExplainArguments {
  const { values, positionals } = parse(argv, {
    json: { type: 'boolean' },
    method: { type: 'string' },
    layer: { type: 'string' },
    classes: { type: 'string' },
    weights: { type: 'string' },
    image: { type: 'string' },
    preprocess: { type: 'string' },
    labels: { type: 'string' },
    out: { type: 'string' },
  });
  const model = readOneModel('explain', positionals);
  if (values.out === undefined) {
    throw new UsageError('explain needs --out FILE.onnx, the model to be written.');
  }
  return {
    command: 'explain',
    model,
    json: values.json ?? false,
    method: values.method ?? 'cam',
    layer: values.layer ?? null,
    classes: values.classes === undefined ? null : choose('--classes', values.classes, CLASS_SELECTIONS),
    weights: choose('--weights', values.weights ?? 'embed', WEIGHTS),
    image: values.image ?? null,
    preprocess: values.preprocess ?? null,
    labels: values.labels ?? null,
    out: values.out,
  };
}

function choose<Choice extends string>(option: string, text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((each) => each === text);
  if (choice === undefined) {
    throw new UsageError(`${option} is "${text}", but it is one of ${choices.join(', ')}.`);
  }
  return choice;
}
