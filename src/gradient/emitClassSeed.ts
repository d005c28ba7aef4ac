import type { NodeBuilder } from '../onnx/nodeBuilder';
import { UserError } from '../userError';
import type { KnownShapes } from './knownShapes';
import { toGradientType } from './nodeCall';
import { once, type Seed } from './seed';

/**
 * The seed that picks one class of `output`, [N, K] or with further axes of size 1: 1 at the class that the int64 value
 * `classes` names (one per item, or [1] for all), 0 elsewhere. For a model without batch, [K], `classes` is [1].
 */
export function createClassSeed(builder: NodeBuilder, shapes: KnownShapes, output: string, classes: string): Seed {
  const { axis, count } = findClassAxis(shapes, output);
  const dims = (shapes.sizes(output) ?? []).map((_, each) => (each === axis ? count : each === 0 ? -1 : 1));
  const isRow = dims.length === 2 && axis === 1;
  return {
    columns: isRow ? { plus: classes, minus: null } : null,
    emit: once(() => {
      const values = builder.floats([0, 1], [2], 'float32');
      const hot = builder.add('OneHot', [classes, builder.int64([count]), values], {
        axis: { type: 'int', value: -1 },
      });
      const type = toGradientType(shapes.elementType(output));
      const typed = type === 'float32' ? hot : builder.cast(hot, type);
      const aligned = isRow ? typed : builder.reshape(typed, dims);
      return builder.add('Expand', [aligned, builder.add('Shape', [output])]);
    }),
  };
}

/** The seed of the first one's target less that of the other, both of one class. */
export function subtractSeeds(builder: NodeBuilder, one: Seed, other: Seed): Seed {
  return {
    emit: once(() => builder.add('Sub', [one.emit(), other.emit()])),
    columns: one.columns && other.columns && { plus: one.columns.plus, minus: other.columns.plus },
  };
}

/** The one axis after the batch that has more than one element. */
export function findClassAxis(shapes: KnownShapes, output: string): { readonly axis: number; readonly count: number } {
  const sizes = shapes.sizes(output);
  if (sizes === null) {
    throw new UserError(
      'badArgument',
      `The shape of "${output}" is not known: choose an output of shape [N, classes].`,
    );
  }
  const wide = sizes.flatMap((size, axis) => (size !== 1 && (axis > 0 || sizes.length === 1) ? [axis] : []));
  const [axis = sizes.length - 1] = wide;
  const count = sizes[axis];
  if (wide.length > 1 || count === null || count === undefined) {
    const shape = `[${sizes.map((size) => size ?? '?').join(', ')}]`;
    throw new UserError(
      'badArgument',
      `"${output}" has the shape ${shape}, in which a class index does not name one number per item. Choose an output of ` +
        'shape [N, classes].',
    );
  }
  return { axis, count };
}
