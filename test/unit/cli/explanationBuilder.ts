import type { Explanation } from '../../../src/protocol/explanation';

/** An explanation of a 1-channel GAP head with one class; give what the test is about. */
export function createExplanation(change: Partial<Explanation>): Explanation {
  return {
    imageId: 'cat.png',
    image: '/images/cat.png',
    kind: 'gap-linear',
    channels: 1,
    height: 1,
    width: 1,
    aggregate: 'mean',
    logits: Float32Array.of(1),
    probabilities: null,
    probabilitySource: null,
    top: [0],
    featureMap: Float32Array.of(1),
    maps: [],
    receptiveField: null,
    placement: null,
    inputPicture: { width: 1, height: 1, rgba: new Uint8ClampedArray(4) },
    elapsedMs: { decode: 0, run: 0 },
    ...change,
  };
}
