import { describe, expect, test } from 'vitest';
import { describeCostBasis } from '../../../src/protocol/costBasis';
import type { ReportDimension } from '../../../src/protocol/modelReport';

const input = (shape: readonly ReportDimension[], boundShape: readonly number[] = shape as number[]) => [
  { name: 'image', type: 'float32', shape, boundShape },
];

describe('what costs are counted for', () => {
  test.each([
    ['a batch that is left free', input(['N', 3, 'H', 'W'], [8, 3, 64, 64]), 'at batch 8'],
    ['one sequence', input([1, 128]), 'at batch 1'],
    ['a fixed batch of images', input([4, 3, 224, 224]), 'at batch 4'],
    ['one image without a batch', input([3, 320, 320]), 'for image 3×320×320'],
    ['a model without inputs', [], ''],
    ['an input of unknown rank', [{ name: 'x', type: null, shape: null, boundShape: null }], ''],
  ])('%s', (_, inputs, expected) => {
    expect(describeCostBasis(inputs)).toBe(expected);
  });
});
