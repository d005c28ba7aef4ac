/**
 * A number of the model that maps can explain in place of a class score, as a person states it: files are named, not
 * read. Indices count from 0; boxes are in cells of the output.
 */
export type TargetChoice =
  | ElementsTarget
  | BoxTarget
  /** One channel of a spatial output, added up with the weights of a file (`.npy` or PNG). */
  | { readonly kind: 'mask'; readonly output: string; readonly channel: number; readonly file: string }
  /** Cosine of a value (null: the likeliest embedding) to that of another image, or to a vector stored as `.npy`. */
  | { readonly kind: 'similarity'; readonly output: string | null; readonly file: string };

/** Elements of an output, added up: an index for each axis, null for all of that axis. The first axis is the batch. */
export interface ElementsTarget {
  readonly kind: 'elements';
  readonly output: string;
  readonly index: readonly (number | null)[];
}

/** One channel of a spatial output, added up over a box in cells of that output. */
export interface BoxTarget {
  readonly kind: 'box';
  readonly output: string;
  readonly channel: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What a target in the grammar of `--target` says; `class`: class scores, by index or label. */
export type TargetReading =
  | TargetChoice
  /** Indices; null: the image's most likely class, or no class that is subtracted. */
  | { readonly kind: 'class'; readonly classIndex: number | null; readonly contrastClass: number | null };

/** An output that maps can explain. */
export interface TargetOutput {
  readonly name: string;
  readonly shape: readonly number[];
  /** null when it has no rows and columns that lie on the image. */
  readonly grid: TargetGrid | null;
}

export interface TargetGrid {
  readonly channels: number;
  readonly rows: number;
  readonly columns: number;
}

/** What can be explained of a model beside its class scores. */
export interface TargetOffers {
  readonly outputs: readonly TargetOutput[];
  /** Values by whose direction images can be compared, the likeliest first. */
  readonly embeddings: readonly { readonly name: string; readonly size: number }[];
  /** What is explained unless something else is chosen, where no class is; null where one is. */
  readonly usual: { readonly target: TargetChoice; readonly reason: string } | null;
}

/** In the grammar of `--target`. */
export function toTargetText(target: TargetChoice): string {
  switch (target.kind) {
    case 'elements':
      return `output:${target.output}[${target.index.map((each) => each ?? ':').join(',')}]`;
    case 'box': {
      const { output, channel, left, top, width, height } = target;
      return `box:${[output, channel, left, top, width, height].join(',')}`;
    }
    case 'mask':
      return `mask:${target.output},${target.channel},${target.file}`;
    case 'similarity':
      return `similarity:${target.output === null ? '' : `${target.output},`}${target.file}`;
  }
}

/** Whether saved data, perhaps of another version, is a target. */
export function isTargetChoice(saved: unknown): saved is TargetChoice {
  if (typeof saved !== 'object' || saved === null) {
    return false;
  }
  const target = saved as Readonly<Record<string, unknown>>;
  const hasText = (...names: readonly string[]): boolean => names.every((name) => typeof target[name] === 'string');
  const hasIndex = (...names: readonly string[]): boolean => names.every((name) => isIndex(target[name]));
  switch (target['kind']) {
    case 'elements': {
      const { index } = target;
      return hasText('output') && Array.isArray(index) && index.every((each) => each === null || isIndex(each));
    }
    case 'box':
      return hasText('output') && hasIndex('channel', 'left', 'top', 'width', 'height');
    case 'mask':
      return hasText('output', 'file') && hasIndex('channel');
    case 'similarity':
      return hasText('file') && (target['output'] === null || hasText('output'));
    default:
      return false;
  }
}

function isIndex(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}
