import { UserError } from '../userError';
import type { Dimension, Graph, Shape, ValueInfo } from './model';
import type { PartialShape } from './valueFacts';

/** Shapes of the graph's inputs with every free dimension bound to a number. */
export interface BoundInputs {
  /** Inputs whose rank is not known are missing. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Value of each symbolic dimension (`N`, `height`). */
  readonly symbols: ReadonlyMap<string, number>;
  /** Every size that is a default, the batch included, in words: `sequence = 1 of input "ids"`. */
  readonly assumed: readonly string[];
  /** Sizes that count as 1 for want of anything better, the batch excepted: symbols, or `input:axis`. */
  readonly open: readonly string[];
  readonly warnings: readonly string[];
}

/** A free dimension that got a default. */
interface Chosen {
  readonly axis: number;
  readonly size: number;
  /** The symbol, or `input:axis` where there is none. */
  readonly key: string;
  /** `sequence = 1`. */
  readonly text: string;
}

/** Height and width of an image input that the file leaves free: what ImageNet classifiers are fed. */
const DEFAULT_IMAGE_SIZE = 224;
/** Channels of an image input that the file leaves free. */
const DEFAULT_CHANNELS = 3;

/**
 * Binds free dimensions: those the caller names win, a symbol keeps one value wherever it occurs, the first dimension
 * is the batch and counts as 1, height and width of an image count as 224, anything else as 1. Defaults are warned about,
 * the batch excepted.
 * `fitting` has better sizes than 1 for some of what would be `open`.
 * @throws UserError `badArgument` when `inputShapes` names an unknown input or contradicts the file.
 */
export function bindInputs(
  graph: Graph,
  inputShapes: Readonly<Record<string, readonly number[]>>,
  fitting: ReadonlyMap<string, number> = new Map(),
): BoundInputs {
  const inputs = new Map(graph.inputs.map((input) => [input.name, input]));
  const symbols = new Map<string, number>();
  const shapes = new Map<string, readonly number[]>();
  for (const [name, asked] of Object.entries(inputShapes)) {
    shapes.set(name, checkAsked(name, asked, inputs, symbols));
  }
  const assumed: string[] = [];
  const open: string[] = [];
  const warnings: string[] = [];
  for (const input of graph.inputs) {
    if (shapes.has(input.name)) {
      continue;
    }
    if (input.shape === null) {
      warnings.push(...describeUnknownRank(input));
      continue;
    }
    const chosen: Chosen[] = [];
    const shape = input.shape.map((dimension, axis) =>
      bindDimension(input, axis, dimension, { symbols, chosen, fitting }),
    );
    shapes.set(input.name, shape);
    assumed.push(...chosen.map(({ text }) => `${text} of input "${input.name}"`));
    open.push(...chosen.filter(({ axis, size }) => axis > 0 && size === 1).map(({ key }) => key));
    warnings.push(...describeChosen(input, shape, chosen));
  }
  return { shapes, symbols, assumed, open, warnings };
}

function checkAsked(
  name: string,
  asked: readonly number[],
  inputs: ReadonlyMap<string, ValueInfo>,
  symbols: Map<string, number>,
): readonly number[] {
  const input = inputs.get(name);
  if (input === undefined) {
    const names = [...inputs.keys()].map((known) => `"${known}"`).join(', ');
    throw new UserError('badArgument', `The model has no input "${name}"; its inputs are ${names}.`);
  }
  if (asked.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new UserError(
      'badArgument',
      `Input "${name}": a shape is a list of whole numbers, found ${asked.join(', ')}.`,
    );
  }
  const declared = input.shape;
  const fits =
    declared === null ||
    (declared.length === asked.length && declared.every((size, axis) => isFree(size) || size === asked[axis]));
  if (!fits) {
    throw new UserError(
      'badArgument',
      `Input "${name}" is ${formatShape(declared)} in the file, which ${formatShape(asked)} does not fit; ` +
        'only its free dimensions can be chosen.',
    );
  }
  declared?.forEach((dimension, axis) => {
    if (typeof dimension === 'string') {
      symbols.set(dimension, asked[axis]);
    }
  });
  return asked;
}

/** Some exporters write -1 for a free dimension. */
function isFree(dimension: Dimension): boolean {
  return typeof dimension !== 'number' || dimension < 0;
}

interface Binding {
  readonly symbols: Map<string, number>;
  readonly chosen: Chosen[];
  readonly fitting: ReadonlyMap<string, number>;
}

function bindDimension(
  { name, shape }: ValueInfo,
  axis: number,
  dimension: Dimension,
  { symbols, chosen, fitting }: Binding,
): number {
  if (typeof dimension === 'number' && dimension >= 0) {
    return dimension;
  }
  const known = typeof dimension === 'string' ? symbols.get(dimension) : undefined;
  if (known !== undefined) {
    return known;
  }
  const key = typeof dimension === 'string' ? dimension : `${name}:${axis}`;
  const usual = axis === 0 ? 1 : defaultSize(shape ?? [], axis);
  const fit = axis > 0 && usual === 1 ? fitting.get(key) : undefined;
  const size = fit ?? usual;
  const text = `${typeof dimension === 'string' ? dimension : `dimension ${axis}`} = ${size}`;
  chosen.push({ axis, size, key, text: fit === undefined ? text : `${text} (to fit fixed sizes inside)` });
  if (typeof dimension === 'string') {
    symbols.set(dimension, size);
  }
  return size;
}

/** Images are [N, 1…4, H, W] or [N, H, W, 1…4]; with all but the batch free, [N, C, H, W]. */
function defaultSize(shape: readonly Dimension[], axis: number): number {
  if (shape.length !== 4) {
    return 1;
  }
  const isChannels = (position: number) => {
    const size = shape[position];
    return typeof size === 'number' && size >= 1 && size <= 4;
  };
  const channelAxis = isChannels(1) || !isChannels(3) ? 1 : 3;
  const channels = shape[channelAxis];
  if (axis === channelAxis) {
    return DEFAULT_CHANNELS;
  }
  return isFree(channels) || isChannels(channelAxis) ? DEFAULT_IMAGE_SIZE : 1;
}

function describeChosen(input: ValueInfo, shape: readonly number[], all: readonly Chosen[]): string[] {
  const chosen = all.filter(({ axis }) => axis !== 0).map(({ text }) => text);
  if (chosen.length === 0) {
    const batch = shape[0];
    // Of fewer dimensions the first may be anything: channels of one image, tokens, features.
    const fixed = input.shape?.[0] === batch && shape.length >= 4 && batch > 1;
    return fixed
      ? [`Input "${input.name}" has a fixed batch of ${batch}: costs are those of all ${batch} together.`]
      : [];
  }
  return [
    `Input "${input.name}" leaves ${chosen.length === 1 ? 'a dimension' : 'dimensions'} free; ` +
      `the figures assume ${chosen.join(', ')}, that is ${formatShape(shape)}. Give its shape to change that.`,
  ];
}

function describeUnknownRank(input: ValueInfo): string[] {
  return input.elementType === null
    ? []
    : [`Input "${input.name}" has no declared shape; give one to see shapes and costs of what depends on it.`];
}

function formatShape(shape: Shape | PartialShape): string {
  return shape === null ? 'of unknown rank' : `[${shape.map((size) => size ?? '?').join(', ')}]`;
}
