import { describe, expect, it } from 'vitest';
import { createBoxColors, toTextColor } from '../../../../webview/graph/boxColors';
import { createQuantityScale, toNumberKind, toQuantity } from '../../../../webview/graph/colorBy';
import type { GraphModel } from '../../../../webview/graph/graphModel';
import { formatQuantity } from '../../../../webview/graph/legend';
import type { Picture } from '../../../../webview/graph/picture';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import { toLayerFigures } from '../../../../webview/layerFigures';
import { layer, parameter, report } from '../reportBuilder';

const details = (index: number, size: number) => {
  const receptiveField = { size: [size, size], stride: [1, 1], start: [0, 0], exact: true } as const;
  return [index, { index, liveBytes: 0, arithmeticIntensity: 0, receptiveField }] as const;
};
const fields = new Map([details(0, 3), details(1, 5)]);
const nothing = toLayerFigures(null, null);
const model = report(
  [
    layer('Conv', 'x w -> a', { parameters: 100, macs: 5000, activationBytes: 64 }),
    layer('MaxPool', 'a -> b', { macs: null, activationBytes: 32 }),
    layer('Gemm', 'b v -> y', { parameters: 1_000_000, macs: 1_000_000, activationBytes: 8 }),
  ],
  { initializers: [parameter('w'), { ...parameter('v'), type: 'int8' }] },
);
const view = toGraphView(model);
const graph = { view, report: model } as unknown as GraphModel;
const picture = { boxes: [...view.units].map((id) => ({ id })) } as unknown as Picture;
const colors = (by: Parameters<typeof createBoxColors>[0], times: ReadonlyMap<number, number> = new Map()) =>
  createBoxColors(by, graph, picture, { ...nothing, times }, (family) => `(${family})`);

describe('the figure of a box', () => {
  it('is the sum of its layers, of receptive fields the largest', () => {
    expect(toQuantity(model.layers, 'parameters', nothing)).toBe(1_000_100);
    expect(toQuantity(model.layers, 'activation', nothing)).toBe(104);
    expect(toQuantity(model.layers, 'receptiveField', { ...nothing, details: fields })).toBe(5);
    expect(
      toQuantity(model.layers, 'time', {
        ...nothing,
        times: new Map([
          [0, 1.5],
          [2, 0.5],
        ]),
      }),
    ).toBe(2);
  });

  it('is unknown only where nothing is known', () => {
    expect(toQuantity(model.layers, 'macs', nothing)).toBe(1_005_000);
    expect(toQuantity([model.layers[1]], 'macs', nothing)).toBeNull();
    expect(toQuantity(model.layers, 'time', nothing)).toBeNull();
    expect(toQuantity(model.layers, 'receptiveField', nothing)).toBeNull();
  });
});

describe('the scale', () => {
  it('goes by factors where figures differ much, else in equal steps from zero', () => {
    const wide = createQuantityScale([1, 100, 10_000]);
    expect(wide).toMatchObject({ isLogarithmic: true, minimum: 1, maximum: 10_000 });
    expect(wide?.positionOf(100)).toBeCloseTo(0.5, 12);
    const narrow = createQuantityScale([50, 100]);
    expect(narrow).toMatchObject({ isLogarithmic: false, minimum: 0, maximum: 100 });
    expect(narrow?.positionOf(50)).toBe(0.5);
  });

  it('becomes lighter all the way, so that it can be read without colours', () => {
    const scale = createQuantityScale([0, 1]);
    const lightness = [0, 0.25, 0.5, 0.75, 1].map((value) => {
      const [r, g, b] = (scale?.colorOf(value).match(/\d+/g) ?? []).map(Number);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    expect(lightness).toEqual([...lightness].sort((one, other) => one - other));
    expect(new Set(lightness).size).toBe(5);
  });

  it('does not exist without a positive figure', () => {
    expect(createQuantityScale([0, 0])).toBeNull();
  });
});

describe('the colours of a picture', () => {
  it('are the theme’s own by operator', () => {
    const families = { contentOf: () => ({ titles: [{ family: 'pool' }] }) };
    const own = createBoxColors(
      'operator',
      { ...graph, ...families } as unknown as GraphModel,
      picture,
      nothing,
      (family) => `(${family})`,
    );
    expect([own.of('layer:1'), own.titleOf('layer:1'), own.scale]).toEqual(['(pool)', null, null]);
  });

  it('follow the figures, grey where there is none', () => {
    const { of, scale } = colors('parameters');
    expect(of('layer:2')).toBe(scale?.colorOf(1_000_000));
    expect(of('layer:0')).toBe(scale?.colorOf(100));
    expect(of('layer:1')).toBe('#767676');
    expect(of('input:x')).toBe('#767676');
    expect(colors('time').scale).toBeNull();
    expect(colors('time', new Map([[1, 3]])).scale?.maximum).toBe(3);
  });

  it('tell the narrowest numbers that a layer reads or makes', () => {
    const { of, kinds } = colors('quantization');
    expect(kinds).toEqual(['8 bit', '32 bit']);
    expect(of('layer:2')).not.toBe(of('layer:0'));
  });

  it('know the kinds of numbers', () => {
    expect(['uint4', 'float8e4m3fn', 'bfloat16', 'float32', 'int64', 'bool', null].map(toNumberKind)).toEqual([
      '4 bit',
      '8 bit',
      '16 bit',
      '32 bit',
      '64 bit',
      'other',
      'other',
    ]);
  });

  it('carry text that can be read', () => {
    expect(toTextColor('#00204d')).toBe('#ffffff');
    expect(toTextColor('rgb(253, 231, 55)')).toBe('#000000');
  });

  it('are explained with units', () => {
    expect(formatQuantity('activation', 1_500_000)).toBe('1.5 MB');
    expect(formatQuantity('time', 0.1234)).toBe('0.123 ms');
    expect(formatQuantity('receptiveField', 427)).toBe('427 px');
  });
});
