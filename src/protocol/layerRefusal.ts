import type { ReportShape } from './modelReport';

/** A tensor at which no map can be drawn. */
export interface RefusedLayer {
  readonly tensor: string;
  /** null: unknown. */
  readonly shape: ReportShape;
  /** Whether it lies between the image and what is explained. */
  readonly isOnPath: boolean;
  /** What is explained, as in `the logits "logits"`. */
  readonly end: string;
}

/** Why no map can be drawn at a tensor, without a full stop: the same where it is offered as where it is asked for. */
export function describeLayerRefusal({ tensor, shape, isOnPath, end }: RefusedLayer): string {
  if (!isOnPath) {
    return `"${tensor}" does not lie between the image and ${end}`;
  }
  const sizes = shape === null ? 'of unknown shape' : `[${shape.map((size) => size ?? '?').join(', ')}]`;
  return `"${tensor}" ${sizes} has no rows and columns of numbers that lie on the image`;
}
