import type { NodeCall } from './nodeCall';

/** Gives `value` the shape of the forward value `like`, which has as many elements. */
export function reshapeLike(call: NodeCall, value: string, like: string): string {
  const sizes = call.sizes(like);
  const isStatic = sizes.filter((size) => size === null).length <= 1 && !sizes.includes(0);
  // Asking for the shape of a value that the runtime would fuse away keeps it from doing so.
  return isStatic
    ? call.build.reshape(
        value,
        sizes.map((size) => size ?? -1),
      )
    : call.emit('Reshape', [value, call.emit('Shape', [like])]);
}

/**
 * Repeats `value`, of the same rank as `like` and of size 1 along `axes`, to the shape of `like`.
 */
export function expandLike(call: NodeCall, value: string, like: string, axes: readonly number[]): string {
  const sizes = call.sizes(like);
  if (axes.every((axis) => sizes[axis] === 1)) {
    return value;
  }
  return axes.some((axis) => sizes[axis] === null)
    ? call.emit('Expand', [value, call.emit('Shape', [like])])
    : call.emit('Expand', [
        value,
        call.build.int64(sizes.map((size, axis) => (axes.includes(axis) ? (size ?? 1) : 1))),
      ]);
}

/** Zeros of the shape of `like`. */
export function zerosLike(call: NodeCall, like: string): string {
  return call.emit('Expand', [call.build.float(0, call.type), call.emit('Shape', [like])]);
}

/**
 * Undoes broadcasting: adds up a derivative of the shape of `from` over the axes along which `to` was repeated.
 */
export function sumToShape(call: NodeCall, value: string, from: string, to: string): string {
  const [rank, rankTo] = [call.rank(from), call.rank(to)];
  const leading = rank - rankTo;
  const repeated: number[] = [];
  call.sizes(to).forEach((_, axis) => {
    if (
      call.shapes.isRepeated(to, axis, from, axis + leading) ??
      call.fail(`whether "${to}" is repeated along its dimension ${axis} is not known without a run`)
    ) {
      repeated.push(axis);
    }
  });
  let result = value;
  if (leading > 0) {
    result = call.build.reduce(
      'ReduceSum',
      result,
      Array.from({ length: leading }, (_, axis) => axis),
      false,
    );
  }
  return repeated.length > 0 ? call.build.reduce('ReduceSum', result, repeated, true) : result;
}

/** The elements along one axis in the order of `indices`; reversed kernels and the like. */
export function gatherAlong(call: NodeCall, value: string, axis: number, indices: readonly number[]): string {
  return call.build.gather(value, call.build.int64(indices), axis);
}

export function reversed(count: number): number[] {
  return Array.from({ length: count }, (_, index) => count - 1 - index);
}

/** Adds up the elements along axes, keeping them with size 1. */
export function sumOver(call: NodeCall, value: string, axes: readonly number[]): string {
  return call.build.reduce('ReduceSum', value, axes, true);
}

export function meanOver(call: NodeCall, value: string, axes: readonly number[]): string {
  return call.build.reduce('ReduceMean', value, axes, true);
}

/** Number of elements along axes as an operand: a number, or a value computed at run time. */
export function countOver(call: NodeCall, name: string, axes: readonly number[]): string | number {
  const sizes = call.sizes(name);
  let count = 1;
  for (const axis of axes) {
    const size = sizes[axis];
    if (size === null) {
      const counted = call.build.gather(call.emit('Shape', [name]), call.build.int64(axes));
      return call.build.reduce('ReduceProd', call.build.cast(counted, call.type), [0], false);
    }
    count *= size;
  }
  return count;
}

export function range(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}

/** A norm of zero belongs to elements that are all zero: 0/tiny is 0, as in PyTorch, and not NaN. */
export function awayFromZero(call: NodeCall, norm: string): string {
  return call.emit('Max', [norm, call.type === 'float16' ? 6e-8 : 1e-30]);
}
