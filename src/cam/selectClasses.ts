import type { HeadDescription } from '../analysis/heads/headDescription';
import type { Model } from '../graph/model';
import { UserError } from '../userError';
import { emitActivation } from './emittedValues';
import type { NodeBuilder } from './nodeBuilder';

/** Which classes maps are drawn for. B is the batch N, or 1 when every image has the same classes. */
export interface SelectedClasses {
  /** [N, K] float32. */
  readonly logits: string;
  /** [B, n] int64. */
  readonly classes: string;
  /** [N, n] int64: positions in [N·K]; null when every class is selected in order. */
  readonly positions: string | null;
  readonly count: number;
  /** Name of the extra input of class indices, null when there is none. */
  readonly input: string | null;
}

/** The classes with the largest logits of each image, followed by those the caller asks for in an int64 input [m]. */
export function selectTopClasses(
  builder: NodeBuilder,
  model: Model,
  head: HeadDescription,
  topCount: number,
): SelectedClasses {
  const { logits, count } = emitLogits(builder, head);
  const top = builder.topIndices(logits, Math.min(topCount, count));
  const input = builder.input('classes', 'int64', ['headlight_classes']);
  const isSingle = model.graph.inputs.every((value) => value.shape?.[0] === 1);
  const asked = isSingle
    ? builder.reshape(input, [1, -1])
    : builder.add('Expand', [input, builder.concat([builder.dimension(logits, 0), builder.int64([1])], 0)]);
  const classes = builder.concat([top, asked], 1);
  return {
    logits,
    classes,
    positions: isSingle ? classes : emitPositions(builder, logits, classes, count),
    count,
    input,
  };
}

/** Every class, in order, the same for each image. */
export function selectAllClasses(builder: NodeBuilder, head: HeadDescription): SelectedClasses {
  const { logits, count } = emitLogits(builder, head);
  return { logits, classes: builder.countingTensor(count, [1, count]), positions: null, count, input: null };
}

function emitLogits(builder: NodeBuilder, head: HeadDescription): { readonly logits: string; readonly count: number } {
  if (head.logits === null || head.classes === null) {
    throw new UserError('noHead', head.reason ?? 'This model has no classification head.');
  }
  const values = emitActivation(builder, head.logits, head.logitsElementType ?? 'float32');
  return {
    logits: builder.add('Reshape', [values, builder.int64([-1, head.classes])], {}, 'logits'),
    count: head.classes,
  };
}

/** class + item·K. */
function emitPositions(builder: NodeBuilder, logits: string, classes: string, count: number): string {
  const items = builder.reshape(builder.count(builder.dimension(logits, 0)), [-1, 1]);
  return builder.add('Add', [classes, builder.add('Mul', [items, builder.int64([count])])]);
}
