import type { CellAxes } from '../analysis/receptive/cellField';
import type { InferredGraph } from '../graph/inferShapes';
import type { ElementType } from '../graph/model';
import type { NodeBuilder } from '../onnx/nodeBuilder';

/** A tensor between the image and the logits whose cells lie somewhere on the image. */
export interface SpatialLayer {
  readonly tensor: string;
  readonly elementType: ElementType;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly axes: CellAxes;
}

/** Types of numbers that have derivatives. */
export const FLOATS: ReadonlySet<string> = new Set(['float32', 'float16', 'bfloat16', 'float64']);

/** [N, C, H, W], [N, H, W, C], tokens [N, T, C] or [N, C, T]; null for everything else. */
export function describeLayer(inferred: InferredGraph, tensor: string, axes: CellAxes): SpatialLayer | null {
  const shape = inferred.facts.get(tensor)?.shape ?? null;
  const elementType = inferred.facts.get(tensor)?.elementType ?? null;
  const cellAxes = axes.kind === 'grid' ? [axes.row, axes.column] : [axes.axis];
  if (
    shape?.length !== cellAxes.length + 2 ||
    cellAxes.includes(0) ||
    elementType === null ||
    !FLOATS.has(elementType)
  ) {
    return null;
  }
  const channels = shape[findChannelAxis(axes)];
  const [height, width] = axes.kind === 'grid' ? [shape[axes.row], shape[axes.column]] : [axes.rows, axes.columns];
  if (typeof channels !== 'number' || typeof height !== 'number' || typeof width !== 'number' || height * width < 2) {
    return null;
  }
  return { tensor, elementType, channels, height, width, axes };
}

/** The one axis that is neither the batch (0) nor one of cells. */
function findChannelAxis(axes: CellAxes): number {
  return axes.kind === 'grid' ? 6 - axes.row - axes.column : 3 - axes.axis;
}

/** A value of the layer's shape as float32 [N, C, P], class tokens left out. */
export function emitCells(builder: NodeBuilder, layer: SpatialLayer, value: string): string {
  const { axes, elementType, height, width } = layer;
  const typed = elementType === 'float32' ? value : builder.cast(value, 'float32');
  const channel = findChannelAxis(axes);
  if (axes.kind === 'tokens') {
    const first = channel === 1 ? typed : builder.transpose(typed, [0, 2, 1]);
    return axes.offset === 0 ? first : builder.slice(first, axes.offset, axes.offset + height * width, 2);
  }
  const isChannelsFirst = channel === 1 && axes.row === 2;
  return builder.reshape(
    isChannelsFirst ? typed : builder.transpose(typed, [0, channel, axes.row, axes.column]),
    [0, 0, -1],
  );
}
