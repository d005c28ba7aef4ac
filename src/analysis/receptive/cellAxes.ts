import type { PartialShape } from '../../graph/valueFacts';
import type { CellAxes } from './cellField';

/** Renumbers the axes of cells; null when one of them is gone. */
export function renumberAxes(axes: CellAxes, toNew: (axis: number) => number | null): CellAxes | null {
  if (axes.kind === 'tokens') {
    const axis = toNew(axes.axis);
    return axis === null ? null : { ...axes, axis };
  }
  const row = toNew(axes.row);
  const column = toNew(axes.column);
  return row === null || column === null ? null : { kind: 'grid', row, column };
}

export function listAxes(axes: CellAxes): readonly number[] {
  return axes.kind === 'grid' ? [axes.row, axes.column] : [axes.axis];
}

/**
 * Follows the axes of cells through a change of shape that keeps the order of elements. Rows and columns may merge
 * into tokens and tokens part into rows and columns; null when cells mix with something else.
 */
export function reshapeAxes(axes: CellAxes, from: PartialShape, to: PartialShape): CellAxes | null {
  const groups = matchGroups(from, to);
  if (groups === null) {
    return null;
  }
  const groupOf = (axis: number) => groups.find(({ before }) => before.includes(axis));
  if (axes.kind === 'tokens') {
    const group = groupOf(axes.axis);
    const after = group?.before.length === 1 ? group.after : [];
    if (after.length === 1) {
      return { ...axes, axis: after[0] };
    }
    const parted =
      after.length === 2 && axes.offset === 0 && to[after[0]] === axes.rows && to[after[1]] === axes.columns;
    return parted ? { kind: 'grid', row: after[0], column: after[1] } : null;
  }
  const [rows, columns] = [groupOf(axes.row), groupOf(axes.column)];
  if (rows === undefined || columns === undefined) {
    return null;
  }
  if (rows !== columns) {
    const alone = [rows, columns].every(({ before, after }) => before.length === 1 && after.length === 1);
    return alone ? { kind: 'grid', row: rows.after[0], column: columns.after[0] } : null;
  }
  const merged = rows.before.length === 2 && rows.after.length === 1 && axes.row < axes.column;
  const [height, width] = [from[axes.row], from[axes.column]];
  return merged && height !== null && width !== null
    ? { kind: 'tokens', axis: rows.after[0], offset: 0, rows: height, columns: width }
    : null;
}

interface AxisGroup {
  /** Axes larger than 1 that hold the same elements before and after. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Smallest runs of axes with equal products, axes of size 1 left out; null when a size is not known. */
function matchGroups(from: PartialShape, to: PartialShape): AxisGroup[] | null {
  const before = from.flatMap((size, axis) => (size === 1 ? [] : [{ size, axis }]));
  const after = to.flatMap((size, axis) => (size === 1 ? [] : [{ size, axis }]));
  const groups: AxisGroup[] = [];
  let [i, j] = [0, 0];
  while (i < before.length && j < after.length) {
    const group = { before: [before[i].axis], after: [after[j].axis] };
    let [left, right] = [before[i++].size, after[j++].size];
    while (left !== right) {
      if (left === null || right === null || left === 0 || right === 0) {
        return null;
      }
      if (left < right && i < before.length) {
        left = timesSize(left, before[i].size);
        group.before.push(before[i++].axis);
      } else if (left > right && j < after.length) {
        right = timesSize(right, after[j].size);
        group.after.push(after[j++].axis);
      } else {
        return null;
      }
    }
    groups.push(group);
  }
  return groups;
}

function timesSize(a: number, b: number | null): number | null {
  return b === null ? null : a * b;
}
