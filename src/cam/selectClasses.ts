import type { HeadDescription } from '../analysis/heads/headDescription';
import type { Model } from '../graph/model';
import { UserError } from '../userError';
import { emitActivation } from './emittedValues';
import type { NodeBuilder } from '../onnx/nodeBuilder';

/** Which classes maps are drawn for. B is the batch N, or 1 when every image has the same classes. */
export interface SelectedClasses {
  /** [N, K] float32. */
  readonly logits: string;
  /** [B, n] int64. */
  readonly classes: string;
  /**
   * How the selected classes' parts are picked from [N, K, …]: by indexing one image, by multiplying with unit rows
   * [N, n, K] when each image of a batch has its own classes, or not at all when every class is selected in order.
   */
  readonly pick: { readonly by: 'index' } | { readonly by: 'unitRows'; readonly rows: string } | { readonly by: 'all' };
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
  const asked = hasOneImage(model) ? builder.reshape(input, [1, -1]) : repeatRows(builder, input, logits);
  const classes = builder.concat([top, asked], 1);
  return { logits, classes, pick: choosePick(builder, model, classes, count), count, input };
}

/** [m] as a row for each image, [N, m]. Not by Expand, which came with operator set 8. */
function repeatRows(builder: NodeBuilder, row: string, logits: string): string {
  const repeats = builder.concat([builder.dimension(logits, 0), builder.int64([1])], 0);
  return builder.add('Tile', [builder.reshape(row, [1, -1]), repeats]);
}

/** The classes with the largest logits of each image and no others, best first. */
export function selectMostLikely(
  builder: NodeBuilder,
  model: Model,
  head: HeadDescription,
  topCount: number,
): SelectedClasses {
  const { logits, count } = emitLogits(builder, head);
  const classes = builder.topIndices(logits, Math.min(topCount, count));
  return { logits, classes, pick: choosePick(builder, model, classes, count), count, input: null };
}

/** Classes from an int64 input [rows, n]: one row per image, or one for all; n null leaves it to the run. */
export function selectGivenClasses(
  builder: NodeBuilder,
  model: Model,
  head: HeadDescription,
  mapCount: number | null,
): SelectedClasses {
  const { logits, count } = emitLogits(builder, head);
  const input = builder.input('target_classes', 'int64', ['headlight_rows', mapCount ?? 'headlight_maps']);
  const rows = builder.concat([builder.dimension(logits, 0), builder.int64([1])], 0);
  const classes = builder.expand(input, rows, 2, 'int64');
  return { logits, classes, pick: choosePick(builder, model, classes, count), count, input };
}

function choosePick(builder: NodeBuilder, model: Model, classes: string, count: number): SelectedClasses['pick'] {
  return hasOneImage(model) ? { by: 'index' } : { by: 'unitRows', rows: emitUnitRows(builder, classes, count) };
}

function hasOneImage(model: Model): boolean {
  return model.graph.inputs.every((value) => value.shape?.[0] === 1);
}

/** Every class, in order, the same for each image. */
export function selectAllClasses(builder: NodeBuilder, head: HeadDescription): SelectedClasses {
  const { logits, count } = emitLogits(builder, head);
  return { logits, classes: builder.countingTensor(count, [1, count]), pick: { by: 'all' }, count, input: null };
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

/** One row per selected class, 1 at the class and 0 elsewhere: [B, n, K]. */
export function emitUnitRows(builder: NodeBuilder, classes: string, count: number): string {
  const isClass = builder.add('Equal', [
    builder.add('Reshape', [classes, builder.int64([0, -1, 1])]),
    builder.countingTensor(count, [1, 1, count]),
  ]);
  return builder.cast(isClass, 'float32');
}

/** The selected classes' parts of a value [N, K, X]: [N, n, X]. */
export function pickClasses(builder: NodeBuilder, { pick, classes }: SelectedClasses, value: string): string {
  switch (pick.by) {
    case 'all':
      return value;
    case 'index':
      return builder.gather(value, builder.reshape(classes, [-1]), 1);
    case 'unitRows':
      return builder.add('MatMul', [pick.rows, value]);
  }
}
