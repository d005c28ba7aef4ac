import { describe, expect, it } from 'vitest';
import {
  orderBy,
  panWindow,
  revealCell,
  sampleWindow,
  toWholeWindow,
  zoomWindow,
} from '../../../../webview/head/matrixWindow';

const SIZE = { rows: 100, columns: 200 };
const WHOLE = toWholeWindow(SIZE);

describe('the window on a matrix', () => {
  it('keeps what is under the pointer in place while it zooms', () => {
    const near = zoomWindow(WHOLE, 4, [0.25, 0.5], SIZE);
    expect([near.across, near.down]).toEqual([50, 25]);
    expect([near.left + 0.25 * near.across, near.top + 0.5 * near.down]).toEqual([50, 50]);
  });

  it('never leaves the matrix, and shows six cells at the closest', () => {
    expect(zoomWindow(WHOLE, 0.1, [0, 0], SIZE)).toEqual(WHOLE);
    const closest = zoomWindow(WHOLE, 1e6, [1, 1], SIZE);
    expect(closest).toEqual({ top: 94, left: 194, down: 6, across: 6 });
    expect(panWindow(closest, 5, -100, SIZE)).toEqual({ top: 0, left: 194, down: 6, across: 6 });
    expect(zoomWindow(toWholeWindow({ rows: 1, columns: 3 }), 8, [0, 0], { rows: 1, columns: 3 })).toEqual({
      top: 0,
      left: 0,
      down: 1,
      across: 3,
    });
  });

  it('follows a cell just so far that it is seen', () => {
    const near = zoomWindow(WHOLE, 10, [0, 0], SIZE);
    expect(revealCell(near, 5, 5, SIZE)).toEqual(near);
    expect(revealCell(near, 10, 30, SIZE)).toMatchObject({ top: 1, left: 11 });
  });
});

describe('the order of rows', () => {
  it('is by size, with equals by number and what is no number last', () => {
    expect([...orderBy([1, NaN, 3, 1], 4)]).toEqual([2, 0, 3, 1]);
    expect([...orderBy(null, 3)]).toEqual([0, 1, 2]);
  });
});

describe('a pixel', () => {
  const order = (count: number) => orderBy(null, count);

  it('shows the strongest weight under it, with its sign', () => {
    const matrix = Float32Array.of(1, -5, 2, 0, 3, 4, 0, 0.5);
    const values = sampleWindow(
      matrix,
      4,
      { rows: order(2), columns: order(4) },
      { top: 0, left: 0, down: 2, across: 4 },
      { width: 2, height: 1 },
    );
    expect([...values]).toEqual([-5, 2]);
  });

  it('is one of many for a weight that is looked at closely, in the order chosen', () => {
    const matrix = Float32Array.of(1, 2, 3, 4);
    const orders = { rows: Int32Array.of(1, 0), columns: Int32Array.of(0, 1) };
    const values = sampleWindow(matrix, 2, orders, { top: 0, left: 0, down: 2, across: 2 }, { width: 4, height: 2 });
    expect([...values]).toEqual([3, 3, 4, 4, 1, 1, 2, 2]);
  });

  it('shows that a weight is not a number', () => {
    const values = sampleWindow(
      Float32Array.of(1, NaN),
      2,
      { rows: order(1), columns: order(2) },
      { top: 0, left: 0, down: 1, across: 2 },
      { width: 1, height: 1 },
    );
    expect(values[0]).toBeNaN();
  });
});
