import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { blurInput } from '../../../src/evaluate/blurInput';
import { borderEnergy } from '../../../src/evaluate/borderEnergy';
import { createComponentSearch } from '../../../src/evaluate/connectedComponents';
import { computeCurveArea } from '../../../src/evaluate/curveArea';
import { deletion } from '../../../src/evaluate/deletion';
import { energyInMask } from '../../../src/evaluate/energyInMask';
import type { InputScorer } from '../../../src/evaluate/inputScorer';
import { describeLayout } from '../../../src/evaluate/inputScorer';
import { intersectionOverUnion } from '../../../src/evaluate/intersectionOverUnion';
import type { JudgedMap } from '../../../src/evaluate/judgedMap';
import { imputeLinear } from '../../../src/evaluate/linearImputation';
import { boxOverlap, computeMapBox } from '../../../src/evaluate/mapBox';
import { maxBoxAccuracy } from '../../../src/evaluate/maxBoxAccuracy';
import { chooseMetrics, METRICS } from '../../../src/evaluate/metrics';
import { pixelAveragePrecision } from '../../../src/evaluate/pixelAveragePrecision';
import { computeBoxOverlap } from '../../../src/evaluate/pixelBox';
import { pointingGame } from '../../../src/evaluate/pointingGame';
import { rankPixels } from '../../../src/evaluate/rankPixels';
import { traceLargestBoxes } from '../../../src/evaluate/risingComponents';
import { createRandom } from '../../../src/evaluate/random';
import { computeRankCorrelation } from '../../../src/evaluate/rankCorrelation';
import { chooseStages } from '../../../src/evaluate/sanityCheck';
import { createPause } from '../../../src/tensor/pause';

const reference = JSON.parse(
  readFileSync(path.join(__dirname, '../../fixtures/evaluation/reference.json'), 'utf8'),
) as {
  readonly imputation: { shape: number[]; image: number[]; removed: number[]; imputed: number[] };
  readonly blur: number[];
  readonly spearman: { a: number[]; b: number[]; value: number };
  readonly components: { height: number; width: number; values: number[]; boxes: Record<string, number[]> };
};
const options = { steps: 4, tolerance: 0, seed: 0, signal: undefined };
const pause = createPause(undefined);

/** A map that is drawn as it is: one pixel per cell. */
function createJudged(rows: readonly (readonly number[])[], mask: readonly (readonly number[])[] | null): JudgedMap {
  const [height, width] = [rows.length, rows[0].length];
  const map = Float32Array.from(rows.flat());
  const flat = Uint8Array.from(mask?.flat() ?? []);
  const inside = [...flat.keys()].filter((index) => flat[index] === 1);
  const [xs, ys] = [inside.map((index) => index % width), inside.map((index) => Math.floor(index / width))];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const box = { left, top, right: Math.max(...xs) + 1, bottom: Math.max(...ys) + 1 };
  const truth = mask === null ? null : { mask: flat, boxes: [box] };
  return { map, mapHeight: height, mapWidth: width, drawn: map, height, width, truth };
}

const MAP = [
  [0, 1, 4],
  [-9, 2, 0],
  [0, 0, 1],
];
const MASK = [
  [0, 1, 1],
  [0, 1, 0],
  [0, 0, 0],
];

