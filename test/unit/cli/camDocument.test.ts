import { describe, expect, it } from 'vitest';
import { computeLedger, toImageDocument } from '../../../src/cli/camDocument';
import type { ClassMap } from '../../../src/protocol/explanation';
import { createExplanation } from './explanationBuilder';

const facts = { layer: 'features', note: '', contrast: null, classes: [], labels: null, files: new Map() };
const certificate = { aggregate: 'mean', value: 1.5, bias: 0.25, logit: 1.75, residual: 0, holds: true } as const;
const map = (classIndex: number, change: Partial<ClassMap> = {}): ClassMap => ({
  classIndex,
  map: Float32Array.of(1, 2),
  weights: Float32Array.of(2, -3),
  contributions: Float32Array.of(1, -1.5),
  certificate,
  ...change,
});
const explanation = createExplanation({
  channels: 2,
  height: 1,
  width: 2,
  featureMap: Float32Array.of(0, 1, 1, 0),
  logits: Float32Array.of(1.75, 3),
  probabilities: Float32Array.of(0.25, 0.75),
  top: [1, 0],
  maps: [map(0), map(1)],
});

describe('toImageDocument', () => {
  it('lists classes by likelihood and maps in the order asked for', () => {
    const document = toImageDocument('cat.png', explanation, {
      ...facts,
      classes: [0, 1],
      labels: ['cat', 'dog'],
      files: new Map([[0, 'a.npy']]),
    });
    expect(document.top).toEqual([
      { class: 1, label: 'dog', logit: 3, probability: 0.75 },
      { class: 0, label: 'cat', logit: 1.75, probability: 0.25 },
    ]);
    const common = {
      ...{ method: 'cam', unit: 'logit', contrast: null, layer: 'features', height: 1, width: 2, certificate },
      remark: null,
      ...{ target: 'the logit of the class', value: certificate.logit, figures: [], source: 'measured' },
    };
    expect(document.maps).toEqual([
      { class: 0, ...common, file: 'a.npy' },
      { class: 1, ...common, file: null },
    ]);
    expect(document.ledger).toEqual([
      { channel: 1, weight: -3, mean: 0.5, contribution: -1.5 },
      { channel: 0, weight: 2, mean: 0.5, contribution: 1 },
    ]);
  });

  it('has neither labels nor probabilities where the model has none', () => {
    const bare = { ...explanation, probabilities: null };
    expect(toImageDocument('cat.png', bare, { ...facts, classes: [1] }).top[0]).toEqual({
      class: 1,
      label: null,
      logit: 3,
      probability: null,
    });
  });

  it('keeps the 20 channels that contribute most', () => {
    const channels = 30;
    const many = createExplanation({
      channels,
      featureMap: new Float32Array(channels).fill(1),
      maps: [
        map(0, {
          weights: new Float32Array(channels),
          contributions: Float32Array.from({ length: channels }, (_, channel) => (channel % 2 ? channel : -channel)),
        }),
      ],
    });
    const { ledger } = toImageDocument('cat.png', many, { ...facts, classes: [0] });
    expect(ledger.map(({ channel }) => channel)).toEqual(Array.from({ length: 20 }, (_, index) => 29 - index));
  });
});

describe('computeLedger', () => {
  it('adds up the weights of an FC head over positions', () => {
    const perPosition = map(0, { weights: Float32Array.of(1, 2, 3, -4) });
    expect(computeLedger(perPosition, explanation).map(({ weight }) => weight)).toEqual([-1, 3]);
  });
});
