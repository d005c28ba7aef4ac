import { describe, expect, it } from 'vitest';
import { searchClasses, toClassLabel, toClassNumber, toClassTitle } from '../../../../webview/cam/classLabels';

const LABELS = ['catamaran', 'tabby cat', 'Siamese cat', 'dog', 'oystercatcher'];
const LOGITS = [0, 1, 2, 9, 0];
const find = (query: string, limit = 10): readonly number[] => searchClasses(LABELS, LOGITS, query, limit).found;

describe('searchClasses', () => {
  it('orders all classes by logit when nothing is typed', () => {
    expect(find('')).toEqual([3, 2, 1, 0, 4]);
  });

  it('finds whole words before beginnings before parts, the larger logit first', () => {
    expect(find('cat')).toEqual([2, 1, 0, 4]);
  });

  it('wants all words, in any case and order', () => {
    expect(find('CAT tab')).toEqual([1]);
    expect(find('cat dog')).toEqual([]);
  });

  it('finds a class by its number', () => {
    expect(find('3')).toEqual([3]);
  });

  it('says how many there are beyond the limit', () => {
    expect(searchClasses(LABELS, LOGITS, 'cat', 2)).toEqual({ found: [2, 1], total: 4 });
  });

  it('works without labels', () => {
    expect(searchClasses(null, LOGITS, 'class 4', 10).found).toEqual([4]);
    expect(toClassLabel(null, 4)).toBe('Class 4');
    expect(toClassLabel(LABELS, 7)).toBe('Class 7');
  });
});

describe('a class', () => {
  it('is called by number and label, by its number only once', () => {
    expect([toClassNumber(LABELS, 1), toClassLabel(LABELS, 1), toClassTitle(LABELS, 1)]).toEqual([
      '1',
      'tabby cat',
      'Class 1: tabby cat',
    ]);
    expect([toClassNumber(null, 1), toClassLabel(null, 1), toClassTitle(null, 1)]).toEqual(['', 'Class 1', 'Class 1']);
  });
});
