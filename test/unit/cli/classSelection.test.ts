import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/userError';
import { parseClassChoice, toClassIndices } from '../../../src/cli/classSelection';

const labels = {
  labels: ['tabby, tabby cat', 'dog', 'crane', 'crane'],
  names: null,
  source: 'chosen',
  note: '',
} as const;

describe('class choices', () => {
  it('tells indices, labels and ranks apart', () => {
    const choices = ['top1', 'TABBY CAT', '3', 'top5'].map((text) => parseClassChoice(text, 4, labels));
    expect(toClassIndices(choices, [1, 3, 2, 0])).toEqual([1, 0, 3, 2]);
  });

  it.each([['4'], ['crane'], ['cat food']])('refuses "%s" as an argument', (text) => {
    expect(() => parseClassChoice(text, 4, labels)).toThrow(UserError);
  });
});
