import { describe, expect, it, vi } from 'vitest';
import type { GalleryCell, GalleryRow, GallerySeries } from '../../../../src/protocol/gallery';
import { CellCache } from '../../../../webview/gallery/cellCache';
import { enlargeMap, placeOnThumbnail, subtract, toShares } from '../../../../webview/gallery/cellPicture';
import { applyGalleryEvent, NO_GALLERIES } from '../../../../webview/gallery/galleryContent';
import { arrangeRows, countClasses, DEFAULT_GALLERY_CHOICES } from '../../../../webview/gallery/galleryOrder';
import { toCellWidth } from '../../../../webview/gallery/galleryGrid';
import { findVisibleCells } from '../../../../webview/gallery/visibleCells';

const series: GallerySeries = {
  id: 1,
  source: 'images',
  model: 'a.onnx',
  method: 'CAM',
  layer: 'features',
  unit: 'logit',
  total: 4,
  hasClassFolders: true,
  receptiveField: null,
  input: { height: 64, width: 64 },
  state: 'running',
  notes: [],
};
function row(id: string, change: Partial<GalleryRow> = {}): GalleryRow {
  return {
    ...{ id, trueLabel: null, correct: null, classIndex: 0, label: 'circle', probability: 0.5, error: null },
    ...{ entropy: null, residual: 1e-7, holds: true, borderEnergy: 1, minimum: -1, maximum: 2, message: null },
    ...change,
  };
}

describe('applyGalleryEvent', () => {
  it('collects the rows of a series, and those of no other', () => {
    const advanced = { type: 'galleryAdvanced', side: 'main' } as const;
    let galleries = applyGalleryEvent(NO_GALLERIES, { type: 'galleryChanged', side: 'main', series });
    galleries = applyGalleryEvent(galleries, { ...advanced, id: 1, from: 0, rows: [row('a')] });
    galleries = applyGalleryEvent(galleries, { ...advanced, id: 7, from: 1, rows: [row('b')] });
    const finished = { ...series, state: 'finished' } as const;
    galleries = applyGalleryEvent(galleries, { type: 'galleryChanged', side: 'main', series: finished });
    expect(galleries.main).toEqual({ series: finished, rows: [row('a')] });
    galleries = applyGalleryEvent(galleries, { type: 'galleryChanged', side: 'main', series: { ...series, id: 2 } });
    expect(galleries.main?.rows).toEqual([]);
    expect(applyGalleryEvent(galleries, { type: 'galleryChanged', side: 'main', series: null })).toEqual(NO_GALLERIES);
  });
});

describe('arrangeRows', () => {
  const rows = [
    row('a', { probability: 0.4, trueLabel: 'circle', residual: -3e-6, error: 0.6 }),
    row('b', { probability: 0.9, label: 'star', classIndex: 4, trueLabel: 'circle', residual: 1e-6, error: 0.9 }),
    row('c', { probability: null, label: null, classIndex: null, residual: null, message: 'broken' }),
    row('d', { probability: 0.9, label: null, classIndex: 2, borderEnergy: 3 }),
  ];
  const ids = (change: object) => arrangeRows(rows, { ...DEFAULT_GALLERY_CHOICES, ...change }).map(({ id }) => id);

  it('sorts by a figure, what has none last, equals in their order', () => {
    expect(ids({ sort: 'probability' })).toEqual(['b', 'd', 'a', 'c']);
    expect(ids({ sort: 'probability', descending: false })).toEqual(['a', 'b', 'd', 'c']);
    expect(ids({ sort: 'certificate' })).toEqual(['a', 'b', 'd', 'c']);
    expect(ids({ sort: 'border' })).toEqual(['d', 'a', 'b', 'c']);
    expect(ids({ sort: 'error' })).toEqual(['b', 'a', 'c', 'd']);
  });

  it('filters by the predicted class or by the folder', () => {
    expect(countClasses(rows, 'predicted')).toEqual(
      [
        { name: 'circle', images: 1 },
        { name: 'Class 2', images: 1 },
        { name: 'star', images: 1 },
      ].sort((one, other) => one.name.localeCompare(other.name, 'en')),
    );
    expect(ids({ filter: 'star' })).toEqual(['b']);
    expect(ids({ filter: 'circle', by: 'true' })).toEqual(['a', 'b']);
  });
});

describe('findVisibleCells', () => {
  it('draws what is seen and a row more at both ends, however many cells there are', () => {
    const size = { count: 10_003, cellWidth: 100, cellHeight: 200, width: 450 };
    expect(findVisibleCells(size, 0, 500)).toEqual({ columns: 4, height: 2501 * 200, first: 0, end: 16 });
    expect(findVisibleCells(size, 100_050, 500)).toMatchObject({ first: 499 * 4, end: 504 * 4 });
    expect(findVisibleCells(size, 2501 * 200, 500).end).toBe(10_003);
    expect(findVisibleCells({ ...size, width: 20 }, 0, 500).columns).toBe(1);
  });
});

