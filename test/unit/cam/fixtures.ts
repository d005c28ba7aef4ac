import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readNpy } from '../../../src/tensor/npy';
import type { Tensor } from '../../../src/tensor/tensor';

const HEADS = path.resolve(__dirname, '../../fixtures/heads');

/** What a fixture's `expected.json` says. */
export interface ExpectedHead {
  readonly name: string;
  readonly kind: string;
  readonly exact: boolean;
  readonly classes: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly headParameters: number;
  readonly activation: string | null;
  readonly featureMapCandidates: readonly { readonly name: string; readonly layout: string }[];
  readonly logitsCandidates: readonly string[];
  readonly inputShape: readonly number[];
  readonly counterfactual: { readonly gap_linear: number; readonly flatten_fc: number };
  readonly lossy: boolean;
  readonly mapAggregate: 'mean' | 'sum' | null;
  readonly mapBias: readonly number[] | null;
}

export interface HeadFixture {
  readonly name: string;
  readonly modelPath: string;
  readonly expected: ExpectedHead;
  /** A reference tensor, or null when the fixture has none of that name. */
  readonly tensor: (name: string) => Tensor | null;
}

/** The labelled heads: small seeded models, one per way to spell a head. */
export const HEAD_FIXTURES: readonly HeadFixture[] = readdirSync(HEADS).map((name) => ({
  name,
  modelPath: path.join(HEADS, name, 'model.onnx'),
  expected: JSON.parse(readFileSync(path.join(HEADS, name, 'expected.json'), 'utf8')) as ExpectedHead,
  tensor: (tensor) => loadTensor(path.join(HEADS, name, `${tensor}.npy`)),
}));

export function loadTensor(file: string): Tensor | null {
  return existsSync(file) ? readNpy(readFileSync(file)) : null;
}

export const DEMO = path.resolve(__dirname, '../../../media/demo');