describe('metrics of one map', () => {
  it('count by hand on 3 × 3', () => {
    const judged = createJudged(MAP, MASK);
    expect(pointingGame.compute(judged, options)).toBe(1);
    expect(energyInMask.compute(judged, options)).toBeCloseTo(7 / 8, 12);
    // At or above 0.3 · 4: the 4 and the 2; the mask has one pixel more.
    expect(intersectionOverUnion.compute(judged, options)).toBeCloseTo(2 / 3, 12);
    // At or above 0.8: 1, 4, 2 and, at a corner of the 2, the last 1.
    expect(computeMapBox(judged)).toEqual({ left: 1, top: 0, right: 3, bottom: 3 });
    expect(boxOverlap.compute(judged, options)).toBeCloseTo(4 / 6, 12);
    // |M|: 15 on the ring of 8 of 9 cells, 17 in all.
    expect(borderEnergy.compute(judged, options)).toBeCloseTo(15 / 17 / (8 / 9), 12);
  });

  it('leave out pixels that the annotation says to look away from', () => {
    const away = createJudged(MAP, [
      [0, 2, 1],
      [0, 2, 0],
      [0, 0, 2],
    ]);
    expect(energyInMask.compute(away, options)).toBe(1);
    expect(intersectionOverUnion.compute(away, options)).toBe(1);
  });

  it.each([
    ['0 everywhere', 0],
    ['against the class everywhere', -2],
    ['not finite', NaN],
  ])('say nothing, or 0, of a map that is %s', (_, value) => {
    const judged = createJudged(
      MAP.map((row) => row.map(() => value)),
      MASK,
    );
    expect(pointingGame.compute(judged, options)).toBeNull();
    expect(energyInMask.compute(judged, options)).toBeNull();
    expect(computeMapBox(judged)).toBeNull();
    expect(boxOverlap.compute(judged, options)).toBe(0);
    const set = maxBoxAccuracy.start();
    set.add(judged);
    expect(set.finish()).toMatchObject({ value: 0, count: 1 });
  });

  it('have no value where nothing is annotated', () => {
    const judged = createJudged(MAP, null);
    const values = METRICS.flatMap((metric) =>
      metric.kind === 'map' && metric.needsTruth ? [metric.compute(judged, options)] : [],
    );
    expect(values).toEqual([null, null, null, null]);
    const set = pixelAveragePrecision.start();
    expect(set.add(judged)).toBeNull();
    expect(set.finish()).toEqual({ value: null, curve: null, count: 0 });
  });

  it('reach as far as the tolerance', () => {
    const judged = createJudged(
      [
        [9, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      [
        [0, 0, 0, 1],
        [0, 0, 1, 0],
      ],
    );
    const hits = [0, 2, 2.2, 2.24, 3].map((tolerance) => pointingGame.compute(judged, { ...options, tolerance }));
    expect(hits).toEqual([0, 0, 0, 1, 1]);
  });
});

describe('curves', () => {
  it('end at the whole and at the blank image', async () => {
    // The score is the mean square; 4, 3, 2, 1 give way to their mean, 2.5.
    const data = Float32Array.of(1, 2, 3, 4);
    const score = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0) / 4;
    const scorer: InputScorer = {
      input: data,
      layout: describeLayout({ data, shape: [1, 1, 1, 4] }, 'NCHW'),
      score: score(data),
      scoreAll: (count, fill) =>
        Promise.resolve(
          Float64Array.from({ length: count }, (_, index) => {
            const target = new Float32Array(4);
            fill(index, target);
            return score(target);
          }),
        ),
    };
    const { value, curve } = await deletion.compute(createJudged([[1, 2, 3, 4]], null), scorer, options);
    expect(curve).toEqual({ x: [0, 0.25, 0.5, 0.75, 1], y: [7.5, 5.0625, 4.375, 4.9375, 6.25] });
    expect(value).toBeCloseTo((7.5 / 2 + 5.0625 + 4.375 + 4.9375 + 6.25 / 2) / 4, 12);
  });

  it('have an area between their least and their largest value; straight lines are exact whatever the steps', () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = createRandom(seed);
      const count = 2 + Math.floor(random() * 20);
      const x = Array.from({ length: count }, (_, index) => index / (count - 1));
      const y = x.map(() => random());
      const area = computeCurveArea(x, y);
      expect(area).toBeGreaterThanOrEqual(Math.min(...y));
      expect(area).toBeLessThanOrEqual(Math.max(...y));
      expect(computeCurveArea(x, x)).toBeCloseTo(0.5, 12);
      expect(computeCurveArea(x, Array<number>(count).fill(y[0]))).toBeCloseTo(y[0], 12);
    }
  });
});

describe('boxes', () => {
  it('overlap between 0 and 1, symmetrically, wholly only with themselves', () => {
    const random = createRandom(1);
    for (let count = 0; count < 200; count++) {
      const [one, other] = [0, 1].map(() => {
        const [left, top] = [random() * 10, random() * 10];
        return { left, top, right: left + 0.1 + random() * 10, bottom: top + 0.1 + random() * 10 };
      });
      const overlap = computeBoxOverlap(one, other);
      expect(overlap).toBeGreaterThanOrEqual(0);
      expect(overlap).toBeLessThan(1);
      expect(overlap).toBeCloseTo(computeBoxOverlap(other, one), 12);
      expect(computeBoxOverlap(one, one)).toBe(1);
      expect(computeBoxOverlap(one, { ...one, left: one.left + 30, right: one.right + 30 })).toBe(0);
    }
  });

  it('lie around the largest of the components that SciPy labels', () => {
    const { height, width, values, boxes } = reference.components;
    const search = createComponentSearch(height, width);
    const field = Float32Array.from(values);
    for (const [threshold, wanted] of Object.entries(boxes)) {
      const box = search.findLargest(field, Math.fround(Number(threshold)))?.box;
      expect([box?.left, box?.top, box?.right, box?.bottom]).toEqual(wanted);
    }
    expect(search.findLargest(field, 2)).toBeNull();
  });
});

describe('components at every threshold', () => {
  const thresholds = Array.from({ length: 100 }, (_, index) => index / 100);

  it.each([
    ['noise', 31, 47, (random: () => number) => random()],
    ['few values, with many ties', 40, 23, (random: () => number) => Math.floor(random() * 4) / 4],
    ['hardly a pixel', 64, 64, (random: () => number) => (random() < 0.02 ? random() : -1)],
  ])('are those that a search at each finds: %s', (_, height, width, draw) => {
    const random = createRandom(3);
    const values = Float32Array.from({ length: height * width }, () => draw(random));
    const search = createComponentSearch(height, width);
    const wanted = thresholds.map((threshold) => search.findLargest(values, threshold)?.box ?? null);
    expect(new Set(wanted.map((box) => JSON.stringify(box))).size).toBeGreaterThan(2);
    expect(traceLargestBoxes(values, height, width, thresholds)).toEqual(wanted);
  });
});

