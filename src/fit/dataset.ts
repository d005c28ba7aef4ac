/** Images with the classes they belong to. */
export interface Dataset {
  /** Names, sorted; the index is the class of the fitted head. */
  readonly classes: readonly string[];
  /** Whether an image may belong to several classes or none: one sigmoid per class instead of a softmax. */
  readonly isMultiLabel: boolean;
  readonly images: readonly LabelledImage[];
}

export interface LabelledImage {
  /** Absolute. */
  readonly path: string;
  /** Class indices, ascending; exactly one unless the data set is multi-label. */
  readonly classes: readonly number[];
}

/** Images per class. */
export function countClasses(images: readonly Pick<LabelledImage, 'classes'>[], classCount: number): number[] {
  const counts = Array<number>(classCount).fill(0);
  for (const image of images) {
    image.classes.forEach((index) => counts[index]++);
  }
  return counts;
}
