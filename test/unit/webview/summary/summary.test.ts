import { describe, expect, it } from 'vitest';
import { toCostByDepth, toCostByType } from '../../../../webview/summary/cost';
import { toVariants } from '../../../../webview/summary/headComparison';
import { toSortedLayers } from '../../../../webview/summary/layerSort';
import { toShapes } from '../../../../webview/summary/shapeForm';
import { layer, NO_HEAD, report } from '../reportBuilder';

const { layers } = report([
  layer('Conv', 'x -> a', { name: 'conv10', macs: 600, parameters: 10 }),
  layer('Relu', 'a -> b', { name: 'relu', macs: 0 }),
  layer('Conv', 'b -> c', { name: 'conv9', macs: 300, parameters: 30 }),
  layer('Gemm', 'c -> d', { name: 'fc', macs: 100, parameters: 20 }),
  layer('Custom', 'd -> y', { name: 'x', macs: null }),
]);

describe('cost by layer type', () => {
  it('adds up layers of one operator, dearest first, with shares of the whole', () => {
    expect(toCostByType(layers, 'macs')).toEqual([
      { opType: 'Conv', layers: 2, cost: 900, share: 0.9 },
      { opType: 'Gemm', layers: 1, cost: 100, share: 0.1 },
    ]);
  });

  it('adds up what is past the limit and keeps the total', () => {
    const many = Array.from({ length: 6 }, (_, number) => layer(`Op${number}`, 'x -> y', { macs: 6 - number }));
    const costs = toCostByType(many, 'macs', 3);
    expect(costs.map(({ opType, cost }) => [opType, cost])).toEqual([
      ['Op0', 6],
      ['Op1', 5],
      ['Op2', 4],
      ['3 others', 6],
    ]);
    expect(costs.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('is empty for a model that costs nothing', () => {
    expect(toCostByType([layer('Relu', 'x -> y')], 'macs')).toEqual([]);
  });
});

describe('cost by depth', () => {
  it('keeps the order of execution and marks the head', () => {
    const bins = toCostByDepth(layers, new Set([3]), 'macs');
    expect(bins.map(({ cost, isHead }) => [cost, isHead])).toEqual([
      [600, false],
      [0, false],
      [300, false],
      [100, true],
      [0, false],
    ]);
  });

  it('adds neighbours up where there are more layers than bars', () => {
    const many = Array.from({ length: 1000 }, (_, index) => layer('Conv', 'x -> y', { macs: 1, index }));
    const bins = toCostByDepth(many, new Set([999]), 'macs', 100);
    expect(bins).toHaveLength(100);
    expect(bins.every(({ cost, layers: count }) => cost === 10 && count === 10)).toBe(true);
    expect(bins.filter(({ isHead }) => isHead)).toHaveLength(1);
  });
});

describe('the table of layers', () => {
  const names = (filter: string, column: Parameters<typeof toSortedLayers>[2]['column'], descending = false) =>
    toSortedLayers(layers, filter, { column, descending }).map(({ name }) => name);

  it('sorts numbers as numbers, and names with their numbers', () => {
    expect(names('', 'macs', true)).toEqual(['conv10', 'conv9', 'fc', 'relu', 'x']);
    expect(names('conv', 'name')).toEqual(['conv9', 'conv10']);
    expect(names('', 'index', true)).toEqual(['x', 'fc', 'conv9', 'relu', 'conv10']);
  });

  it('filters by name and operator', () => {
    expect(names('gemm', 'index')).toEqual(['fc']);
    expect(names(' RELU ', 'index')).toEqual(['relu']);
  });
});

describe('the head side by side', () => {
  const cost = (parameters: number) => ({
    parameters,
    macs: parameters,
    flops: 2 * parameters,
    bytes: 4 * parameters,
    arithmeticIntensity: 0.5,
    vcDimension: 257,
  });
  const columns = (kind: 'gap-linear' | 'flatten-fc' | 'flatten-mlp') =>
    toVariants({ ...NO_HEAD, kind, current: cost(7), gap: cost(257_000), fc: cost(50_177_000) }).map(
      ({ title, isOwn }) => `${title}${isOwn ? ' (own)' : ''}`,
    );

  it('marks which of the two is the user’s, and adds a third where it is neither', () => {
    expect(columns('gap-linear')).toEqual(['GAP (own)', 'FC']);
    expect(columns('flatten-fc')).toEqual(['GAP', 'FC (own)']);
    expect(columns('flatten-mlp')).toEqual(['As it is (own)', 'GAP', 'FC']);
  });

  it('is empty without a head', () => {
    expect(toVariants(NO_HEAD)).toEqual([]);
  });
});

describe('free dimensions', () => {
  const input = { name: 'image', type: 'float32', shape: ['N', 3, 'H', 'W'], boundShape: [1, 3, 224, 224] };

  it('are sent with what was typed in their place', () => {
    expect(
      toShapes(
        { inputs: [input] },
        new Map([
          ['2 image', 320],
          ['3 image', 256],
        ]),
      ),
    ).toEqual({ image: [1, 3, 320, 256] });
  });

  it('are not sent for inputs without any', () => {
    expect(toShapes({ inputs: [{ ...input, shape: [1, 3, 8, 8] }] }, new Map())).toEqual({});
  });
});