describe('pixels by rank', () => {
  it('are those that comparing finds, the earlier of two equal ones first', () => {
    const random = createRandom(5);
    const values = Float32Array.from({ length: 5000 }, (_, index) =>
      index % 7 === 0 ? 0 : index % 11 === 0 ? -0 : (random() - 0.5) * 10 ** Math.round(random() * 40 - 20),
    );
    const wanted = [...values.keys()].sort((one, other) => values[other] - values[one] || one - other);
    expect([...rankPixels(values)]).toEqual(wanted);
  });
});

describe('imputation, blur and ranks', () => {
  const { shape, image, removed, imputed } = reference.imputation;
  const [channels, height, width] = shape;
  const planar = describeLayout({ data: Float32Array.from(image), shape: [1, ...shape] }, 'NCHW');

  it('solves the equations that SciPy solves directly, in either layout', async () => {
    const found = await imputeLinear(Float32Array.from(image), planar, Uint8Array.from(removed), pause);
    const worst = found.reduce((most, value, index) => Math.max(most, Math.abs(value - imputed[index])), 0);
    expect(worst).toBeLessThan(1e-3); // The residual is stopped at 1e-4; noise of 0.01 follows.
    const area = height * width;
    const turn = (values: ArrayLike<number>) =>
      Float32Array.from(values, (_, index) => values[(index % channels) * area + Math.floor(index / channels)]);
    const last = describeLayout({ data: found, shape: [1, height, width, channels] }, 'NHWC');
    expect(await imputeLinear(turn(image), last, Uint8Array.from(removed), pause)).toEqual(turn(found));
  });

  it('takes the mean when every pixel is removed, and leaves the image alone when none is', async () => {
    const area = height * width;
    const all = await imputeLinear(Float32Array.from(image), planar, new Uint8Array(area).fill(1), pause);
    expect(all[17]).toBeCloseTo(image.slice(0, area).reduce((sum, value) => sum + value, 0) / area, 5);
    const none = await imputeLinear(Float32Array.from(image), planar, new Uint8Array(area), pause);
    expect(none).toEqual(Float32Array.from(image));
  });

  it('lets others have their turn, and ends there when it is cancelled', async () => {
    const [area, controller] = [224 * 224, new AbortController()];
    const large = describeLayout({ data: new Float32Array(area), shape: [1, 1, 224, 224] }, 'NCHW');
    const noise = Float32Array.from({ length: area }, createRandom(1));
    const most = Uint8Array.from(noise, (value) => Number(value < 0.9));
    const running = imputeLinear(noise, large, most, createPause(controller.signal));
    setImmediate(() => controller.abort());
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('blurs as SciPy does, mirrored at the edges', async () => {
    const blurred = await blurInput(Float32Array.from(image), planar, pause);
    reference.blur.forEach((value, index) => expect(blurred[index]).toBeCloseTo(value, 5));
  });

  it('correlates ranks with ties as SciPy does', () => {
    const { a, b, value } = reference.spearman;
    const [one, other] = [Float32Array.from(a), Float32Array.from(b)];
    expect(computeRankCorrelation(one, other)).toBeCloseTo(value, 12);
    expect(computeRankCorrelation(one, one)).toBeCloseTo(1, 12);
    const negative = one.map((each) => -each);
    expect(computeRankCorrelation(one, negative)).toBeCloseTo(-1, 12);
    expect(computeRankCorrelation(one, new Float32Array(one.length))).toBeNull();
  });
});

describe('the table of metrics', () => {
  it('leaves out what is slow, or what needs annotations that are not there, until it is asked for', () => {
    const ids = (names: string[], hasTruth: boolean) => chooseMetrics(names, hasTruth).map(({ id }) => id);
    expect(ids([], false)).toEqual(['border', 'drop', 'increase', 'insertion', 'deletion']);
    expect(ids([], true)).toHaveLength(11);
    expect(ids(['all'], true)).toHaveLength(METRICS.length);
    expect(ids(['deletion', 'pointing'], true)).toEqual(['pointing', 'deletion']);
    expect(() => ids(['pointing'], false)).toThrow(/--masks/);
    expect(() => ids(['auc'], true)).toThrow(/no metric "auc".*insertion/);
  });

  it('randomises the last layer alone first and all layers last, in at most eight stages', () => {
    expect(chooseStages(1)).toEqual([1]);
    expect(chooseStages(3)).toEqual([1, 2, 3]);
    expect(chooseStages(53)).toEqual([1, 8, 16, 23, 31, 38, 46, 53]);
  });
});
