import type { LabelledImage } from './dataset';
import { countClasses } from './dataset';
import { createRandom } from '../tensor/random';

/** Positions in the list of images. */
export interface Split {
  /**
   * In an order that spreads every class evenly: any stretch of it, from the first n to a fold in the middle, has the
   * classes in nearly their proportions.
   */
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

/**
 * A stratified split: of every class the same share is held out, at least one image and never all. Images with several
 * classes count for the rarest of them, images with none are a class of their own. The same seed and list give the same
 * split on every machine.
 */
export function splitDataset(
  images: readonly Pick<LabelledImage, 'classes'>[],
  classCount: number,
  { seed, validationShare }: { readonly seed: number; readonly validationShare: number },
): Split {
  const random = createRandom(seed);
  const [train, validation]: [number[][], number[][]] = [[], []];
  for (const stratum of toStrata(images, classCount)) {
    const shuffled = shuffle(stratum, random);
    const wanted = Math.max(1, Math.round(shuffled.length * validationShare));
    const held = shuffled.length < 2 ? 0 : Math.min(wanted, shuffled.length - 1);
    validation.push(shuffled.slice(0, held));
    train.push(shuffled.slice(held));
  }
  return { train: spread(train, random), validation: spread(validation, random) };
}

function toStrata(images: readonly Pick<LabelledImage, 'classes'>[], classCount: number): number[][] {
  const counts = countClasses(images, classCount);
  const strata = Array.from({ length: classCount + 1 }, (): number[] => []);
  images.forEach(({ classes }, position) => {
    const rarest = classes.reduce(
      (found, index) => (counts[index] < (counts[found] ?? Infinity) ? index : found),
      classCount,
    );
    strata[rarest].push(position);
  });
  return strata;
}

/** Fisher and Yates. */
function shuffle(values: readonly number[], random: () => number): number[] {
  const shuffled = [...values];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]];
  }
  return shuffled;
}

/** The j-th of n members stands at (j + u)/n of the way, u uniform for each stratum. */
function spread(strata: readonly (readonly number[])[], random: () => number): number[] {
  return strata
    .flatMap((members) => {
      const offset = random();
      return members.map((position, rank) => ({ position, place: (rank + offset) / members.length }));
    })
    .sort((one, other) => one.place - other.place || one.position - other.position)
    .map(({ position }) => position);
}