describe('cell pictures', () => {
  it('lie where the receptive fields lie, on the smaller picture', () => {
    const receptiveField = { size: [15, 15], start: [3.5, 3.5], stride: [8, 8], disagreement: false } as const;
    const field = { ...series, receptiveField: receptiveField as unknown as GallerySeries['receptiveField'] };
    // A pixel of the thumbnail is two of the input: centre (p + ½)/2 − ½.
    expect(placeOnThumbnail(field, { height: 8, width: 8 }, { height: 32, width: 32 })).toEqual({
      ...{ startY: 1.5, startX: 1.5, strideY: 4, strideX: 4 },
    });
  });

  it('are subtracted where they lie though their cells differ in size', () => {
    const fine = { height: 4, width: 4, values: new Float32Array(16).fill(5) };
    const coarse = { height: 2, width: 2, values: Float32Array.of(1, 1, 3, 3) };
    const picture = { height: 4, width: 4 };
    const enlarged = enlargeMap(series, coarse, picture);
    expect([...enlarged.filter((_, index) => index % 4 === 0)]).toEqual([1, 1.5, 2.5, 3]);
    const difference = subtract(enlargeMap(series, fine, picture), enlarged);
    expect([...difference.filter((_, index) => index % 4 === 0)]).toEqual([4, 3.5, 2.5, 2]);
  });

  it('are compared as shares of their own largest value where methods differ by a factor', () => {
    expect([...toShares(Float32Array.of(1, -4, 2))]).toEqual([0.25, -1, 0.5]);
    expect([...toShares(Float32Array.of(0, 0))]).toEqual([0, 0]);
  });
});

describe('CellCache', () => {
  const toCell = (id: string): GalleryCell => ({ id, picture: null, map: null, otherMap: null });

  it('asks for what is in view now, a few at a time, and never twice', async () => {
    const asked: string[][] = [];
    const answers: (() => void)[] = [];
    const read = (ids: readonly string[]) =>
      new Promise<GalleryCell[]>((resolve) => {
        asked.push([...ids]);
        answers.push(() => resolve(ids.map(toCell)));
      });
    const arrived = vi.fn();
    const cache = new CellCache(read, arrived);
    cache.want(Array.from({ length: 30 }, (_, index) => `${index}`));
    cache.want(['50', '51']);
    answers[0]();
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[0]).toHaveLength(12);
    expect(asked[1]).toEqual(['50', '51']);
    answers[1]();
    await vi.waitFor(() => expect(cache.find('51')).toEqual(toCell('51')));
    cache.want(['50', '51', '3']);
    expect(asked).toHaveLength(2);
    expect(arrived).toHaveBeenCalledTimes(2);
  });

  it('keeps a bounded number, those seen last', async () => {
    let arrived = (): void => undefined;
    const cache = new CellCache(
      (ids) => Promise.resolve(ids.map(toCell)),
      () => arrived(),
    );
    for (let screen = 0; screen < 60; screen++) {
      const ids = Array.from({ length: 12 }, (_, index) => `${screen}-${index}`);
      await new Promise<void>((resolve) => {
        arrived = resolve;
        cache.want(ids);
      });
      expect(cache.find(ids[11])).toBeDefined();
    }
    expect(cache.size).toBe(400);
    expect(cache.find('0-0')).toBeUndefined();
  });
});

describe('a page that is made while a series is at work', () => {
  const advance = (galleries: typeof NO_GALLERIES, from: number, ...ids: string[]) =>
    applyGalleryEvent(galleries, {
      type: 'galleryAdvanced',
      side: 'main',
      id: 1,
      from,
      rows: ids.map((id) => row(id)),
    });
  const started = applyGalleryEvent(NO_GALLERIES, { type: 'galleryChanged', side: 'main', series });
  const ids = (galleries: typeof NO_GALLERIES) => galleries.main?.rows.map(({ id }) => id);

  it('has each row once, though it is told of some twice', () => {
    const told = advance(started, 0, 'a', 'b');
    expect(ids(advance(told, 0, 'a', 'b', 'c'))).toEqual(['a', 'b', 'c']);
    expect(ids(advance(advance(told, 0, 'a', 'b'), 2, 'c'))).toEqual(['a', 'b', 'c']);
  });

  it('waits for the first rows when it is told of later ones before', () => {
    const told = advance(started, 2, 'c');
    expect(ids(told)).toEqual([]);
    expect(ids(advance(told, 0, 'a', 'b', 'c'))).toEqual(['a', 'b', 'c']);
  });
});

describe('a cell of the gallery', () => {
  it('is as wide as the editor where three pictures do not fit', () => {
    expect(toCellWidth(false, 300)).toBe(136);
    expect(toCellWidth(true, 1000)).toBe(384);
    expect(toCellWidth(true, 313)).toBe(313);
    expect(toCellWidth(true, 0)).toBe(136);
  });
});
