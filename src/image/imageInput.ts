import type { Dimension, ElementType, Model, ValueInfo } from '../graph/model';
import { UserError } from '../userError';

/** The model's input that takes the image. */
export interface ImageInput {
  readonly name: string;
  readonly elementType: ElementType | null;
  readonly layout: 'NCHW' | 'NHWC';
  readonly channels: 1 | 3;
  /** Pixels; null where the model leaves the size open. */
  readonly height: number | null;
  readonly width: number | null;
}

/**
 * The first input of rank 4 whose channel axis has 1 or 3 entries (an open channel axis counts as 3).
 * Throws UserError `badPreprocessing` when no input can take an image.
 */
export function findImageInput(model: Model): ImageInput {
  for (const input of model.graph.inputs) {
    const found = toImageInput(input, model);
    if (found !== null) {
      return found;
    }
  }
  const inputs = model.graph.inputs.map(
    ({ name, shape }) => `${name} [${shape?.map(showDimension).join(', ') ?? '?'}]`,
  );
  throw new UserError(
    'badPreprocessing',
    `No input of the model takes an image: found ${inputs.join('; ') || 'no inputs'}; wanted [batch, channels, height, ` +
      'width] or [batch, height, width, channels] with 1 or 3 channels. Give a ready input tensor as .npy instead.',
  );
}

function toImageInput(input: ValueInfo, model: Model): ImageInput | null {
  const shape = input.shape ?? [null, null, null, null];
  if (shape.length !== 4 || (input.shape === null && model.graph.inputs.length > 1)) {
    return null;
  }
  const layout = findLayout(input.name, shape, model);
  const [channels, height, width] = layout === 'NCHW' ? shape.slice(1) : [shape[3], shape[1], shape[2]];
  const count = typeof channels === 'number' ? channels : 3;
  if (count !== 1 && count !== 3) {
    return null;
  }
  const { name, elementType } = input;
  return { name, elementType, layout, channels: count, height: toSize(height), width: toSize(width) };
}

function findLayout(name: string, shape: readonly Dimension[], model: Model): 'NCHW' | 'NHWC' {
  if (isChannelCount(shape[1])) {
    return 'NCHW';
  }
  if (isChannelCount(shape[3])) {
    return 'NHWC';
  }
  // Exporters from TensorFlow put one Transpose to NCHW in front.
  const perm = model.graph.nodes
    .find(({ inputs, opType }) => opType === 'Transpose' && inputs[0] === name)
    ?.attributes.get('perm');
  return perm?.type === 'ints' && perm.value.join() === '0,3,1,2' ? 'NHWC' : 'NCHW';
}

function isChannelCount(dimension: Dimension): boolean {
  return dimension === 1 || dimension === 3;
}

function toSize(dimension: Dimension): number | null {
  return typeof dimension === 'number' && dimension > 0 ? dimension : null;
}

function showDimension(dimension: Dimension): string {
  return dimension === null ? '?' : String(dimension);
}
