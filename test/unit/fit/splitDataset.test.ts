import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/tensor/random';
import { splitDataset } from '../../../src/fit/splitDataset';

const images = Array.from({ length: 107 }, (_, index) => ({ classes: [index < 70 ? 0 : index < 105 ? 1 : 2] }));
const options = { seed: 3, validationShare: 0.2 };
const countOf = (positions: readonly number[], wanted: number) =>
  positions.filter((position) => images[position].classes[0] === wanted).length;

describe('a stratified split', () => {
  it('holds out the same share of each class, at least one, never all', () => {
    const { train, validation } = splitDataset(images, 3, options);
    expect([0, 1, 2].map((index) => countOf(validation, index))).toEqual([14, 7, 1]);
    expect([0, 1, 2].map((index) => countOf(train, index))).toEqual([56, 28, 1]);
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...images.keys()]);
  });

  it('is the same for the same seed on every machine, and another for another', () => {
    const { validation } = splitDataset(images, 3, options);
    expect(splitDataset(images, 3, options).validation).toEqual(validation);
    const random = createRandom(0);
    expect([random(), random()]).toEqual([0.26642920868471265, 0.0003297457005828619]);
    expect(splitDataset(images, 3, { ...options, seed: 4 }).validation).not.toEqual(validation);
  });

  it('orders the training images so that every stretch has the classes in their proportions', () => {
    const { train } = splitDataset(images, 3, options);
    for (let start = 0; start + 17 <= train.length; start += 17) {
      const stretch = train.slice(start, start + 17);
      expect(Math.abs(countOf(stretch, 0) - (17 * 56) / 85)).toBeLessThanOrEqual(2);
    }
  });

  it('counts an image with several labels for the rarest, and one without for none', () => {
    const several = [[0, 1], [0, 1], [0], [0], [0], [0], [], []].map((classes) => ({ classes }));
    const { validation } = splitDataset(several, 2, { seed: 0, validationShare: 0.3 });
    const strata = validation.map((position) => several[position].classes.join());
    expect(strata.sort()).toEqual(['', '0', '0,1']);
  });
});
